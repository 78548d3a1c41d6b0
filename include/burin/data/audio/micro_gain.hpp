#pragma once

#include "burin/data/audio/elementary.hpp"
#include "burin/data/audio/integer_functions.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::data::audio::detail {

/// What a band is multiplied by to be as loud as others: 2^gain_bits · (noise + offset)^−strength, of an
/// estimate of its noise. A table has three numbers for each power of two, of the parabola through the
/// beginning, middle and end of what lies between it and the next.
struct MicroGain {
    struct Parabola {
        std::int16_t at_0 = 0, slope = 0, bend = 0;
    };

    std::int16_t at_zero = 0, at_one = 0;
    std::array<Parabola, 31> parabolas{}; ///< From 2, 4, 8, … on.

    constexpr MicroGain(double strength, double offset, int gain_bits, int input_bits) noexcept {
        const auto gain = [&](std::uint32_t noise) {
            const float real =
                static_cast<float>(noise) / static_cast<float>(std::uint32_t{1} << input_bits) +
                static_cast<float>(offset);
            const float power = static_cast<float>(exponential(
                -static_cast<double>(static_cast<float>(strength)) * logarithm(static_cast<double>(real))));
            const float scaled = static_cast<float>(std::uint32_t{1} << gain_bits) * power;
            return scaled > 32767 ? std::int16_t{32767} : static_cast<std::int16_t>(scaled + 0.5F);
        };
        at_zero = gain(0);
        at_one = gain(1);
        for (std::size_t i = 0; i < parabolas.size(); ++i) {
            const std::uint32_t begin = std::uint32_t{2} << i, end = begin + (begin - 1);
            const std::int16_t y0 = gain(begin);
            const int middle = gain(begin + begin / 2) - y0;
            const int last = gain(i + 1 < parabolas.size() ? end + 1 : end) - y0;
            const int slope = 4 * middle - last;
            parabolas[i] = {y0, static_cast<std::int16_t>(slope), static_cast<std::int16_t>(last - slope)};
        }
    }

    constexpr std::int16_t operator()(std::uint32_t noise) const noexcept {
        if (noise < 2)
            return noise == 0 ? at_zero : at_one;
        const int power = bit_count(noise) - 1;
        const Parabola& parabola = parabolas[static_cast<std::size_t>(power - 1)];
        // How far from one power of two to the next, in 2⁻¹⁰.
        const std::int32_t part =
            static_cast<std::int32_t>((power < 10 ? noise << (10 - power) : noise >> (power - 10)) & 0x3FF);
        const std::int32_t slope = ((parabola.bend * part) >> 5) + parabola.slope * 32;
        return static_cast<std::int16_t>(((slope * part + (1 << 14)) >> 15) + parabola.at_0);
    }
};

} // namespace burin::data::audio::detail
