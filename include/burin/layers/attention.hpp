#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/attention.hpp"
#include "burin/layers/attention_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

namespace detail {

/// 1 / √d
template <class Scalar>
Scalar attention_scale(std::size_t key_size) noexcept {
    return static_cast<Scalar>(1 / std::sqrt(static_cast<double>(key_size)));
}

/// Whether a mask's shape fits the keys.
constexpr bool is_mask_of(const Shape& mask, std::size_t keys) {
    return mask == Shape(keys);
}

/// The gradient of a mask that somebody computed with weights: none goes through.
template <class Context>
void write_no_mask_gradient(const Context& run) noexcept {
    constexpr std::size_t mask = Context::Shapes::inputs.size() - 1;
    if constexpr (Context::wanted[mask])
        std::fill_n(run.input_gradients[mask], Context::Shapes::inputs[mask].size() * run.rows,
                    typename Context::Scalar(0));
}

} // namespace detail

/// y = softmax(query · keyᵀ / √d) · value: for each query a mean of the values, weighted by how well their
/// keys match it.
///
/// | | shape |
/// |---|---|
/// | inputs | query `[queries, d]`, key `[keys, d]`, value `[keys, size]` |
/// | one more, with `AdditiveMask` | `[queries, keys]`, added to the scaled scores |
/// | one more, with `KeyPaddingMask` | mask `[keys]` |
/// | output | `[queries, size]` |
///
/// Options: these masks, `CausalMask`, `ScoreScale<factor>`. A query that sees no key gets zeros. Vaswani et
/// al., "Attention Is All You Need", arXiv:1706.03762.
template <class... Options>
struct ScaledDotProductAttention : Op {
    static constexpr detail::AttentionSettings settings = detail::attention_settings<Options...>;
    static constexpr bool is_causal = settings.is_causal;
    static constexpr bool has_mask = settings.has_mask;
    static constexpr bool has_additive = settings.has_additive;
    static_assert(
        sizeof...(Options) == settings.masks() + is_causal + (settings.scale > 0),
        "ScaledDotProductAttention takes no options but CausalMask, KeyPaddingMask, AdditiveMask and "
        "ScoreScale");
    static constexpr OpTraits traits{.joint_backward = true, .input_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> options;
        detail::append_settings(options, settings);
        const std::string_view all = options.view();
        return Text<64>("ScaledDotProductAttention<").append(all.substr(all.empty() ? 0 : 2)).append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != 3 + settings.masks())
            return {.expected = settings.masks() == 2   ? "five inputs: query, key, value and both masks"
                                : settings.masks() == 1 ? "four inputs: query, key, value and mask"
                                                        : "three inputs: query, key and value"};
        if (inputs[0].rank != 2)
            return {.expected = "query `[time, features]`"};
        if (inputs[1].rank != 2 || inputs[1][1] != inputs[0][1])
            return {.expected = "key `[time, features]` with as many features as the query", .culprit = 1};
        if (inputs[2].rank != 2 || inputs[2][0] != inputs[1][0])
            return {.expected = "value `[time, features]` with as many steps as the key", .culprit = 2};
        if (has_additive && inputs[3] != Shape(inputs[0][0], inputs[1][0]))
            return {.expected = "mask `[queries, keys]`", .culprit = 3};
        if (has_mask && !detail::is_mask_of(inputs.back(), inputs[1][0]))
            return {.expected = "mask `[time]` with as many steps as the key", .culprit = inputs.size() - 1};
        return {.shape = Shape(inputs[0][0], inputs[2][1])};
    }

    /// The probabilities.
    static constexpr Elements saved(std::span<const Shape> inputs) { return size(inputs).scores(); }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        const kernels::AttentionSize extents = size(inputs);
        const bool probabilities_are_saved = kind == StepKind::forward && passes::saves(mode);
        return {0, extents.transposed() + (probabilities_are_saved ? 0 : extents.scores())};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        const kernels::AttentionSize extents = size(inputs);
        return extents.scores() * (extents.key_size + extents.value_size);
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const kernels::AttentionSize extents = size(inputs);
        return 2 * extents.scores() * (extents.key_size + extents.value_size + 3);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr auto extents = size(Context::Shapes::inputs);
        for (std::size_t row = 0; row < run.rows; ++row) {
            auto* probabilities = run.scratch + extents.transposed();
            if constexpr (Context::saves)
                probabilities = run.saved + row * extents.scores();
            kernels::attention_forward<extents>(
                head(run, row), probabilities,
                {run.output + row * Context::Shapes::output.size(), extents.value_size}, run.scratch);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr auto extents = size(Context::Shapes::inputs);
        const auto gradient = [&](std::size_t which, std::size_t row) {
            const Shape& shape = Context::Shapes::inputs[which];
            Scalar* const all = run.input_gradients[which];
            return kernels::Rows<Scalar>{all == nullptr ? nullptr : all + row * shape.size(), shape[1]};
        };
        for (std::size_t row = 0; row < run.rows; ++row) {
            Scalar* bias_gradient = nullptr;
            if constexpr (has_additive)
                if constexpr (Context::wanted[3]) {
                    bias_gradient = run.input_gradients[3] + row * extents.scores();
                    std::fill_n(bias_gradient, extents.scores(), Scalar(0));
                }
            kernels::attention_backward<extents>(
                head(run, row), run.saved + row * extents.scores(),
                {run.output_gradient + row * Context::Shapes::output.size(), extents.value_size},
                {gradient(0, row), gradient(1, row), gradient(2, row)}, run.scratch + extents.transposed(),
                run.scratch, kernels::KeepWeights{}, bias_gradient);
        }
        if constexpr (has_mask)
            detail::write_no_mask_gradient(run);
    }

  private:
    static constexpr kernels::AttentionSize size(std::span<const Shape> inputs) {
        return {inputs[0][0], inputs[1][0], inputs[0][1], inputs[2][1], is_causal, has_additive};
    }

    template <class Context>
    static auto head(const Context& run, std::size_t row) noexcept {
        using Scalar = typename Context::Scalar;
        const auto part = [&](std::size_t which) {
            const Shape& shape = Context::Shapes::inputs[which];
            return kernels::Rows<const Scalar>{run.inputs[which] + row * shape.size(), shape[1]};
        };
        kernels::AttentionHead<Scalar> result{.query = part(0), .key = part(1), .value = part(2)};
        constexpr std::size_t last = Context::Shapes::inputs.size() - 1;
        if constexpr (has_additive)
            result.bias = run.inputs[3] + row * Context::Shapes::inputs[3].size();
        if constexpr (has_mask)
            result.mask = run.inputs[last] + row * Context::Shapes::inputs[last].size();
        result.scale = settings.scale > 0 ? static_cast<Scalar>(settings.scale)
                                          : detail::attention_scale<Scalar>(Context::Shapes::inputs[0][1]);
        return result;
    }
};

} // namespace burin
