#pragma once

#include <burin/graph/op.hpp>

#include <cstddef>
#include <span>

/// The largest of every `Pieces` neighbouring inputs (Goodfellow et al., arXiv:1302.4389). It remembers which
/// one that was, because the gradient goes there.
template <std::size_t Pieces>
struct Maxout : burin::Op {
    static constexpr burin::Text<64> name() { return burin::Text<64>("Maxout<").append(Pieces).append(">"); }

    static constexpr burin::InferredShape infer_shape(std::span<const burin::Shape> inputs) {
        if (inputs[0].rank != 1 || inputs[0][0] % Pieces != 0)
            return {.expected = "input `[features]`, a multiple of the pieces"};
        return {.shape = burin::Shape(inputs[0][0] / Pieces)};
    }

    // One number for each output is kept from the forward for the backward rule.
    static constexpr std::size_t saved(std::span<const burin::Shape> inputs) {
        return inputs[0].size() / Pieces;
    }
    static constexpr std::size_t flops(std::span<const burin::Shape> inputs) { return inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const std::size_t outputs = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < outputs; ++i) {
            const Scalar* const pieces = run.inputs[0] + i * Pieces;
            std::size_t best = 0;
            for (std::size_t p = 1; p < Pieces; ++p)
                best = pieces[p] > pieces[best] ? p : best;
            run.output[i] = pieces[best];
            if constexpr (Context::saves)
                run.saved[i] = static_cast<Scalar>(best);
        }
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const std::size_t outputs = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < outputs; ++i)
            for (std::size_t p = 0; p < Pieces; ++p)
                run.input_gradient[i * Pieces + p] =
                    static_cast<Scalar>(p) == run.saved[i] ? run.output_gradient[i] : Scalar(0);
    }
};
