#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/matrix_products.hpp"
#include "burin/kernels/repeated_axes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

namespace burin {

/// Options of MatMul: the last two axes of that input change places first.
struct TransposeFirst {};
struct TransposeSecond {};

/// The products of the matrices in the last two axes of two inputs, as in NumPy:
///
/// | first | second | output |
/// |---|---|---|
/// | `[n, k]` | `[k, m]` | `[n, m]` |
/// | `[h, n, k]` | `[h, k, m]`, or `[k, m]` for all | `[h, n, m]` |
/// | `[h, n, k]` | `[h, m, k]`, with `TransposeSecond` | `[h, n, m]` |
///
/// Axes before the last two are counted from the last; what has an extent of 1 there, or lacks one, is
/// repeated. (Of vectors, and of all rows of one input with all rows of the other: Dot.)
template <class... Options>
struct MatMul : Op {
    static_assert(((std::is_same_v<Options, TransposeFirst> || std::is_same_v<Options, TransposeSecond>) &&
                   ...),
                  "MatMul takes no options but TransposeFirst and TransposeSecond");

    static constexpr bool first_transposed = (std::is_same_v<Options, TransposeFirst> || ...);
    static constexpr bool second_transposed = (std::is_same_v<Options, TransposeSecond> || ...);
    static constexpr OpTraits traits{.input_gradient = {.input = true}};

    static constexpr Text<64> name() {
        return Text<64>("MatMul<")
            .append(first_transposed ? "TransposeFirst" : "")
            .append(first_transposed && second_transposed ? ", " : "")
            .append(second_transposed ? "TransposeSecond" : "")
            .append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != 2)
            return {.expected = "two inputs", .culprit = passes::max_inputs};
        for (std::size_t i = 0; i < 2; ++i)
            if (inputs[i].rank < 2)
                return {.expected = "inputs of matrices, `[..., rows, columns]`",
                        .hint = "Dot multiplies vectors",
                        .culprit = i};
        if (inputs[1][inputs[1].rank - (second_transposed ? 1 : 2)] != product(inputs).depth)
            return {.expected = second_transposed
                                    ? "as many columns as the first input has terms of a sum, that of"
                                    : "as many rows as the first input has terms of a sum, that of",
                    .expected_shape = inputs[0],
                    .culprit = 1};
        const Shape &more = inputs[0].rank >= inputs[1].rank ? inputs[0] : inputs[1],
                    &fewer = inputs[0].rank >= inputs[1].rank ? inputs[1] : inputs[0];
        Shape shape = more;
        const std::size_t missing = more.rank - fewer.rank;
        for (std::size_t axis = missing; axis + 2 < more.rank; ++axis) {
            const std::size_t given = fewer[axis - missing];
            if (shape[axis] == 1)
                shape.extents[axis] = given;
            else if (given != 1 && given != shape[axis])
                return {.expected = "axes before the last two as long as those of the first input,",
                        .expected_shape = inputs[0],
                        .culprit = 1};
        }
        shape.extents[shape.rank - 2] = product(inputs).rows;
        shape.extents[shape.rank - 1] = product(inputs).columns;
        return {.shape = shape};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return infer_shape(inputs).shape.size() * product(inputs).depth;
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 2 * macs(inputs); }

    /// For a matrix that is transposed.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        if (kind == StepKind::forward)
            return {0, product(inputs).scratch()};
        return {0, std::max(gradient_product<0>(inputs).scratch(), gradient_product<1>(inputs).scratch())};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr kernels::MatrixProduct size = product(Context::Shapes::inputs);
        for_each_pair(run, [&](const auto& at) {
            kernels::multiply_matrices<size>(run.inputs[0] + at[0], run.inputs[1] + at[1], run.output + at[2],
                                             run.scratch);
        });
    }

    /// Of y = a · b: da = dy · bᵀ and db = aᵀ · dy, or these transposed where the input is.
    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr kernels::MatrixProduct size = gradient_product<Which>(Context::Shapes::inputs);
        constexpr std::size_t own = Context::Shapes::inputs[Which].size();
        constexpr bool is_repeated = pairs<Context>.repeats(Which) > 1;
        if constexpr (is_repeated)
            std::fill_n(run.input_gradient, own * run.rows, Scalar(0));
        for_each_pair(run, [&](const auto& at) {
            const Scalar *const dy = run.output_gradient + at[2], *const other =
                                                                      run.inputs[1 - Which] + at[1 - Which];
            constexpr bool gradient_is_left =
                (Which == 0) != (Which == 0 ? first_transposed : second_transposed);
            kernels::multiply_matrices<size, is_repeated>(gradient_is_left ? dy : other,
                                                          gradient_is_left ? other : dy,
                                                          run.input_gradient + at[Which], run.scratch);
        });
    }

  private:
    static constexpr kernels::MatrixProduct product(std::span<const Shape> inputs) {
        const auto extent = [&](std::size_t i, bool is_last) {
            return inputs[i][inputs[i].rank - (is_last ? 1 : 2)];
        };
        return {extent(0, first_transposed), extent(0, !first_transposed), extent(1, !second_transposed),
                first_transposed, second_transposed};
    }

    template <std::size_t Which>
    static constexpr kernels::MatrixProduct gradient_product(std::span<const Shape> inputs) {
        const auto [n, k, m, first, second] = product(inputs);
        if constexpr (Which == 0)
            return first ? kernels::MatrixProduct{k, m, n, second, true}
                         : kernels::MatrixProduct{n, m, k, false, !second};
        else
            return second ? kernels::MatrixProduct{m, n, k, true, first}
                          : kernels::MatrixProduct{k, n, m, !first, false};
    }

    /// All but the last two axes, of a shape.
    static constexpr Shape before_matrices(const Shape& shape) {
        Shape result;
        for (std::size_t axis = 0; axis + 2 < shape.rank; ++axis)
            result.push_back(shape[axis]);
        return result;
    }
    template <class Context>
    static constexpr kernels::RepeatedAxes<2> pairs{
        before_matrices(Context::Shapes::output),
        {before_matrices(Context::Shapes::inputs[0]), before_matrices(Context::Shapes::inputs[1])}};

    /// Calls f(where the matrices of the first and the second input and of the output begin).
    template <class Context, class Function>
    static void for_each_pair(const Context& run, const Function& f) noexcept {
        static constexpr kernels::MatrixProduct size = product(Context::Shapes::inputs);
        std::array<std::size_t, 3> at{};
        for (std::size_t row = 0; row < run.rows; ++row) {
            const auto begin = [row](const Shape& shape) { return row * shape.size(); };
            kernels::for_each_position<pairs<Context>, kernels::Along::all>(
                std::array<std::size_t, 2>{}, [&](const std::array<std::size_t, 2>& matrix) {
                    at[0] = begin(Context::Shapes::inputs[0]) + matrix[0] * size.rows * size.depth;
                    at[1] = begin(Context::Shapes::inputs[1]) + matrix[1] * size.depth * size.columns;
                    f(at);
                    at[2] += size.rows * size.columns;
                });
        }
    }
};

} // namespace burin
