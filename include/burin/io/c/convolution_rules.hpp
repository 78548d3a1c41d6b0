#pragma once

#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/choose_stream.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/depthwise_convolution.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function convolution_extents{
    R"(/* Over depth, height and width: output o is made of the inputs o * stride + k * dilation - before, k < kernel. */
struct convolution {
    size_t input[3], kernel[3], stride[3], dilation[3], before[3], output[3];
    size_t channels, filters, groups;
};
)"};
inline constexpr Function convolution{
    R"(/* The taps of axis `axis` that output `at` sees inside of the image. */
static size_t first_tap(const struct convolution *c, int axis, size_t at)
{
    const size_t from = at * c->stride[axis], step = c->dilation[axis];
    return c->before[axis] > from ? (c->before[axis] - from + step - 1) / step : 0;
}
static size_t end_tap(const struct convolution *c, int axis, size_t at)
{
    const size_t from = at * c->stride[axis], step = c->dilation[axis];
    const size_t inside = c->input[axis] + c->before[axis];
    const size_t end = inside > from ? (inside - from + step - 1) / step : 0;
    return end < c->kernel[axis] ? end : c->kernel[axis];
}
)",
    {&convolution_extents}};

/// As `kernels::convolution_forward`: taps line by line, of each all channels; zeros around the image are
/// left out.
inline constexpr Function convolve{
    R"(static void convolve(const struct convolution *c, const float *x, const float *w, const float *start, float *y,
                     enum finish how, const float *summand)
{
    const size_t depth = c->channels / c->groups, columns = c->filters / c->groups;
    /* Taps side by side read pixels side by side. */
    const int is_merged = c->groups == 1 && c->dilation[2] == 1;
    size_t oz, oy, ox, g, f, kz, ky, kx, k;
    for (oz = 0; oz < c->output[0]; ++oz)
    for (oy = 0; oy < c->output[1]; ++oy)
    for (ox = 0; ox < c->output[2]; ++ox) {
        const size_t z_end = end_tap(c, 0, oz), y_end = end_tap(c, 1, oy);
        const size_t x_first = first_tap(c, 2, ox), x_end = end_tap(c, 2, ox);
        for (g = 0; g < c->groups; ++g)
        for (f = 0; f < columns; f += 4) {
            const size_t width = columns - f < 4 ? columns - f : 4, filter = g * columns + f;
            float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            for (k = 0; start && k < width; ++k)
                sums[k] = start[filter + k];
            for (kz = first_tap(c, 0, oz); kz < z_end; ++kz)
            for (ky = first_tap(c, 1, oy); ky < y_end; ++ky)
            for (kx = x_first; kx < x_end; kx += is_merged ? x_end - x_first : 1) {
                const size_t iz = oz * c->stride[0] + kz * c->dilation[0] - c->before[0];
                const size_t iy = oy * c->stride[1] + ky * c->dilation[1] - c->before[1];
                const size_t ix = ox * c->stride[2] + kx * c->dilation[2] - c->before[2];
                const size_t pixel = (iz * c->input[1] + iy) * c->input[2] + ix;
                const size_t tap = (kz * c->kernel[1] + ky) * c->kernel[2] + kx;
                add_products(x + pixel * c->channels + g * depth, w + tap * depth * c->filters + filter,
                             c->filters, is_merged ? (x_end - x_first) * depth : depth, width, sums);
            }
            for (k = 0; k < width; ++k)
                y[filter + k] = finish(how, sums[k], summand ? summand[filter + k] : 0.0f);
        }
        y += c->filters;
        summand = summand ? summand + c->filters : summand;
    }
}
)",
    {&convolution, &add_products}};

/// As `kernels::depthwise_forward`.
inline constexpr Function depthwise{
    R"(/* Each filter sees one channel, filters / channels of them the same. Some lines of the output, the first at y. */
static void convolve_depthwise(const struct convolution *c, const float *x, const float *w, const float *start,
                               float *y, enum finish how, size_t first, size_t lines)
{
    const size_t of_channel = c->filters / c->channels;
    size_t oy, ox, f, ky, kx;
    for (oy = first; oy < first + lines; ++oy)
    for (ox = 0; ox < c->output[2]; ++ox, y += c->filters) {
        const size_t y_first = first_tap(c, 1, oy), y_end = end_tap(c, 1, oy);
        const size_t x_first = first_tap(c, 2, ox), x_end = end_tap(c, 2, ox);
        for (f = 0; f < c->filters; ++f) {
            const size_t channel = f / of_channel, tap_step = c->dilation[2] * c->channels;
            const size_t begin = ox * c->stride[2] + x_first * c->dilation[2] - c->before[2];
            float sum = start ? start[f] : 0.0f;
            for (ky = y_first; ky < y_end; ++ky) {
                const size_t iy = oy * c->stride[1] + ky * c->dilation[1] - c->before[1];
                const float *from = x + (iy * c->input[2] + begin) * c->channels + channel;
                const float *tap = w + (ky * c->kernel[2] + x_first) * c->filters + f;
                for (kx = x_first; kx < x_end; ++kx, from += tap_step, tap += c->filters)
                    sum = multiply_add(*from, *tap, sum);
            }
            y[f] = finish(how, sum, 0.0f);
        }
    }
}
)",
    {&convolution, &multiply_add}};

} // namespace pieces

