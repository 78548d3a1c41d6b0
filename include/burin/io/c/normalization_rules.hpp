#pragma once

#include "burin/io/c/functions.hpp"
#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/softmax.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::io::c {

namespace pieces {

inline constexpr Function scale_columns{
    R"(/* y = finish((x - mean) * scale + shift), each for each channel. */
static void scale_columns(const float *x, const float *mean, const float *scale, const float *shift,
                          size_t channels, float *y, size_t count, enum finish how)
{
    size_t i;
    for (i = 0; i < count; ++i) {
        const size_t c = i % channels;
        y[i] = finish(how, multiply_add(x[i] - mean[c], scale[c], shift[c]), 0.0f);
    }
}
)",
    {&multiply_add}};

/// As `kernels::normalize_rows`, but for numbers whose squares are infinite.
inline constexpr Function normalize_rows{
    R"(/* y = finish((x - mean) / sqrt(variance + epsilon) * weight + bias) for each row; if not centred without mean. */
struct normalize {
    const float *x, *weight, *bias;
    float *y;
    size_t rows, size;
    int is_centred;
    float epsilon;
    enum finish finish;
};
/* The sum of x - less, or of its squares. */
static float sum_row(const float *x, size_t size, float less, int squares)
{
    const size_t in_blocks = size < 64 ? 0 : size / 32 * 32;
    struct pairwise blocks = {{0.0f}, 0};
    float sum = 0.0f;
    size_t i;
    for (i = 0; i < size; ++i) {
        const float part = x[i] - less;
        if (i > 0 && i <= in_blocks && i % 32 == 0) {
            pairwise_add(&blocks, sum);
            sum = 0.0f;
        }
        sum = sum + (squares ? part * part : part);
    }
    if (in_blocks > 0 && in_blocks == size) {
        pairwise_add(&blocks, sum);
        sum = 0.0f;
    }
    return in_blocks > 0 ? pairwise_total(&blocks, sum) : sum;
}
static void normalize_rows(const struct normalize *n)
{
    const float share = 1.0f / (float)n->size;
    const float *x = n->x;
    float *y = n->y;
    size_t row, i;
    for (row = 0; row < n->rows; ++row, x += n->size, y += n->size) {
        const float mean = n->is_centred ? x[0] + sum_row(x, n->size, x[0], 0) * share : 0.0f;
        const float squares = sum_row(x, n->size, mean, 1);
        const float inverse = 1.0f / sqrtf(multiply_add(squares, share, n->epsilon));
        for (i = 0; i < n->size; ++i)
            y[i] = finish(n->finish,
                          multiply_add((x[i] - mean) * inverse, n->weight ? n->weight[i] : 1.0f,
                                       n->bias ? n->bias[i] : 0.0f), 0.0f);
    }
}
)",
    {&pairwise, &multiply_add}};

/// As `kernels::exponentials` and `kernels::softmax`.
inline constexpr Function exponentials{
    R"(/* e = exp(x) divided by 2^n, where the rounder is the usual one less n; of x below `low` it is 0. */
static float scaled_exponential(float x, float rounder, float low)
{
    const float limited = at_least(x, low), shifted = multiply_add(limited, 1.44269504088896340736f, rounder);
    const float n = shifted - rounder, scale = from_bits(bits_of(shifted) << 23);
    const float r = multiply_add(n, -1.42860682030941723212e-6f, multiply_add(n, -0x1.62e4p-1f, limited));
    float series = multiply_add(0.0013946443997f, r, 0.008366583415f);
    series = multiply_add(series, r, 0.041666282132f);
    series = multiply_add(series, r, 0.16666542997f);
    series = multiply_add(series, r, 0.5f);
    return multiply_add(scale, multiply_add(r * r, series, r), scale);
}
/* A sum of exponentials, of many block by block. */
struct exponential_sum { struct pairwise blocks; float sum; size_t terms; int has_blocks; };
static void begin_sum(struct exponential_sum *of, size_t count)
{
    of->blocks.levels = 0;
    of->sum = 0.0f;
    of->terms = 0;
    of->has_blocks = count >= 128;
}
static void add_to_sum(struct exponential_sum *of, float e)
{
    if (of->has_blocks && of->terms == 64) {
        pairwise_add(&of->blocks, of->sum);
        of->sum = 0.0f;
        of->terms = 0;
    }
    of->sum = of->sum + e;
    ++of->terms;
}
static float end_sum(const struct exponential_sum *of)
{
    return of->has_blocks ? pairwise_total(&of->blocks, of->sum) : of->sum;
}
)",
    {&multiply_add, &bits, &at_least, &pairwise, &usual_rounder}};

inline constexpr Function largest_of{R"(static float largest_of(const float *x, size_t count)
{
    float largest = -INFINITY;
    size_t i;
    for (i = 0; i < count; ++i)
        largest = largest > x[i] ? largest : x[i];
    return largest;
}
)"};

