#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/activations.hpp"

#include <cstddef>
#include <span>

namespace burin {

/// The gated linear unit, a · gate(b) of the two halves a and b of the last axis: `[..., 2n]` becomes `[..., n]`.
/// Dauphin et al., arXiv:1612.08083. The gate is any elementwise layer: `GLU<SiLU>` is the SwiGLU and
/// `GLU<GELU>` the GEGLU of Shazeer, arXiv:2002.05202, where the layer before makes both halves.
template <class Gate = Sigmoid>
struct GLU : Op {
    static_assert(Gate::traits.elementwise, "the gate of a GLU is an activation, an elementwise layer");

    static constexpr OpTraits traits{.streams = true, .input_gradient = {.input = true}};

    static constexpr Text<64> name() { return Text<64>("GLU<").append(Gate::name().view()).append(">"); }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        Shape shape = inputs[0];
        if (shape.rank == 0 || shape.last() % 2 != 0)
            return {.expected = "input `[..., 2n]`, the last axis of which can be halved"};
        shape.extents[shape.rank - 1] /= 2;
        return {.shape = shape};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return inputs[0].size() / 2 * (Gate::cost + 1);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for_each_pair(run, [&run](std::size_t at, std::size_t half) __attribute__((always_inline)) {
            kernels::map<Scalar>(
                half, run.output + at, [](auto a, auto b) { return a * Gate::value(b); },
                run.inputs[0] + 2 * at, run.inputs[0] + 2 * at + half);
        });
    }

    /// da = dy · gate(b), db = dy · a · gate'(b).
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for_each_pair(run, [&run](std::size_t at, std::size_t half) __attribute__((always_inline)) {
            const Scalar *const dy = run.output_gradient + at, *const a = run.inputs[0] + 2 * at;
            Scalar *const da = run.input_gradient + 2 * at, *const db = da + half;
            kernels::for_each_vector<Scalar>(half, [=](std::size_t, auto load, auto store) noexcept {
                const auto gradient = load(dy), gated = load(a), gate = load(a + half);
                const auto open = Gate::value(gate);
                store(da, gradient * open);
                store(db, Gate::gradient(gradient * gated, Gate::traits.input_gradient.output ? open : gate));
            });
        });
    }

  private:
    /// Calls f(place of an output's first element, how many) at each position of each sample.
    template <class Context, class Function>
    [[gnu::always_inline]] static void for_each_pair(const Context& run, const Function& f) noexcept {
        constexpr std::size_t half = Context::Shapes::output.last();
        const std::size_t count = run.rows * Context::Shapes::output.size();
        for (std::size_t at = 0; at < count; at += half)
            f(at, half);
    }
};

} // namespace burin
