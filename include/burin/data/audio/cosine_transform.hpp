#pragma once

#include "burin/data/audio/elementary.hpp"
#include "burin/schedules/arithmetic.hpp"

#include <cstddef>

namespace burin::data::audio {

/// What the orthonormal DCT-II of `size` numbers takes of number i for its coefficient k:
/// √(2 / size) · cos(π · k · (i + ½) / size), and √(1 / size) for k = 0. SciPy's `dct(norm="ortho")`. A
/// constant where its arguments are, so that a device has the table in flash.
constexpr double cosine_weight(std::size_t k, std::size_t i, std::size_t size) noexcept {
    // In half turns, of which a whole turn has two.
    const double period = 2 * static_cast<double>(size);
    const std::size_t steps = (2 * i + 1) * k % (4 * size);
    const double turn = static_cast<double>(steps) / period;
    const double cosine = schedules::detail::cosine_of_half_turn(turn > 1 ? 2 - turn : turn);
    return cosine * detail::square_root((k == 0 ? 1.0 : 2.0) / static_cast<double>(size));
}

} // namespace burin::data::audio
