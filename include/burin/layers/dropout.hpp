#pragma once

#include "burin/core/number.hpp"
#include "burin/core/random.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/random_factors.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace burin {

/// In training each element is multiplied by 0 with probability Rate (what is no number stays so), and the
/// others are multiplied by 1 / (1 − Rate), so that the expected value stays. In inference the input itself,
/// at no cost.
///
/// The mask is a function of seed, layer, step and position. Srivastava et al., "Dropout", JMLR 15 (2014).
template <core::Number auto Rate>
struct Dropout : detail::RandomFactors<Dropout<Rate>> {
    static constexpr std::string_view misuse = detail::misused_rate(double(Rate));

    static constexpr Text<64> name() { return Text<64>("Dropout<").append(double(Rate)).append(">"); }

    template <class Context, class Scalar>
    static void multiply(const Context& run, const Scalar* from, Scalar* to) noexcept {
        constexpr auto threshold = static_cast<std::uint32_t>(Rate * 0x1p32);
        constexpr auto scale = static_cast<Scalar>(1 / (1 - Rate));
        const std::size_t count = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < count; i += 4) {
            const core::Philox::Counter words = run.random.block((run.position + i) / 4);
            for (std::size_t j = 0; j < 4 && i + j < count; ++j)
                to[i + j] = from[i + j] * (words[j] < threshold ? Scalar(0) : scale);
        }
    }
};

/// Dropout for layers behind `SELU`: in training each element becomes, with probability Rate, what SELU gives
/// for −∞, and then all are scaled and shifted so that mean 0 and variance 1 stay what they are:
///
///     y = a · x + b or a · d + b, d = −scale · alpha of SELU,
///     a = 1 / √((1 − Rate) (1 + Rate d²)), b = −a · Rate · d
///
/// In inference the input itself, at no cost. What is drawn is a function of seed, layer, step and position.
/// Klambauer et al., "Self-Normalizing Neural Networks", arXiv:1706.02515.
template <core::Number auto Rate>
struct AlphaDropout : detail::RandomFactors<AlphaDropout<Rate>> {
    static constexpr std::string_view misuse = detail::misused_rate(double(Rate));

    static constexpr Text<64> name() { return Text<64>("AlphaDropout<").append(double(Rate)).append(">"); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr double dropped = -SELU::scale * SELU::alpha;
        const double a = scale(), b = -a * double(Rate) * dropped;
        for_each(run, [&, factor = static_cast<Scalar>(a), kept = static_cast<Scalar>(b),
                       lost = static_cast<Scalar>(a * dropped + b)](std::size_t i, bool drops) {
            // A product also where it is 0: what is no number stays so.
            run.output[i] = run.inputs[0][i] * (drops ? Scalar(0) : factor) + (drops ? lost : kept);
        });
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for_each(run, [&, factor = static_cast<Scalar>(scale())](std::size_t i, bool drops) {
            run.input_gradient[i] = run.output_gradient[i] * (drops ? Scalar(0) : factor);
        });
    }

  private:
    static double scale() noexcept {
        constexpr double square = SELU::scale * SELU::alpha * SELU::scale * SELU::alpha;
        return 1 / std::sqrt((1 - double(Rate)) * (1 + double(Rate) * square));
    }

    template <class Context, class Visit>
    static void for_each(const Context& run, const Visit& visit) noexcept {
        constexpr auto threshold = static_cast<std::uint32_t>(Rate * 0x1p32);
        const std::size_t count = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < count; i += 4) {
            const core::Philox::Counter words = run.random.block((run.position + i) / 4);
            for (std::size_t j = 0; j < 4 && i + j < count; ++j)
                visit(i + j, words[j] < threshold);
        }
    }
};

/// As `Dropout`, but whole channels (elements of the last axis, at all places) are set to 0: in feature maps
/// neighbours are so alike that dropping one hides nothing. For any number of axes (Keras's
/// `SpatialDropout1D`, `2D` and `3D`). Tompson et al., "Efficient Object Localization Using Convolutional
/// Networks", arXiv:1411.4280.
template <core::Number auto Rate>
struct SpatialDropout : detail::RandomFactors<SpatialDropout<Rate>> {
    static constexpr std::string_view misuse = detail::misused_rate(double(Rate));

    static constexpr Text<64> name() { return Text<64>("SpatialDropout<").append(double(Rate)).append(">"); }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank < 2)
            return {.expected = "input `[..., channels]`", .hint = "use `Dropout`"};
        return {.shape = inputs[0]};
    }
    /// Four channels share a block of words; the last of a row may leave some unused.
    static constexpr std::size_t drawn(std::span<const Shape> inputs) {
        return (inputs[0].last() + 3) / 4 * 4;
    }

    template <class Context, class Scalar>
    static void multiply(const Context& run, const Scalar* from, Scalar* to) noexcept {
        constexpr auto threshold = static_cast<std::uint32_t>(Rate * 0x1p32);
        constexpr auto scale = static_cast<Scalar>(1 / (1 - Rate));
        constexpr std::size_t channels = Context::Shapes::output.last();
        constexpr std::size_t places = Context::Shapes::output.size() / channels;
        constexpr std::size_t blocks = drawn(Context::Shapes::inputs) / 4;
        for (std::size_t row = 0; row < run.rows; ++row)
            for (std::size_t block = 0; block < blocks; ++block) {
                const core::Philox::Counter words = run.random.block(run.position / 4 + row * blocks + block);
                for (std::size_t place = 0; place < places; ++place)
                    for (std::size_t j = 0; j < 4 && 4 * block + j < channels; ++j) {
                        const std::size_t i = (row * places + place) * channels + 4 * block + j;
                        to[i] = from[i] * (words[j] < threshold ? Scalar(0) : scale);
                    }
            }
    }
};

} // namespace burin
