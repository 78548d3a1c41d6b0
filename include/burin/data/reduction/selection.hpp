#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/width.hpp"

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

namespace detail {

/// What the stages share that keep so many of the features: `fit` says which.
template <std::size_t Features>
struct KeepFeatures {
    static constexpr Sentence problem(const Shape& input) { return reject_width(input, Features); }
    static constexpr Shape output_shape(const Shape&) { return Shape(Features); }

    template <Shape In, std::floating_point Scalar>
    using Fitted = Selection<In.size(), Features, Scalar>;
};

} // namespace detail

} // namespace burin::data
