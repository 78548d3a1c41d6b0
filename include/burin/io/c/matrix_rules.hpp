#pragma once

#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/repeated_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/mat_mul.hpp"
#include "burin/layers/tied_scores.hpp"

#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function transpose{R"(/* to[c][r] = from[r][c] */
static void transpose(const float *from, size_t row, size_t rows, size_t columns, float *to)
{
    size_t r, c;
    for (r = 0; r < rows; ++r)
        for (c = 0; c < columns; ++c)
            to[c * rows + r] = from[r * row + c];
}
)"};

/// As `kernels::multiply_by_rows`: sums of the even and the odd products.
inline constexpr Function multiply_by_rows{
    R"(/* y[r][c] is the product of row r of x and row c of w. */
static void multiply_by_rows(const float *x, size_t rows, const float *w, size_t count, size_t depth, float *y)
{
    size_t r, c, d;
    for (r = 0; r < rows; ++r, x += depth)
        for (c = 0; c < count; ++c) {
            const float *const row = w + c * depth;
            float even = 0.0f, odd = 0.0f;
            for (d = 0; d + 2 <= depth; d += 2) {
                even = multiply_add(x[d], row[d], even);
                odd = multiply_add(x[d + 1], row[d + 1], odd);
            }
            if (d < depth)
                even = multiply_add(x[d], row[d], even);
            *y++ = even + odd;
        }
}
)",
    {&multiply_add}};

} // namespace pieces

template <class... Options>
struct Rule<MatMul<Options...>> {
    using LayerType = MatMul<Options...>;
    static constexpr bool is_missing = LayerType::first_transposed;

    static std::size_t scratch(const LayerStep& step) {
        return LayerType::second_transposed ? depth(step) * step.output_shape.last() : 0;
    }
    static void write(Source& to, const LayerStep& step) {
        const Shape before = before_matrices(step.output_shape);
        const detail::RepeatedLoops loops(before);
        const std::size_t rows = step.output_shape[step.output_shape.rank - 2],
                          columns = step.output_shape.last();
        const auto matrix = [&](const char* name, const Shape& shape, std::size_t size) {
            return std::string(name) + " + (" + loops.place(before_matrices(shape)) + ") * " +
                   std::to_string(size);
        };
        for_samples(to, step, [&](const LayerStep& one) {
            to.line("{");
            to.line("    const float *const a = " + one.inputs[0] + ", *const b = " + one.inputs[1] + ";");
            to.line("    float *const y = " + one.output + ";");
            if (before.rank > 0)
                loops.declare(to);
            loops.open(to, [](std::size_t) { return true; });
            to.line("    {");
            Product product{.x = matrix("a", one.input_shapes[0], rows * depth(one)),
                            .w = matrix("b", one.input_shapes[1], depth(one) * columns),
                            .y = matrix("y", one.output_shape, rows * columns),
                            .rows = std::to_string(rows),
                            .depth = depth(one),
                            .columns = columns,
                            .hints = {.shares_code = true}};
            if (LayerType::second_transposed) {
                to.use(pieces::transpose);
                to.call("transpose", {product.w, std::to_string(depth(one)), std::to_string(columns),
                                      std::to_string(depth(one)), one.scratch});
                product.w = one.scratch;
            }
            product.write(to);
            to.line("    }");
            to.line("}");
        });
    }

  private:
    static std::size_t depth(const LayerStep& step) { return step.input_shapes[0].last(); }
    static Shape before_matrices(const Shape& shape) {
        Shape result;
        for (std::size_t axis = 0; axis + 2 < shape.rank; ++axis)
            result.push_back(shape[axis]);
        return result;
    }
};

template <std::size_t Vocabulary, std::size_t Dimensions>
struct Rule<TiedScores<Vocabulary, Dimensions>> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::multiply_by_rows);
        to.call("multiply_by_rows",
                {step.inputs[0], std::to_string(step.rows * step.output_shape.size() / Vocabulary),
                 step.weights(to, "weight"), std::to_string(Vocabulary), std::to_string(Dimensions),
                 step.output});
    }
};

} // namespace burin::io::c
