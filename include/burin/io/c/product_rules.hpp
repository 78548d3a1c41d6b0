#pragma once

#include "burin/io/c/activation_rules.hpp"
#include "burin/io/c/functions.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dot.hpp"
#include "burin/layers/feed_forward.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function pairwise{R"(/* The sum of blocks of terms, pair by pair. */
struct pairwise { float waiting[8]; size_t levels; };
static void pairwise_add(struct pairwise *to, float sum)
{
    size_t level = 0;
    for (; level < 7 && (to->levels >> level & 1) != 0; ++level) {
        sum = to->waiting[level] + sum;
        to->levels -= (size_t)1 << level;
    }
    if ((to->levels >> level & 1) != 0)
        sum = to->waiting[level] + sum;
    to->waiting[level] = sum;
    to->levels |= (size_t)1 << level;
}
static float pairwise_total(const struct pairwise *of, float rest)
{
    size_t level;
    for (level = 0; level < 8; ++level)
        if ((of->levels >> level & 1) != 0)
            rest = of->waiting[level] + rest;
    return rest;
}
)"};

/// As `kernels::sum` of products.
inline constexpr Function sum_of_products{
    R"(static float sum_of_products(const float *a, const float *b, size_t count)
{
    float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
    size_t i = 0;
    if (count >= 256) {
        struct pairwise blocks = {{0.0f}, 0};
        for (; i + 256 <= count;) {
            const size_t end = i + 128;
            for (; i < end; i += 4) {
                s0 = s0 + a[i] * b[i];
                s1 = s1 + a[i + 1] * b[i + 1];
                s2 = s2 + a[i + 2] * b[i + 2];
                s3 = s3 + a[i + 3] * b[i + 3];
            }
            pairwise_add(&blocks, (s0 + s1) + (s2 + s3));
            s0 = s1 = s2 = s3 = 0.0f;
        }
        s3 = pairwise_total(&blocks, 0.0f);
    }
    for (; i + 4 <= count; i += 4) {
        s0 = s0 + a[i] * b[i];
        s1 = s1 + a[i + 1] * b[i + 1];
        s2 = s2 + a[i + 2] * b[i + 2];
        s3 = s3 + a[i + 3] * b[i + 3];
    }
    for (; i < count; ++i)
        s0 = s0 + a[i] * b[i];
    return (s0 + s1) + (s2 + s3);
}
)",
    {&pairwise}};

/// As `kernels::detail::dot` of a row and a matrix of one column.
inline constexpr Function dot_product{
    R"(static float dot_product(const float *a, const float *b, size_t count)
{
    const size_t chains = count < 4 ? count : 4;
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    size_t i, c;
    if (count > 8)
        return sum_of_products(a, b, count);
    for (i = 0; i < count; ++i)
        sums[i % 4] = i < 4 ? a[i] * b[i] : multiply_add(a[i], b[i], sums[i % 4]);
    for (c = chains; c > 1; c = (c + 1) / 2)
        for (i = 0; i < c / 2; ++i)
            sums[i] = sums[i] + sums[c - 1 - i];
    return sums[0];
}
)",
    {&sum_of_products, &multiply_add}};

/// The sums of four columns in registers.
inline constexpr Function add_products{
    R"(/* sums[k] += the sum over d of x[d] * w[d * row + k], k < width <= 4, one product after the other. */
static void add_products(const float *x, const float *w, size_t row, size_t depth, size_t width, float *sums)
{
    size_t d, k;
    if (width == 4) {
        float s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
        for (d = 0; d + 2 <= depth; d += 2, w += 2 * row) {
            const float factor = x[d], next = x[d + 1], *const behind = w + row;
            s0 = multiply_add(next, behind[0], multiply_add(factor, w[0], s0));
            s1 = multiply_add(next, behind[1], multiply_add(factor, w[1], s1));
            s2 = multiply_add(next, behind[2], multiply_add(factor, w[2], s2));
            s3 = multiply_add(next, behind[3], multiply_add(factor, w[3], s3));
        }
        if (d < depth) {
            s0 = multiply_add(x[d], w[0], s0);
            s1 = multiply_add(x[d], w[1], s1);
            s2 = multiply_add(x[d], w[2], s2);
            s3 = multiply_add(x[d], w[3], s3);
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        return;
    }
    for (k = 0; k < width; ++k) {
        float sum = sums[k];
        for (d = 0; d < depth; ++d)
            sum = multiply_add(x[d], w[d * row + k], sum);
        sums[k] = sum;
    }
}
)",
    {&multiply_add}};

