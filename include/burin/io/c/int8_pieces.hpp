#pragma once

#include "burin/io/c/convolution_rules.hpp"
#include "burin/io/c/pooling_rules.hpp"
#include "burin/io/c/source.hpp"

// The arithmetic of 8-bit integers, as kernels/int8/ has it. Sums of products are exact, so their order is of
// no matter. Right shifts of negative numbers are arithmetic, as all compilers have them.

namespace burin::io::c::pieces {

/// As `core::multiply<Rounding::once>`.
inline constexpr Function rescale_once{R"(/* x * multiplier / 2^shift to the nearest, halves upwards. */
static int32_t rescale(int32_t x, int32_t multiplier, int32_t shift)
{
    return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << (shift - 1))) >> shift);
}
)"};

/// As `core::OutputScale<Rounding::once>`.
inline constexpr Function scale_once{
    R"(/* x * multiplier / 2^shift as floats to the nearest, halves to the even number. Behind the limits no compiler joins
   the product and the sum before it. */
static int32_t to_output(int32_t x, int32_t multiplier, int32_t shift)
{
    union {
        int32_t bits;
        float number;
    } power, rounded;
    float product;
    power.bits = (127 - shift) * (1 << 23);
    product = (float)x * ((float)multiplier * power.number);
    product = product < -2097152.0f ? -2097152.0f : product > 2097152.0f ? 2097152.0f : product;
    rounded.number = product + 12582912.0f;
    return rounded.bits - 0x4B400000;
}
)"};

inline constexpr Function doubled_high_word{R"(/* x * y / 2^31 to the nearest, halves upwards. */
static int32_t doubled_high_word(int64_t x, int32_t y)
{
    return (int32_t)((x * y + ((int64_t)1 << 30)) >> 31);
}
/* x / 2^shift to the nearest, halves away from 0. */
static int32_t divided_away_from_0(int32_t x, int32_t shift)
{
    return (((x - (x < 0 ? 1 : 0)) >> (shift - 1)) + 1) >> 1;
}
)"};

/// As `core::multiply<Rounding::twice>`.
inline constexpr Function rescale_twice{
    R"(/* x * multiplier / 2^shift, rounded behind 31 bits of the shift and at its end. */
static int32_t rescale(int32_t x, int32_t multiplier, int32_t shift)
{
    if (shift > 31)
        return divided_away_from_0(doubled_high_word(x, multiplier), shift - 31);
    return doubled_high_word((int64_t)x * ((int64_t)1 << (31 - shift)), multiplier);
}
)",
    {&doubled_high_word}};
inline constexpr Function scale_twice{
    R"(static int32_t to_output(int32_t x, int32_t multiplier, int32_t shift)
{
    return rescale(x, multiplier, shift);
}
)",
    {&rescale_twice}};

inline constexpr Function clamped{R"(static int8_t clamped(int32_t x, int32_t low)
{
    return (int8_t)(x < low ? low : x > 127 ? 127 : x);
}
)"};

/// As `kernels::Int8Outputs`; behind one of `to_output`.
inline constexpr Function outputs{R"(/* What makes an output of a sum: of each channel a bias and a factor. */
struct outputs {
    const int32_t *bias, *multipliers;
    const int8_t *shifts;
    int32_t zero_point, low;
};
static int8_t output_of(const struct outputs *o, int32_t sum, size_t channel)
{
    const int32_t whole = to_output(sum + o->bias[channel], o->multipliers[channel], o->shifts[channel]);
    return clamped(whole + o->zero_point, o->low);
}
)",
                                  {&clamped}};

inline constexpr Function int8_dot{R"(static int32_t int8_dot(const int8_t *a, const int8_t *b, size_t count)
{
    int32_t sum = 0;
    size_t i;
    for (i = 0; i < count; ++i)
        sum += a[i] * b[i];
    return sum;
}
)"};

/// Of four channels at once, which read x once.
inline constexpr Function int8_dots{
    R"(/* sums[k] += the products of x and a channel's weights, which are `stride` apart from channel to channel. */
static void int8_dots(const int8_t *x, const int8_t *w, size_t stride, size_t count, size_t channels, int32_t *sums)
{
    size_t i, k;
    if (channels == 4) {
        const int8_t *const w1 = w + stride, *const w2 = w1 + stride, *const w3 = w2 + stride;
        int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
        for (i = 0; i < count; ++i) {
            const int32_t factor = x[i];
            s0 += factor * w[i];
            s1 += factor * w1[i];
            s2 += factor * w2[i];
            s3 += factor * w3[i];
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        return;
    }
    for (k = 0; k < channels; ++k, w += stride)
        for (i = 0; i < count; ++i)
            sums[k] += x[i] * w[i];
}
)"};

inline constexpr Function int8_multiply{R"(/* Each row of x with each row of w. */
static void int8_multiply(const int8_t *x, size_t rows, size_t depth, const int8_t *w, size_t columns,
                          const struct outputs *o, int8_t *y)
{
    size_t row, c, k;
    for (row = 0; row < rows; ++row, x += depth)
        for (c = 0; c < columns; c += 4) {
            const size_t channels = columns - c < 4 ? columns - c : 4;
            int32_t sums[4] = {0, 0, 0, 0};
            int8_dots(x, w + c * depth, depth, depth, channels, sums);
            for (k = 0; k < channels; ++k)
                *y++ = output_of(o, sums[k], c + k);
        }
}
)",
                                        {&int8_dots, &outputs}};

