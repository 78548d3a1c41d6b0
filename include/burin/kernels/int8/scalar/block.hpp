#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// Elements of a row of inputs or of weights, `size` of them, brought into registers once for several
/// products. Weights are never −128, so that they can be negated. `mask` keeps the last elements of a block,
/// those from a place in `int8_mask_row` on; `first_input`, where there is one, has zeros behind its
/// elements.
struct Int8Block {
    static constexpr std::size_t size = 1;
    using Input = std::int32_t;
    using Weight = std::int32_t;
    using Sum = std::int32_t;

    static Sum zero() noexcept { return 0; }
    static Input input(const std::int8_t* from) noexcept { return *from; }
    static Input masked_input(const std::int8_t* from, const std::int8_t*) noexcept { return *from; }
    static Weight weight(const std::int8_t* from) noexcept { return *from; }
    static Sum add(Sum sum, Input x, Weight w) noexcept { return sum + x * w; }
    static std::int32_t total(Sum sum) noexcept { return sum; }
};

} // namespace detail

} // namespace burin::kernels
