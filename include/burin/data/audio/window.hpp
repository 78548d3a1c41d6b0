#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::data::audio {

/// How a frame fades in and out, so that its ends don't sound in its spectrum.
enum class Window : std::uint8_t {
    hann,        ///< ½ − ½ · cos(2π · i / size)
    hamming,     ///< 0.54 − 0.46 · cos(2π · i / size)
    rectangular, ///< 1
};

/// Sample i of a window of `size`: periodic, as for spectra (SciPy's `fftbins`, PyTorch's default). Constant,
/// so that a device has it in flash:
///
///     constexpr auto window = window_table<Window::hann, 400>(); // std::array<float, 400>
constexpr double window_at(Window window, std::size_t i, std::size_t size) noexcept {
    if (window == Window::rectangular)
        return 1;
    const double turn = 2 * static_cast<double>(i) / static_cast<double>(size);
    const double cosine = schedules::detail::cosine_of_half_turn(turn > 1 ? 2 - turn : turn);
    return window == Window::hann ? 0.5 - 0.5 * cosine : 0.54 - 0.46 * cosine;
}

template <Window Form, std::size_t Size, class Scalar = float>
constexpr auto window_table() noexcept {
    std::array<Scalar, Size> table{};
    for (std::size_t i = 0; i < Size; ++i)
        table[i] = static_cast<Scalar>(window_at(Form, i, Size));
    return table;
}

} // namespace burin::data::audio