inline constexpr Function int8_convolve{
    R"(/* Beside the image are zero points. Weights are filter by filter. */
static void int8_convolve(const struct convolution *c, const int8_t *x, int32_t zero_point, const int8_t *w,
                          const struct outputs *o, int8_t *y)
{
    const size_t depth = c->channels / c->groups, columns = c->filters / c->groups;
    const size_t taps = c->kernel[0] * c->kernel[1] * c->kernel[2];
    /* Taps side by side read pixels side by side. */
    const int is_merged = c->groups == 1 && c->dilation[2] == 1;
    size_t oz, oy, ox, g, f, kz, ky, kx, i, k;
    for (oz = 0; oz < c->output[0]; ++oz)
    for (oy = 0; oy < c->output[1]; ++oy)
    for (ox = 0; ox < c->output[2]; ++ox)
    for (g = 0; g < c->groups; ++g)
    for (f = 0; f < columns; f += 4) {
        const size_t channels = columns - f < 4 ? columns - f : 4, filter = g * columns + f;
        const int8_t *tap = w + filter * taps * depth;
        int32_t sums[4] = {0, 0, 0, 0};
        for (kz = 0; kz < c->kernel[0]; ++kz) {
            const size_t iz = oz * c->stride[0] + kz * c->dilation[0] - c->before[0];
            for (ky = 0; ky < c->kernel[1]; ++ky) {
                const size_t iy = oy * c->stride[1] + ky * c->dilation[1] - c->before[1];
                const size_t line_begin = ox * c->stride[2] - c->before[2];
                const size_t width = c->kernel[2];
                if (is_merged && iz < c->input[0] && iy < c->input[1] && line_begin < c->input[2] &&
                    line_begin + width <= c->input[2]) {
                    const size_t line = ((iz * c->input[1] + iy) * c->input[2] + line_begin) * depth;
                    int8_dots(x + line, tap, taps * depth, width * depth, channels, sums);
                    tap += width * depth;
                    continue;
                }
                for (kx = 0; kx < width; ++kx, tap += depth) {
                    const size_t ix = ox * c->stride[2] + kx * c->dilation[2] - c->before[2];
                    const size_t pixel = (iz * c->input[1] + iy) * c->input[2] + ix;
                    if (iz < c->input[0] && iy < c->input[1] && ix < c->input[2])
                        int8_dots(x + pixel * c->channels + g * depth, tap, taps * depth, depth, channels, sums);
                    else
                        for (k = 0; k < channels; ++k)
                            for (i = 0; i < depth; ++i)
                                sums[k] += zero_point * tap[k * taps * depth + i];
                }
            }
        }
        for (k = 0; k < channels; ++k)
            *y++ = output_of(o, sums[k], filter + k);
    }
}
)",
    {&convolution_extents, &int8_dots, &outputs}};

inline constexpr Function int8_depthwise{
    R"(/* Each filter sees one channel, filters / channels of them the same. Weights are tap by tap. */
static void int8_convolve_depthwise(const struct convolution *c, const int8_t *x, int32_t zero_point,
                                    const int8_t *w, const struct outputs *o, int8_t *y)
{
    const size_t of_channel = c->filters / c->channels;
    size_t oy, ox, f, ky, kx;
    for (oy = 0; oy < c->output[1]; ++oy)
    for (ox = 0; ox < c->output[2]; ++ox) {
        const size_t y_first = first_tap(c, 1, oy), y_end = end_tap(c, 1, oy);
        const size_t x_first = first_tap(c, 2, ox), x_end = end_tap(c, 2, ox);
        for (f = 0; f < c->filters; ++f) {
            const size_t channel = f / of_channel, tap_step = c->dilation[2] * c->channels;
            const size_t first = ox * c->stride[2] + x_first * c->dilation[2] - c->before[2];
            int32_t sum = 0;
            for (ky = y_first; ky < y_end; ++ky) {
                const size_t iy = oy * c->stride[1] + ky * c->dilation[1] - c->before[1];
                const int8_t *from = x + (iy * c->input[2] + first) * c->channels + channel;
                const int8_t *tap = w + (ky * c->kernel[2] + x_first) * c->filters + f;
                for (kx = x_first; kx < x_end; ++kx, from += tap_step, tap += c->filters)
                    sum += (*from - zero_point) * *tap;
            }
            *y++ = output_of(o, sum, f);
        }
    }
}
)",
    {&convolution, &outputs}};