/// A pointer to the extents of a convolution.
inline std::string extents(const kernels::Convolution& c) {
    const auto axes = [&](const auto& member) {
        return braces(std::array{member(c.axes[0]), member(c.axes[1]), member(c.axes[2])});
    };
    Members members("convolution");
    members.with("input", axes([](const auto& axis) { return axis.input; }))
        .with("kernel", axes([](const auto& axis) { return axis.kernel; }))
        .with("stride", axes([](const auto& axis) { return axis.stride; }))
        .with("dilation", axes([](const auto& axis) { return axis.dilation; }))
        .with("before", axes([](const auto& axis) { return axis.before; }))
        .with("output", axes([](const auto& axis) { return axis.output; }))
        .with("channels", c.channels)
        .with("filters", c.filters)
        .with("groups", c.groups);
    return members.address();
}

template <class LayerType>
concept ConvolutionLike = requires(const LayerType* layer) {
    []<std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>(
        const burin::detail::ConvolutionLayer<Rank, Filters, Kernel, Options...>*) {}(layer);
};

/// The inputs that a convolution over a sequence sees of earlier pieces, and the convolution of these and the
/// piece.
inline std::size_t remembered_elements(const kernels::Convolution& c) {
    return kernels::remembered_steps(c) * c.channels;
}
inline kernels::Convolution behind_the_past(kernels::Convolution c) {
    c.axes[2].input += kernels::remembered_steps(c);
    c.axes[2].before = 0;
    return c;
}
/// Puts them before the piece, `step.scratch`, and keeps those for the next one.
inline void write_past_and_piece(Source& to, const LayerStep& step, std::size_t remembered) {
    const std::string kept = std::to_string(remembered) + " * sizeof " + "*state",
                      piece = std::to_string(step.input_shapes[0].size());
    to.line("memcpy(" + step.scratch + ", " + step.state + ", " + kept + ");");
    to.line("memcpy(" + step.scratch + " + " + std::to_string(remembered) + ", " + step.inputs[0] + ", " +
            piece + " * sizeof *state);");
    to.line("memcpy(" + step.state + ", " + step.scratch + " + " + piece + ", " + kept + ");");
}

template <ConvolutionLike LayerType>
struct Rule<LayerType> {
    static std::size_t state(const LayerStep& step) {
        return LayerType::remembers ? remembered_elements(LayerType::of(step.input_shapes[0])) : 0;
    }
    static std::size_t scratch(const LayerStep& step) {
        const std::size_t remembered = step.state.empty() ? 0 : state(step);
        return remembered == 0 ? 0 : remembered + step.input_shapes[0].size();
    }

    static void write(Source& to, const LayerStep& step) {
        const kernels::Convolution c = LayerType::of(step.input_shapes[0]);
        if (const std::size_t remembered = state(step); !step.state.empty() && remembered > 0) {
            to.use(pieces::convolve);
            write_past_and_piece(to, step, remembered);
            to.call("convolve", {extents(behind_the_past(c)), step.scratch, step.weights(to, "weight"),
                                 step.weights_if(to, LayerType::has_bias, "bias"), step.output,
                                 step.finish(to), step.summand});
            return;
        }
        if (c.is_pointwise()) {
            const kernels::ConvolutionChoice choice = kernels::choose_convolution(
                kernels::ConvolutionProduct::forward, c, sizeof(float), kernels::machines::scalar);
            const std::string pixels =
                step.pixels.empty() ? std::to_string(step.rows * c.output_pixels()) : step.pixels;
            Product product{.x = step.inputs[0],
                            .w = step.weights(to, "weight"),
                            .y = step.output,
                            .start = step.weights_if(to, LayerType::has_bias, "bias"),
                            .rows = pixels,
                            .depth = c.channels,
                            .columns = c.filters,
                            .finish = step.finish(to),
                            .summand = step.summand,
                            .splits = choice.way == kernels::ConvolutionWay::dense};
            product.write(to);
            return;
        }
        to.use(pieces::convolve);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("convolve", {extents(c), one.inputs[0], one.weights(to, "weight"),
                                 one.weights_if(to, LayerType::has_bias, "bias"), one.output, one.finish(to),
                                 one.summand});
        });
    }
};

template <auto Kernel, class... Options>
struct Rule<DepthwiseConv2D<Kernel, Options...>> {
    using LayerType = DepthwiseConv2D<Kernel, Options...>;

    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::depthwise);
        kernels::Convolution c = LayerType::of(step.input_shapes[0]);
        c.channels = step.input_shapes[0].last();
        const std::string lines = step.lines.empty() ? std::to_string(c.axes[1].output) : step.lines;
        const std::string first = step.first_line.empty() ? "0" : step.first_line;
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("convolve_depthwise", {extents(c), one.inputs[0], one.weights(to, "weight"),
                                           one.weights_if(to, LayerType::has_bias, "bias"), one.output,
                                           one.finish(to), first, lines});
        });
    }
};

} // namespace burin::io::c
