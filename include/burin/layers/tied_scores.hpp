#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/attention.hpp"
#include "burin/kernels/row_products.hpp"
#include "burin/layers/embedding.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// y = x · weightᵀ: how well x fits each token's vector of an `Embedding` with the same arguments, whose
/// weight it shares (tied embeddings: Press and Wolf, arXiv:1608.05859):
///
///     Node<"words", Embedding<512, 64>, From<"tokens">, SharedWeights<"words">>, …
///     Node<"scores", TiedScores<512, 64>, From<"read">, SharedWeights<"words">>, …
///
/// Input is `[..., Dimensions]`, output `[..., Vocabulary]`, `weight` `[Vocabulary, Dimensions]`. There is no
/// bias.
template <std::size_t Vocabulary, std::size_t Dimensions>
struct TiedScores : Embedding<Vocabulary, Dimensions> {
    static constexpr OpTraits traits{
        .joint_backward = true, .streams = true, .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        return Text<64>("TiedScores<").append(Vocabulary).append(", ").append(Dimensions).append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank == 0 || inputs[0].last() != Dimensions)
            return {.expected = "input `[..., dimensions]` of as many dimensions as the embedding has"};
        InferredShape result{.shape = inputs[0]};
        result.shape.extents[result.shape.rank - 1] = Vocabulary;
        return result;
    }

    /// In training some tokens' vectors as columns.
    static constexpr Elements scratch(std::span<const Shape>, StepKind kind, Mode mode) {
        return {0, kind == StepKind::forward && passes::saves(mode) ? block * Dimensions : 0};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) { return inputs[0].size() * Vocabulary; }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 2 * macs(inputs); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const std::size_t steps = run.rows * (Context::Shapes::output.size() / Vocabulary);
        if constexpr (!Context::saves) {
            kernels::multiply_by_rows<Dimensions, Vocabulary, Scalar>(
                {run.inputs[0], Dimensions}, steps, {run.parameters, Dimensions}, {run.output, Vocabulary});
        } else {
            // Of many steps, whose products are worth it, some tokens at a time are transposed.
            const auto of_tokens = [&]<std::size_t Count>(std::size_t first) {
                kernels::transpose(Count, Dimensions, run.parameters + first * Dimensions, Dimensions,
                                   run.scratch, Count);
                kernels::detail::multiply_rows_of<Count, Dimensions>(run.inputs[0], Dimensions, 1,
                                                                     {run.scratch, Count},
                                                                     {run.output + first, Vocabulary}, steps);
            };
            std::size_t first = 0;
            for (; first + block <= Vocabulary; first += block)
                of_tokens.template operator()<block>(first);
            if constexpr (Vocabulary % block > 0)
                of_tokens.template operator()<Vocabulary % block>(first);
        }
    }

    /// dx = dy · weight, dweight = dyᵀ · x
    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const std::size_t steps = run.rows * (Context::Shapes::output.size() / Vocabulary);
        if constexpr (Context::wanted[0])
            kernels::detail::multiply_rows_of<Dimensions, Vocabulary>(
                run.output_gradient, Vocabulary, 1, {run.parameters, Dimensions},
                {run.input_gradients[0], Dimensions}, steps);
        if constexpr (Context::trains) {
            constexpr std::size_t all = Context::Shapes::output.size() / Vocabulary;
            if constexpr (!Context::adds)
                std::fill_n(run.gradients, Vocabulary * Dimensions, Scalar(0));
            // Sample by sample, whose steps are a constant.
            for (std::size_t row = 0; row < run.rows; ++row)
                kernels::detail::multiply_rows_of<Dimensions, all, true>(
                    run.output_gradient + row * all * Vocabulary, 1, Vocabulary,
                    {run.inputs[0] + row * all * Dimensions, Dimensions}, {run.gradients, Dimensions},
                    Vocabulary);
        }
    }

  private:
    static constexpr std::size_t block = Vocabulary < 64 ? Vocabulary : 64;
};

} // namespace burin
