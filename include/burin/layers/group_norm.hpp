#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/column_moments.hpp"
#include "burin/kernels/large_moments.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/layers/normalization_options.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

namespace burin {

namespace detail {

/// Normalisation of each sample by itself, over all positions and some channels. 0 groups: each channel is
/// one.
template <std::size_t Groups, class... Options>
struct GroupedNorm : Op {
    static_assert(((is_option<Epsilon, Options> || is_affine_option<Options>) && ...),
                  "this normalisation takes the options Epsilon, NoScale and NoBias");

    using Affine = AffineOf<Options...>;

    static constexpr double epsilon = option_or<Epsilon, Options...>(1e-5);
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .in_place = true,
                                     .gradient_in_place = true,
                                     .joint_backward = true,
                                     .input_gradient = {.input = true}};

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].last() % groups(inputs[0]) != 0)
            return {.expected = "a number of channels that the number of groups divides",
                    .hint = "channels are the last axis"};
        return {.shape = inputs[0]};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        return Affine::parameters(Shape(inputs[0].last()));
    }

    /// The mean of each group and 1 / √(variance + ε).
    static constexpr Elements saved(std::span<const Shape> inputs) { return 2 * groups(inputs[0]); }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        return {0, (kind == StepKind::forward ? 2 : 6) * inputs[0].last()};
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 6 * inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape shape = Context::Shapes::output;
        constexpr std::size_t channels = shape.last(), positions = shape.size() / channels;
        constexpr std::size_t count = groups(shape), each = channels / count;
        Scalar *const means = run.scratch, *const scales = means + channels;
        for (std::size_t r = 0; r < run.rows; ++r) {
            const Scalar* const x = run.inputs[0] + r * shape.size();
            kernels::column_moments<channels>(x, positions, means, scales);
            for (std::size_t group = 0; group < count; ++group) {
                Scalar *const mean = means + group * each, *const scale = scales + group * each;
                // By deviations, so that the mean of equal elements is exact.
                Scalar shift = 0, variance = 0;
                for (std::size_t c = 1; c < each; ++c)
                    shift += mean[c] - mean[0];
                Scalar whole_mean = mean[0] + shift / static_cast<Scalar>(each);
                for (std::size_t c = 0; c < each; ++c)
                    variance += scale[c] + (mean[c] - whole_mean) * (mean[c] - whole_mean);
                Scalar inverse = inverse_root(variance / static_cast<Scalar>(each));
                if (!(variance <= std::numeric_limits<Scalar>::max())) [[unlikely]] {
                    const auto moments = kernels::moments_of_large<true>(
                        x + group * each, positions, channels, each, static_cast<Scalar>(epsilon));
                    whole_mean = moments.mean;
                    inverse = moments.inverse;
                }
                std::fill_n(mean, each, whole_mean);
                for (std::size_t c = 0; c < each; ++c)
                    scale[c] = Affine::scaled(inverse, [&] { return run.parameters[group * each + c]; });
                if constexpr (Context::saves) {
                    run.saved[2 * (r * count + group)] = whole_mean;
                    run.saved[2 * (r * count + group) + 1] = inverse;
                }
            }
            kernels::scale_columns<channels>(
                x, means, scales, Affine::template bias<channels>(run.parameters),
                run.output + r * shape.size(), positions, typename Context::Epilogue{});
        }
    }

    /// As BatchNorm, with sums over the n values of a group:
    /// dx = (g − Σ g / n − x̂ · Σ g · x̂ / n) / √(variance + ε), where g = weight · dy.
    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape shape = Context::Shapes::output;
        constexpr std::size_t channels = shape.last(), positions = shape.size() / channels;
        constexpr std::size_t count = groups(shape), each = channels / count;
        constexpr Scalar share = Scalar(1) / static_cast<Scalar>(positions * each);
        Scalar *const means = run.scratch, *const sums = means + channels, *const products = sums + channels;
        Scalar *const of_gradient = products + channels, *const of_deviation = of_gradient + channels;
        Scalar* const constant = of_deviation + channels;
        if constexpr (Context::trains && !Context::adds)
            std::fill_n(run.gradients, Affine::template count<channels>, Scalar(0));
        for (std::size_t r = 0; r < run.rows; ++r) {
            const Scalar *const x = run.inputs[0] + r * shape.size(), *const dy = run.output_gradient +
                                                                                  r * shape.size();
            const Scalar* const moments = run.saved + 2 * r * count;
            for (std::size_t c = 0; c < channels; ++c)
                means[c] = moments[2 * (c / each)];
            kernels::column_gradients<channels>(x, means, dy, positions, sums, products);
            const auto weighted = [&run](Scalar x_of_channel, std::size_t c) {
                return Affine::scaled(x_of_channel, [&] { return run.parameters[c]; });
            };
            for (std::size_t group = 0; group < count; ++group) {
                const std::size_t begin = group * each;
                const Scalar inverse = moments[2 * group + 1];
                Scalar gradients = 0, deviations = 0;
                for (std::size_t c = begin; c < begin + each; ++c) {
                    products[c] *= inverse;
                    gradients += weighted(sums[c], c);
                    deviations += weighted(products[c], c);
                }
                for (std::size_t c = begin; c < begin + each; ++c) {
                    of_gradient[c] = weighted(inverse, c);
                    of_deviation[c] = -inverse * inverse * deviations * share;
                    constant[c] = -inverse * gradients * share;
                }
            }
            if constexpr (Context::trains)
                for (std::size_t c = 0; c < channels; ++c) {
                    if constexpr (Affine::has_scale)
                        run.gradients[c] += products[c];
                    if constexpr (Affine::has_bias)
                        run.gradients[Affine::template bias_offset<channels> + c] += sums[c];
                }
            if constexpr (Context::wanted[0])
                kernels::scale_columns_gradient<channels>(x, means, dy, of_gradient, of_deviation, constant,
                                                          run.input_gradients[0] + r * shape.size(),
                                                          positions);
        }
    }

  private:
    static constexpr std::size_t groups(const Shape& shape) { return Groups == 0 ? shape.last() : Groups; }

    template <class Scalar>
    static Scalar inverse_root(Scalar variance) noexcept {
        using Vector = kernels::Vector<Scalar>;
        return Scalar(1) /
               kernels::first_lane<Scalar>(kernels::sqrt(Vector(variance + static_cast<Scalar>(epsilon))));
    }
};

} // namespace detail