inline constexpr Function softmax{R"(/* y = exp(x) / the sum of exp(x), for each row; y may be x. */
static void softmax(const float *x, float *y, size_t rows, size_t size)
{
    size_t row, i;
    for (row = 0; row < rows; ++row, x += size, y += size) {
        const float most = largest_of(x, size);
        const int is_small = most > -256.0f && most < 256.0f;
        /* Divided by a power of two, or, where the largest is huge, less that one. */
        const float power =
            is_small ? multiply_add(most, 1.44269504088896340736f, 12582912.0f) - 12582912.0f : 0.0f;
        const float rounder = usual_rounder - power, low = -88.0f + power * 0.693147180559945309417f;
        struct exponential_sum sum;
        float factor;
        begin_sum(&sum, size);
        for (i = 0; i < size; ++i) {
            y[i] = scaled_exponential(is_small ? x[i] : x[i] - most, rounder, low);
            add_to_sum(&sum, y[i]);
        }
        factor = 1.0f / end_sum(&sum);
        for (i = 0; i < size; ++i)
            y[i] = y[i] * factor;
    }
}
)",
                                  {&exponentials, &largest_of}};

inline constexpr Function log_softmax{R"(/* y = x - log(the sum of exp(x)), for each row; y may be x. */
static void log_softmax(const float *x, float *y, size_t rows, size_t size)
{
    size_t row, i;
    for (row = 0; row < rows; ++row, x += size, y += size) {
        const float shift = largest_of(x, size);
        struct exponential_sum sum;
        float log_sum;
        begin_sum(&sum, size);
        for (i = 0; i < size; ++i)
            add_to_sum(&sum, scaled_exponential(x[i] - shift, usual_rounder, -88.0f));
        log_sum = logarithm(end_sum(&sum));
        for (i = 0; i < size; ++i)
            y[i] = (x[i] - shift) - log_sum;
    }
}
)",
                                      {&exponentials, &largest_of, &logarithm}};

} // namespace pieces

/// With its running statistics: the factor of a channel is a constant.
template <class... Options>
struct Rule<BatchNorm<Options...>> {
    using Affine = typename BatchNorm<Options...>::Affine;

    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::scale_columns);
        const Tensor variance = step.tensor("running_var");
        std::vector<float> scale(variance.values.size()), shift(variance.values.size());
        if constexpr (Affine::has_scale)
            scale = step.tensor("weight").values;
        if constexpr (Affine::has_bias)
            shift = step.tensor("bias").values;
        for (std::size_t c = 0; c < scale.size(); ++c) {
            const float inverse =
                1.0F / std::sqrt(variance.values[c] + static_cast<float>(BatchNorm<Options...>::epsilon));
            scale[c] = Affine::has_scale ? scale[c] * inverse : inverse;
        }
        const std::string name = "w." + step.name;
        to.line("scale_columns(" + step.inputs[0] + ", " + step.weights(to, "running_mean") + ", " +
                to.array<float>(name + ".scale", scale) + ", " + to.array<float>(name + ".shift", shift) +
                ", " + std::to_string(scale.size()) + ", " + step.output + ", " +
                std::to_string(step.rows * step.output_shape.size()) + ", " + step.finish(to) + ");");
    }
};

template <class LayerType>
concept RowNormLike = requires(const LayerType* layer) {
    []<bool Centred, class... Options>(const burin::detail::RowNorm<Centred, Options...>*) {}(layer);
};

namespace detail {
template <bool Centred, class... Options>
constexpr bool is_centred(const burin::detail::RowNorm<Centred, Options...>*) {
    return Centred;
}
} // namespace detail

template <RowNormLike LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::normalize_rows);
        std::size_t size = 1;
        for (std::size_t axis = step.output_shape.rank - LayerType::axes; axis < step.output_shape.rank;
             ++axis)
            size *= step.output_shape[axis];
        using Affine = typename LayerType::Affine;
        Members call("normalize");
        call.with("x", step.inputs[0])
            .with_if(Affine::has_scale, "weight", step.weights_if(to, Affine::has_scale, "weight"))
            .with_if(Affine::has_bias, "bias", step.weights_if(to, Affine::has_bias, "bias"))
            .with("y", step.output)
            .with("rows", step.rows * step.output_shape.size() / size)
            .with("size", size)
            .with("is_centred", detail::is_centred(static_cast<const LayerType*>(nullptr)))
            .with("epsilon", literal(static_cast<float>(LayerType::epsilon)));
        const std::string finish = step.finish(to);
        call.with_if(finish != "AS_IT_IS", "finish", finish);
        to.call("normalize_rows", {call.address()});
    }
};

namespace detail {

inline void write_over_last_axis(Source& to, const LayerStep& step, const char* function) {
    const std::size_t size = step.output_shape.last();
    to.line(std::string(function) + "(" + step.inputs[0] + ", " + step.output + ", " +
            std::to_string(step.rows * step.output_shape.size() / size) + ", " + std::to_string(size) + ");");
}

} // namespace detail

template <>
struct Rule<Softmax> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::softmax);
        detail::write_over_last_axis(to, step, "softmax");
    }
};

template <>
struct Rule<LogSoftmax> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::log_softmax);
        detail::write_over_last_axis(to, step, "log_softmax");
    }
};

} // namespace burin::io::c