/// As `kernels::int8_pool`.
inline constexpr Function int8_pool{
    R"(static void int8_pool(const struct windows *w, int is_max, const int8_t *x, int32_t low, int8_t *y)
{
    size_t oz, oy, ox, c, iz, iy, ix;
    for (oz = 0; oz < w->output[0]; ++oz)
    for (oy = 0; oy < w->output[1]; ++oy)
    for (ox = 0; ox < w->output[2]; ++ox)
    for (c = 0; c < w->channels; ++c) {
        const size_t z_end = window_end(w, 0, oz), y_end = window_end(w, 1, oy), x_end = window_end(w, 2, ox);
        int32_t sum = 0, largest = -128, count = 0, mean;
        for (iz = window_begin(w, 0, oz); iz < z_end; ++iz)
        for (iy = window_begin(w, 1, oy); iy < y_end; ++iy)
        for (ix = window_begin(w, 2, ox); ix < x_end; ++ix, ++count) {
            const int32_t value = x[((iz * w->input[1] + iy) * w->input[2] + ix) * w->channels + c];
            sum += value;
            largest = value > largest ? value : largest;
        }
        mean = (sum + (sum > 0 ? count / 2 : -(count / 2))) / count;
        *y++ = clamped(is_max ? largest : mean, low);
    }
}
)",
    {&windows, &clamped}};

/// As `kernels::int8_mean`.
inline constexpr Function int8_mean{R"(/* The mean of each channel of whole images, in a scale of its own. */
static void int8_mean(const int8_t *x, size_t pixels, size_t channels, int32_t x_zero_point, int32_t multiplier,
                      int32_t shift, int32_t zero_point, int32_t low, int8_t *y)
{
    size_t c, i;
    for (c = 0; c < channels; ++c) {
        int32_t sum = 0;
        for (i = 0; i < pixels; ++i)
            sum += x[i * channels + c] - x_zero_point;
        y[c] = clamped(rescale(sum, multiplier, shift) + zero_point, low);
    }
}
)",
                                    {&clamped}};

inline constexpr Function look_up{R"(/* An elementwise function as a table. */
static void look_up(const int8_t *table, const int8_t *x, size_t count, int8_t *y)
{
    size_t i;
    for (i = 0; i < count; ++i)
        y[i] = table[x[i] + 128];
}
)"};

/// As `kernels::int8_add`.
inline constexpr Function int8_add{
    R"(/* Sums of inputs that are brought to one scale, with 20 bits behind the point; the second of two may be taken
   off. The last factor and zero point are the output's. */
static void int8_add(const int8_t *const *x, size_t inputs, int subtracts, const int32_t *multipliers,
                     const int8_t *shifts, const int8_t *zero_points, int32_t low, size_t count, int8_t *y)
{
    size_t i, k;
    for (i = 0; i < count; ++i) {
        int32_t sum = 0;
        for (k = 0; k < inputs; ++k) {
            const int32_t summand =
                rescale((x[k][i] - zero_points[k]) * (1 << 20), multipliers[k], shifts[k]);
            sum = subtracts && k > 0 ? sum - summand : sum + summand;
        }
        y[i] = clamped(rescale(sum, multipliers[inputs], shifts[inputs]) + zero_points[inputs], low);
    }
}
)",
    {&clamped}};

inline constexpr Function int8_products{
    R"(static void int8_products(const int8_t *const *x, size_t inputs, const int8_t *zero_points, int32_t multiplier,
                          int32_t shift, int32_t zero_point, int32_t low, size_t count, int8_t *y)
{
    size_t i, k;
    for (i = 0; i < count; ++i) {
        int32_t product = 1;
        for (k = 0; k < inputs; ++k)
            product *= x[k][i] - zero_points[k];
        y[i] = clamped(to_output(product, multiplier, shift) + zero_point, low);
    }
}
)",
    {&clamped}};

inline constexpr Function int8_rescale{
    R"(/* Runs of elements brought to another scale, one every `pitch` elements of the output. */
static void int8_rescale(const int8_t *x, size_t runs, size_t extent, int32_t x_zero_point, int32_t multiplier,
                         int32_t shift, int32_t zero_point, int8_t *y, size_t pitch)
{
    size_t run, i;
    for (run = 0; run < runs; ++run, x += extent, y += pitch)
        for (i = 0; i < extent; ++i)
            y[i] = clamped(rescale(x[i] - x_zero_point, multiplier, shift) + zero_point, -128);
}
)",
    {&clamped}};

/// As `quantization::quantized`.
inline constexpr Function quantized{
    R"(/* The nearest whole number, halves away from 0, from -512 to 512; 0 of what is none. */
static int32_t rounded(float number)
{
    int32_t whole;
    float rest;
    if (!(number > -512.0f))
        return number != number ? 0 : -512;
    if (!(number < 512.0f))
        return 512;
    whole = (int32_t)number;
    rest = number - (float)whole;
    return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
}
static int8_t quantized(float number, float scale, int32_t zero_point)
{
    return clamped(rounded(number / scale) + zero_point, -128);
}
)",
    {&clamped}};

inline constexpr Function int8_add_product{
    R"(static void int8_add_product(const int8_t *x, const int8_t *w, size_t depth, size_t columns,
                             const float *factors, float *y)
{
    size_t c;
    for (c = 0; c < columns; ++c)
        y[c] += factors[c] * (float)int8_dot(x, w + c * depth, depth);
}
)",
    {&int8_dot}};

} // namespace burin::io::c::pieces
