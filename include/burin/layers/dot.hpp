#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>
#include <span>

namespace burin {

/// The scalar product of two inputs over their last axis, each row of the first with each row of the second.
///
/// | first | second | output |
/// |---|---|---|
/// | `[n]` | `[n]` | `[1]` |
/// | `[a, n]` | `[n]` | `[a]` |
/// | `[a, n]` | `[b, n]` | `[a, b]` |
///
/// and so on with further axes: those of the first but the last, then those of the second but the last.
/// (Keras's `Dot(axes=-1)`.)
struct Dot : Op {
    static constexpr OpTraits traits{.input_gradient = {.input = true}};

    static constexpr Text<64> name() { return "Dot"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != 2)
            return {.expected = "two inputs", .culprit = passes::max_inputs};
        if (inputs[0].last() != inputs[1].last())
            return {.expected = "the last axis to be that of the first input,",
                    .expected_shape = inputs[0],
                    .culprit = 1};
        if (inputs[0].rank + inputs[1].rank > Shape::max_rank + 2)
            return {.expected = "inputs whose products have at most six axes"};
        Shape shape;
        for (const Shape& input : inputs)
            for (std::size_t axis = 0; axis + 1 < input.rank; ++axis)
                shape.push_back(input[axis]);
        return {.shape = shape.rank == 0 ? Shape(1) : shape};
    }
    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return inputs[0].size() * (inputs[1].size() / inputs[1].last());
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return 2 * inputs[0].size() * (inputs[1].size() / inputs[1].last());
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Extents = ExtentsOf<typename Context::Shapes>;
        for (std::size_t row = 0; row < run.rows; ++row) {
            const Scalar* const a = run.inputs[0] + row * Extents::a * Extents::n;
            const Scalar* const b = run.inputs[1] + row * Extents::b * Extents::n;
            Scalar* const y = run.output + row * Extents::a * Extents::b;
            for (std::size_t i = 0; i < Extents::a; ++i)
                for (std::size_t j = 0; j < Extents::b; ++j)
                    y[i * Extents::b + j] = kernels::sum<Scalar>(
                        Extents::n, [](auto p, auto q) { return p * q; }, a + i * Extents::n,
                        b + j * Extents::n);
        }
    }

    /// da[i] = Σ_j dy[i, j] · b[j], and db[j] = Σ_i dy[i, j] · a[i].
    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Extents = ExtentsOf<typename Context::Shapes>;
        constexpr std::size_t wanted = Which == 0 ? Extents::a : Extents::b;
        constexpr std::size_t summed = Which == 0 ? Extents::b : Extents::a;
        constexpr std::size_t stride = Which == 0 ? 1 : Extents::b;
        for (std::size_t row = 0; row < run.rows; ++row) {
            const Scalar* const others = run.inputs[1 - Which] + row * summed * Extents::n;
            for (std::size_t i = 0; i < wanted; ++i) {
                const Scalar* const dy =
                    run.output_gradient + row * wanted * summed + i * (Which == 0 ? Extents::b : 1);
                Scalar* const dx = run.input_gradient + (row * wanted + i) * Extents::n;
                kernels::for_each_vector<Scalar>(
                    Extents::n, [&](std::size_t, auto load, auto store) noexcept {
                        auto sum = load(others) * kernels::broadcast(dy[0]);
                        for (std::size_t k = 1; k < summed; ++k)
                            sum = kernels::fma(load(others + k * Extents::n),
                                               kernels::broadcast(dy[k * stride]), sum);
                        store(dx, sum);
                    });
            }
        }
    }

  private:
    template <class Shapes>
    struct ExtentsOf {
        static constexpr std::size_t n = Shapes::inputs[0].last();
        static constexpr std::size_t a = Shapes::inputs[0].size() / n;
        static constexpr std::size_t b = Shapes::inputs[1].size() / n;
    };
};

} // namespace burin
