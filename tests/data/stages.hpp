#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

/// Stages for tests: one that learns, one that changes the width, one that learns from targets.
namespace stages {

struct Center {
    static constexpr burin::Text<64> name() { return "Center"; }
    static constexpr burin::Shape output_shape(burin::Shape input) { return input; }

    template <burin::Shape In, std::floating_point Scalar>
    struct Fitted {
        std::array<Scalar, In.size()> mean{};

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t i = 0; i < In.size(); ++i)
                out[i] = in[i] - mean[i];
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        for (std::size_t c = 0; c < samples.width(); ++c) {
            double sum = 0;
            for (const double value : samples.column(c)) {
                if (!(value == value))
                    samples.refuse("column " + std::to_string(c) + ": expected numbers, got nan");
                sum += value;
            }
            fitted.mean[c] = static_cast<std::remove_cvref_t<decltype(fitted.mean[0])>>(
                sum / static_cast<double>(samples.size()));
        }
    }
};

struct Twice {
    static constexpr burin::Text<64> name() { return "Twice"; }
    static constexpr burin::Sentence problem(burin::Shape input) {
        return input.size() <= 3 ? burin::Sentence()
                                 : burin::Sentence("expected at most 3 numbers, got ").append(input.size());
    }
    static constexpr burin::Shape output_shape(burin::Shape input) { return burin::Shape(2 * input.size()); }

    template <burin::Shape In, std::floating_point Scalar>
    struct Fitted {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t i = 0; i < 2 * In.size(); ++i)
                out[i] = in[i % In.size()];
        }
    };
};

/// The length of a text, and what is between it and that of the longest.
struct Lengths {
    static constexpr bool takes_text = true;
    static constexpr burin::Text<64> name() { return "Lengths"; }
    static constexpr burin::Shape output_shape() { return burin::Shape(2); }

    template <std::floating_point Scalar>
    struct Fitted {
        std::array<Scalar, 1> longest{};

        constexpr void apply(std::string_view text, Scalar* out) const noexcept {
            out[0] = static_cast<Scalar>(text.size());
            out[1] = longest[0] - out[0];
        }
        constexpr burin::Sentence problem() const noexcept {
            return longest[0] >= 0 ? burin::Sentence() : burin::Sentence("expected a length of at least 0");
        }
    };

    template <class F, class Texts>
    static void fit(F& fitted, const Texts& texts) {
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (const auto size = static_cast<float>(texts[i].size()); size > fitted.longest[0])
                fitted.longest[0] = size;
    }
};

/// Becomes the seed with which it was fitted.
struct Seeded {
    static constexpr burin::Text<64> name() { return "Seeded"; }
    static constexpr burin::Shape output_shape(burin::Shape) { return burin::Shape(1); }

    template <burin::Shape, std::floating_point Scalar>
    struct Fitted {
        std::array<Scalar, 1> seed{};
        constexpr void apply(const Scalar*, Scalar* out) const noexcept { out[0] = seed[0]; }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        fitted.seed[0] = static_cast<std::remove_cvref_t<decltype(fitted.seed[0])>>(samples.seed());
    }
};

/// Adds the mean of all targets; while training, of all others.
struct OtherTargets {
    static constexpr burin::Text<64> name() { return "OtherTargets"; }
    static constexpr burin::Shape output_shape(burin::Shape input) { return input; }

    template <burin::Shape In, std::floating_point Scalar>
    struct Fitted {
        std::array<Scalar, 1> mean{};

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t i = 0; i < In.size(); ++i)
                out[i] = in[i] + mean[0];
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        if (!samples.has_targets())
            samples.refuse("expected targets, got none");
        double sum = 0;
        for (std::size_t i = 0; i < samples.size(); ++i)
            sum += samples.target(i);
        fitted.mean[0] = static_cast<std::remove_cvref_t<decltype(fitted.mean[0])>>(
            sum / static_cast<double>(samples.size()));
    }
    template <class F, class Samples, class Out>
    static void fit_apply(F& fitted, const Samples& samples, Out out) {
        fit(fitted, samples);
        const double count = static_cast<double>(samples.size());
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const double mean =
                (static_cast<double>(fitted.mean[0]) * count - samples.target(i)) / (count - 1);
            for (std::size_t c = 0; c < samples.width(); ++c)
                out(i)[c] = static_cast<std::remove_reference_t<decltype(out(i)[c])>>(samples(i, c) + mean);
        }
    }
};

} // namespace stages
