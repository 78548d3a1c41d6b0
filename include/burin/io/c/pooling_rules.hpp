#pragma once

#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/pooling.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function windows{
    R"(/* Windows over depth, height and width; of an adaptive axis the stride is 0: so many are spread evenly. */
struct windows {
    size_t input[3], output[3], size[3], stride[3], before[3], dilation[3];
    size_t channels;
    int counts_padding;    /* In means, */
    size_t counted[3];     /* and so many elements behind the image. */
};
static size_t window_begin(const struct windows *w, int axis, size_t at)
{
    const size_t from = at * w->stride[axis], before = w->before[axis], step = w->dilation[axis];
    if (w->stride[axis] == 0)
        return at * w->input[axis] / w->output[axis];
    return from + (before > from ? (before - from + step - 1) / step * step : 0) - before;
}
static size_t window_end(const struct windows *w, int axis, size_t at)
{
    const size_t reach = (w->size[axis] - 1) * w->dilation[axis] + 1;
    const size_t end = at * w->stride[axis] + reach - w->before[axis];
    if (w->stride[axis] == 0)
        return ((at + 1) * w->input[axis] + w->output[axis] - 1) / w->output[axis];
    return end < w->input[axis] ? end : w->input[axis];
}
)"};

/// As `kernels::max_pool`.
inline constexpr Function max_pool{
    R"(static void max_pool(const struct windows *w, const float *x, float *y, enum finish how)
{
    size_t oz, oy, ox, c, iz, iy, ix;
    for (oz = 0; oz < w->output[0]; ++oz)
    for (oy = 0; oy < w->output[1]; ++oy)
    for (ox = 0; ox < w->output[2]; ++ox)
    for (c = 0; c < w->channels; ++c) {
        const size_t z_end = window_end(w, 0, oz), y_end = window_end(w, 1, oy), x_end = window_end(w, 2, ox);
        float largest = -INFINITY, none = 0.0f; /* No number where one of them was none. */
        for (iz = window_begin(w, 0, oz); iz < z_end; iz += w->dilation[0])
        for (iy = window_begin(w, 1, oy); iy < y_end; iy += w->dilation[1])
        for (ix = window_begin(w, 2, ox); ix < x_end; ix += w->dilation[2]) {
            const float value = x[((iz * w->input[1] + iy) * w->input[2] + ix) * w->channels + c];
            largest = value > largest ? value : largest;
            none = value != value ? value : none;
        }
        *y++ = finish(how, none != none ? none : largest, 0.0f);
    }
}
)",
    {&windows}};

/// As `kernels::average_pool`.
inline constexpr Function average_pool{R"(/* What the sum of a window is divided by along an axis. */
static size_t window_divisor(const struct windows *w, int axis, size_t at)
{
    const size_t begin = window_begin(w, axis, at), end = window_end(w, axis, at), step = w->dilation[axis];
    const size_t inside = (end > begin ? end - begin + step - 1 : step - 1) / step;
    const size_t all =
        (w->before[axis] + w->input[axis] + w->counted[axis] - at * w->stride[axis] + step - 1) / step;
    if (!w->counts_padding)
        return inside;
    return all < w->size[axis] ? all : w->size[axis];
}
static void average_pool(const struct windows *w, int is_large, const float *x, float *y, enum finish how)
{
    const size_t block = 32, step = w->dilation[2]; /* So many terms go into one running sum of many. */
    size_t oz, oy, ox, c, iz, iy, ix;
    for (oz = 0; oz < w->output[0]; ++oz)
    for (oy = 0; oy < w->output[1]; ++oy)
    for (ox = 0; ox < w->output[2]; ++ox)
    for (c = 0; c < w->channels; ++c) {
        const size_t z_end = window_end(w, 0, oz), y_end = window_end(w, 1, oy), x_end = window_end(w, 2, ox);
        const size_t count =
            window_divisor(w, 0, oz) * window_divisor(w, 1, oy) * window_divisor(w, 2, ox);
        struct pairwise blocks = {{0.0f}, 0};
        float sum = 0.0f;
        size_t terms = 0;
        for (iz = window_begin(w, 0, oz); iz < z_end; iz += w->dilation[0])
        for (iy = window_begin(w, 1, oy); iy < y_end; iy += w->dilation[1])
        for (ix = window_begin(w, 2, ox); ix < x_end;) {
            const size_t end = is_large && x_end - ix > block * step ? ix + block * step : x_end;
            terms += (end - ix + step - 1) / step;
            for (; ix < end; ix += step)
                sum = sum + x[((iz * w->input[1] + iy) * w->input[2] + ix) * w->channels + c];
            if (is_large && terms >= block) {
                pairwise_add(&blocks, sum);
                sum = 0.0f;
                terms = 0;
            }
        }
        if (is_large)
            sum = pairwise_total(&blocks, sum);
        *y++ = finish(how, sum * (1.0f / (float)count), 0.0f);
    }
}
)",
                                       {&windows, &pairwise}};

} // namespace pieces

/// A pointer to windows.
template <class Windows>
std::string windows_address(const Windows& windows) {
    const auto axes = [&](const auto& member) {
        return braces(std::array{member(windows.axes[0]), member(windows.axes[1]), member(windows.axes[2])});
    };
    Members members("windows");
    members.with("input", axes([](const auto& axis) { return axis.extent; }))
        .with("output", axes([](const auto& axis) { return axis.count; }))
        .with("size", axes([](const auto& axis) { return axis.size; }))
        .with("stride", axes([](const auto& axis) { return axis.is_adaptive ? 0 : axis.stride; }))
        .with("before", axes([](const auto& axis) { return axis.before; }))
        .with("dilation", axes([](const auto& axis) { return axis.dilation; }))
        .with("channels", windows.channels);
    if constexpr (requires { windows.axes[0].counts_padding; }) {
        bool counts = false;
        for (const auto& axis : windows.axes)
            counts = counts || axis.counts_padding;
        members.with_if(counts, "counts_padding", "1");
        members.with_if(counts, "counted", axes([](const auto& axis) { return axis.counted; }));
    }
    return members.address();
}

template <class LayerType>
concept PoolingLike = requires(const LayerType* layer) {
    []<burin::detail::Pooling Kind, std::size_t Rank, class Windows>(
        const burin::detail::Pool<Kind, Rank, Windows>*) {}(layer);
};

template <PoolingLike LayerType>
struct Rule<LayerType> {
    using Windows = decltype(LayerType::over(Shape{}));
    static constexpr bool is_missing =
        !std::same_as<Windows, kernels::PoolWindows> &&
        !std::same_as<Windows, kernels::PoolWindowsOf<kernels::GappedPoolAxis>>;

    static void write(Source& to, const LayerStep& step) {
        const auto windows = LayerType::over(step.input_shapes[0]);
        const bool is_max = LayerType::pooling == burin::detail::Pooling::max;
        to.use(is_max ? pieces::max_pool : pieces::average_pool);
        for_samples(to, step, [&](const LayerStep& one) {
            std::vector<std::string> arguments{windows_address(windows), one.inputs[0], one.output,
                                               one.finish(to)};
            if (!is_max)
                arguments.insert(arguments.begin() + 1, windows.largest_window() > 64 ? "1" : "0");
            to.call(is_max ? "max_pool" : "average_pool", arguments);
        });
    }
};

} // namespace burin::io::c