inline constexpr Function product{
    R"(/* y = finish(start + x * w), for each of so many rows. Members that are not named are 0; where `w_row` is, rows
   lie without gaps. */
struct product {
    const float *x, *w, *start, *summand;
    float *y;
    size_t rows, depth, columns;
    size_t x_row, w_row, y_row;
    size_t splits, block; /* In how many interleaved sums the depth is summed up, and so much of it at a time. */
    enum finish finish;
};
)"};

/// As `kernels::multiply` of sums that are not split.
inline constexpr Function multiply{R"(static void multiply_rows(const struct product *p)
{
    const size_t x_row = p->x_row ? p->x_row : p->depth, y_row = p->y_row ? p->y_row : p->columns;
    const size_t w_row = p->w_row ? p->w_row : p->columns;
    const float *x = p->x, *summand = p->summand;
    float *y = p->y;
    size_t row, c, k;
    for (row = 0; row < p->rows; ++row, x += x_row, y += y_row) {
        for (c = 0; c < p->columns; c += 4) {
            const size_t width = p->columns - c < 4 ? p->columns - c : 4;
            float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            for (k = 0; p->start && k < width; ++k)
                sums[k] = p->start[c + k];
            add_products(x, p->w + c, w_row, p->depth, width, sums);
            for (k = 0; k < width; ++k)
                y[c + k] = finish(p->finish, sums[k], summand ? summand[c + k] : 0.0f);
        }
        summand = summand ? summand + y_row : summand;
    }
}
)",
                                   {&product, &add_products}};

/// The same where sums of the even and the odd terms are made, or four of them.
inline constexpr Function multiply_split{R"(static void multiply_rows_split(const struct product *p)
{
    const size_t x_row = p->x_row ? p->x_row : p->depth, y_row = p->y_row ? p->y_row : p->columns;
    const size_t w_row = p->w_row ? p->w_row : p->columns, block = p->block ? p->block : p->depth;
    size_t row, c, begin, d;
    for (row = 0; row < p->rows; ++row)
        for (c = 0; c < p->columns; ++c) {
            const float *const x = p->x + row * x_row, *const w = p->w + c;
            float total = p->start ? p->start[c] : 0.0f;
            for (begin = 0; begin < p->depth; begin += block) {
                const size_t depth = p->depth - begin < block ? p->depth - begin : block;
                float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
                sums[0] = total;
                for (d = 0; d < depth; ++d)
                    sums[d % p->splits] =
                        multiply_add(x[begin + d], w[(begin + d) * w_row], sums[d % p->splits]);
                total = p->splits == 4 ? (sums[0] + sums[1]) + (sums[2] + sums[3]) : sums[0] + sums[1];
            }
            p->y[row * y_row + c] =
                finish(p->finish, total, p->summand ? p->summand[row * y_row + c] : 0.0f);
        }
}
)",
                                         {&product, &multiply_add}};

/// Of a matrix of one column.
inline constexpr Function multiply_column{R"(static void multiply_column(const struct product *p)
{
    size_t row;
    for (row = 0; row < p->rows; ++row) {
        const float sum = dot_product(p->x + row * p->depth, p->w, p->depth);
        p->y[row] = finish(p->finish, p->start ? sum + p->start[0] : sum, 0.0f);
    }
}
)",
                                          {&product, &dot_product}};

} // namespace pieces

/// A product as an expression of its operands; all but the first three may be left out.
struct Product {
    std::string x{}, w{}, y{}, start = "NULL";
    std::string rows = "1";
    std::size_t depth = 1, columns = 1;
    std::size_t x_row = 0, w_row = 0, y_row = 0;
    std::string finish = "AS_IT_IS", summand = "NULL";
    /// What a layer says of it, which decides in which order a build with one lane sums.
    kernels::Hints hints{.is_dense = true};
    bool splits = true; ///< Else one product is added after the other.

