#pragma once

#include "burin/io/c/multiply_add.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/kernels/resize_axis.hpp"
#include "burin/kernels/upsampling.hpp"
#include "burin/layers/resize.hpp"
#include "burin/layers/upsampling.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::c {

namespace pieces {

/// As `kernels::resize`, but element by element.
inline constexpr Function resize{
    R"(/* What each element of the output is made of along an axis, so many elements and their weights. */
struct resized_axis {
    size_t input, output, taps;
    const uint32_t *at;
    const float *weights;
};
static float resized_in_line(const float *line, const struct resized_axis *axis, size_t o, size_t channels)
{
    const uint32_t *const at = axis->at + o * axis->taps;
    const float *const weights = axis->weights + o * axis->taps;
    float sum = line[at[0] * channels];
    size_t k;
    if (axis->taps == 1)
        return sum;
    sum = sum * weights[0];
    for (k = 1; k < axis->taps; ++k)
        sum = sum + line[at[k] * channels] * weights[k];
    return sum;
}
/* Axes are depth, height and width. */
static void resize(const struct resized_axis *axes, size_t channels, const float *x, float *y)
{
    const struct resized_axis *const planes = axes, *const rows = axes + 1, *const columns = axes + 2;
    const size_t lines = planes->taps * rows->taps;
    size_t oz, oy, ox, c, line;
    for (oz = 0; oz < planes->output; ++oz)
    for (oy = 0; oy < rows->output; ++oy)
    for (ox = 0; ox < columns->output; ++ox)
    for (c = 0; c < channels; ++c) {
        float sum = 0.0f;
        for (line = lines; line-- > 0;) {
            const size_t plane = oz * planes->taps + line / rows->taps, row = oy * rows->taps + line % rows->taps;
            const size_t from = (planes->at[plane] * rows->input + rows->at[row]) * columns->input * channels;
            const float value = resized_in_line(x + from + c, columns, ox, channels);
            const float mixed = lines == 1 ? value : value * (planes->weights[plane] * rows->weights[row]);
            sum = line + 1 == lines ? mixed : mixed + sum;
        }
        *y++ = sum;
    }
}
)"};

/// As `kernels::interpolate`.
inline constexpr Function interpolate{
    R"(/* Between which two elements each of a finer image lies along an axis, and which weights it has, by their number. */
struct between { uint32_t first, second, weights; };
static void interpolate(const float *x, size_t width, size_t channels, const struct between *heights, size_t height_count,
                        const struct between *widths, size_t width_count, const float *weights, size_t kinds, float *y)
{
    size_t h, w, c;
    for (h = 0; h < height_count; ++h)
        for (w = 0; w < width_count; ++w) {
            const float *const share = weights + (heights[h].weights * kinds + widths[w].weights) * 4;
            const float *const a = x + (heights[h].first * width + widths[w].first) * channels;
            const float *const b = x + (heights[h].first * width + widths[w].second) * channels;
            const float *const d = x + (heights[h].second * width + widths[w].first) * channels;
            const float *const e = x + (heights[h].second * width + widths[w].second) * channels;
            for (c = 0; c < channels; ++c) {
                float sum = a[c] * share[0];
                sum = multiply_add(b[c], share[1], sum);
                sum = multiply_add(d[c], share[2], sum);
                *y++ = multiply_add(e[c], share[3], sum);
            }
        }
}
)",
    {&multiply_add}};

} // namespace pieces

namespace detail {

template <std::size_t Taps>
void append_taps(const kernels::ResizeAxis& axis, std::vector<std::uint32_t>& at,
                 std::vector<float>& weights) {
    for (std::size_t o = 0; o < axis.output; ++o) {
        const auto taps = kernels::resize_taps_of<float, Taps>(axis, o);
        at.insert(at.end(), taps.at.begin(), taps.at.end());
        weights.insert(weights.end(), taps.weights.begin(), taps.weights.end());
    }
}

/// An axis as a C initializer; `name` is that of its tables.
inline std::string resized_axis(Source& to, const kernels::ResizeAxis& axis, const std::string& name) {
    std::vector<std::uint32_t> at;
    std::vector<float> weights;
    if (axis.taps() == 1)
        append_taps<1>(axis, at, weights);
    else if (axis.taps() == 2)
        append_taps<2>(axis, at, weights);
    else
        append_taps<4>(axis, at, weights);
    return "{" + std::to_string(axis.input) + ", " + std::to_string(axis.output) + ", " +
           std::to_string(axis.taps()) + ", " + to.array<std::uint32_t>(name + ".at", at) + ", " +
           to.array<float>(name + ".weights", weights) + "}";
}

/// The elements of an axis of a finer image; those of the same share have weights of the same number.
struct BetweenAxis {
    std::string elements{};
    std::vector<kernels::detail::Between> kinds{};

    BetweenAxis(std::size_t extent, std::size_t factor) {
        for (std::size_t i = 0; i < extent * factor; ++i) {
            const kernels::detail::Between between = kernels::detail::between_at(extent, factor, i);
            const auto found = std::find_if(kinds.begin(), kinds.end(),
                                            [&](const auto& kind) { return kind.share == between.share; });
            const auto kind = static_cast<std::size_t>(found - kinds.begin());
            if (found == kinds.end())
                kinds.push_back(between);
            elements += (i > 0 ? ", " : "") + braces(std::array{between.first, between.second, kind});
        }
    }
    std::string array() const { return "(const struct between[]){" + elements + "}"; }
};

} // namespace detail

template <class LayerType>
concept ResizeLike = requires(const LayerType* layer) {
    []<std::size_t Rank, auto Size, class... Options>(const burin::detail::Resize<Rank, Size, Options...>*) {
    }(layer);
};

template <ResizeLike LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        const kernels::Resizing of = LayerType::of(step.input_shapes[0]);
        std::string axes = "(const struct resized_axis[]){";
        for (std::size_t axis = 0; axis < 3; ++axis)
            axes += (axis > 0 ? ", " : "") +
                    detail::resized_axis(to, of.axes[axis],
                                         "w." + step.part(std::array{"planes", "rows", "columns"}[axis]));
        to.use(pieces::resize);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("resize", {axes + "}", std::to_string(of.channels), one.inputs[0], one.output});
        });
    }
};

template <class LayerType>
concept Interpolates = requires(const LayerType* layer) {
    []<std::size_t Rank, auto Factor>(const burin::detail::Upsampler<Rank, Factor, Bilinear>*) {}(layer);
};

template <Interpolates LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        const Shape &input = step.input_shapes[0], &output = step.output_shape;
        const detail::BetweenAxis heights(input[0], output[0] / input[0]),
            widths(input[1], output[1] / input[1]);
        std::vector<float> weights;
        for (const auto& height : heights.kinds)
            for (const auto& width : widths.kinds)
                for (const float weight : kernels::detail::weights_between<float>(height, width))
                    weights.push_back(weight);
        const std::string table = to.array<float>("w." + step.part("weights"), weights);
        to.use(pieces::interpolate);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("interpolate",
                    {one.inputs[0], std::to_string(input[1]), std::to_string(input[2]), heights.array(),
                     std::to_string(output[0]), widths.array(), std::to_string(output[1]), table,
                     std::to_string(widths.kinds.size()), one.output});
        });
    }
};

} // namespace burin::io::c