/// y = (x − mean) / √(variance + ε) · weight + bias. The channels (the last axis) are cut into groups; mean
/// and variance are those of a group in one sample, over all positions.
///
/// | | shape |
/// |---|---|
/// | input, output | `[…, channels]` |
/// | `weight`, `bias` | `[channels]`; start at 1 and 0; left out with `NoScale`, `NoBias` |
///
/// ε is 10⁻⁵ as in PyTorch, or `Epsilon<…>`. Wu and He, arXiv:1803.08494.
template <std::size_t Groups, class... Options>
struct GroupNorm : detail::GroupedNorm<Groups, Options...> {
    static_assert(Groups > 0, "GroupNorm has one group at least; InstanceNorm has one for each channel");

    static constexpr Text<64> name() {
        Text<64> text("GroupNorm<");
        text.append(Groups);
        ((text.append(", "), detail::append_normalization_option<Options>(text)), ...);
        return text.append(">");
    }
};

/// As GroupNorm with each channel a group: mean and variance are those of a channel in one sample. It has
/// weight and bias (PyTorch's affine=True); PyTorch's own default is `InstanceNorm<NoScale, NoBias>`.
/// Ulyanov, Vedaldi and Lempitsky, arXiv:1607.08022.
template <class... Options>
struct InstanceNorm : detail::GroupedNorm<0, Options...> {
    static constexpr Text<64> name() { return detail::name_with_options<Options...>("InstanceNorm"); }
};

} // namespace burin