    void write(Source& to) const {
        to.use_finish();
        const kernels::ProductChooser chooser{kernels::Product::forward, sizeof(float),
                                              kernels::machines::scalar};
        const kernels::Extents extents{0, depth, columns};
        const kernels::ProductChoices choices = chooser.choices(extents, hints);
        const std::size_t sums = splits ? chooser.kind(columns, hints).splits : 1;
        std::string function = "multiply_rows";
        if (splits && choices.of_many == kernels::Loops::dot_products) {
            function = "multiply_column";
            to.use(pieces::multiply_column);
        } else if (sums > 1) {
            function = "multiply_rows_split";
            to.use(pieces::multiply_split);
        } else {
            to.use(pieces::multiply);
        }
        Members call("product");
        call.with("x", x).with("w", w).with("y", y);
        call.with_if(start != "NULL", "start", start).with_if(summand != "NULL", "summand", summand);
        call.with("rows", rows).with("depth", depth).with("columns", columns);
        call.with_if(x_row > 0, "x_row", std::to_string(x_row));
        call.with_if(w_row > 0, "w_row", std::to_string(w_row));
        call.with_if(y_row > 0, "y_row", std::to_string(y_row));
        if (function == "multiply_rows_split") {
            call.with("splits", sums);
            // Of whatever number of rows: where sums are split it does not depend on it.
            call.with_if(choices.block > 0, "block", std::to_string(choices.block));
        }
        call.with_if(finish != "AS_IT_IS", "finish", finish);
        to.call(function, {call.address()});
    }
};

template <std::size_t Units, class... Options>
struct Rule<Dense<Units, Options...>> {
    static void write(Source& to, const LayerStep& step) {
        Product product{.x = step.inputs[0],
                        .w = step.weights(to, "weight"),
                        .y = step.output,
                        .start = step.weights_if(to, Dense<Units, Options...>::has_bias, "bias"),
                        .rows = std::to_string(step.rows),
                        .depth = step.input_shapes[0].size(),
                        .columns = Units,
                        .finish = step.finish(to),
                        .summand = step.summand};
        product.write(to);
    }
};

template <std::size_t Units, class ActivationType>
struct Rule<FeedForward<Units, ActivationType>> {
    static constexpr bool is_missing = !Activation<ActivationType>::is_known;
    static constexpr std::size_t together = 8; ///< Positions whose hidden units are there at a time.

    static std::size_t positions(const LayerStep& step) {
        return step.rows * step.output_shape.size() / step.output_shape.last();
    }
    static std::size_t scratch(const LayerStep& step) { return std::min(together, positions(step)) * Units; }

    static void write(Source& to, const LayerStep& step) {
        const std::size_t features = step.output_shape.last(), count = positions(step),
                          block = std::min(together, count);
        const std::string offset = " + position * " + std::to_string(features);
        to.line("{");
        to.line("    size_t position;");
        to.line("    for (position = 0; position < " + std::to_string(count) +
                "; position += " + std::to_string(block) + ") {");
        to.line("        const size_t here = " + std::to_string(count) + " - position < " +
                std::to_string(block) + " ? " + std::to_string(count) +
                " - position : " + std::to_string(block) + ";");
        Product hidden{.x = step.inputs[0] + offset,
                       .w = step.weights(to, "hidden.weight"),
                       .y = step.scratch,
                       .start = step.weights(to, "hidden.bias"),
                       .rows = "here",
                       .depth = features,
                       .columns = Units,
                       .finish = to.finish(Activation<ActivationType>::value(to, "x"))};
        hidden.write(to);
        Product output{.x = step.scratch,
                       .w = step.weights(to, "output.weight"),
                       .y = step.output + offset,
                       .start = step.weights(to, "output.bias"),
                       .rows = "here",
                       .depth = Units,
                       .columns = features};
        output.write(to);
        to.line("    }");
        to.line("}");
    }
};

template <>
struct Rule<Dot> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::sum_of_products);
        const std::size_t n = step.input_shapes[0].last(), a = step.input_shapes[0].size() / n,
                          b = step.input_shapes[1].size() / n;
        to.line("{");
        to.line("    size_t i, j;");
        to.line("    for (i = 0; i < " + std::to_string(a) + "; ++i)");
        to.line("        for (j = 0; j < " + std::to_string(b) + "; ++j)");
        to.line("            (" + step.output + ")[i * " + std::to_string(b) + " + j] = sum_of_products(" +
                step.inputs[0] + " + i * " + std::to_string(n) + ", " + step.inputs[1] + " + j * " +
                std::to_string(n) + ", " + std::to_string(n) + ");");
        to.line("}");
    }
};

} // namespace burin::io::c
