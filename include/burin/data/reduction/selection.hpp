#pragma once

#include "burin/core/text.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace burin::data {

/// What a choice of features is on a sample: those of these numbers, which rise.
template <std::size_t In, std::size_t Out, std::floating_point Scalar>
struct Selection {
    std::array<std::uint32_t, Out> features{};

    /// What a file may say that is wrong.
    constexpr Sentence problem() const noexcept {
        for (const std::uint32_t feature : features)
            if (feature >= In)
                return Sentence("expected features below ")
                    .append(In)
                    .append(", got ")
                    .append(std::size_t{feature});
        return {};
    }

    constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
        for (std::size_t o = 0; o < Out; ++o)
            out[o] = in[features[o]];
    }
};

} // namespace burin::data
