#pragma once

#include "burin/io/c/convolution_rules.hpp"
#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/pooling.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function pool{R"(/* Windows over depth, height and width; of an adaptive axis the stride is 0: so many are spread evenly. */
struct pool {
    const float *x;
    float *y;
    size_t input[3], output[3], size[3], stride[3], before[3];
    size_t channels;
    int is_large; /* Windows of more elements than one running sum is good for. */
    enum finish finish;
};
static size_t window_begin(const struct pool *p, int axis, size_t at)
{
    const size_t from = at * p->stride[axis];
    if (p->stride[axis] == 0)
        return at * p->input[axis] / p->output[axis];
    return from > p->before[axis] ? from - p->before[axis] : 0;
}
static size_t window_end(const struct pool *p, int axis, size_t at)
{
    const size_t end = at * p->stride[axis] + p->size[axis] - p->before[axis];
    if (p->stride[axis] == 0)
        return ((at + 1) * p->input[axis] + p->output[axis] - 1) / p->output[axis];
    return end < p->input[axis] ? end : p->input[axis];
}
)"};

inline constexpr Function max_pool{R"(static void max_pool(const struct pool *p)
{
    float *y = p->y;
    size_t oz, oy, ox, c, iz, iy, ix;
    for (oz = 0; oz < p->output[0]; ++oz)
    for (oy = 0; oy < p->output[1]; ++oy)
    for (ox = 0; ox < p->output[2]; ++ox)
    for (c = 0; c < p->channels; ++c) {
        const size_t z_end = window_end(p, 0, oz), y_end = window_end(p, 1, oy), x_end = window_end(p, 2, ox);
        float largest = -INFINITY, none = 0.0f; /* No number where one of them was none. */
        for (iz = window_begin(p, 0, oz); iz < z_end; ++iz)
        for (iy = window_begin(p, 1, oy); iy < y_end; ++iy)
        for (ix = window_begin(p, 2, ox); ix < x_end; ++ix) {
            const float x = p->x[((iz * p->input[1] + iy) * p->input[2] + ix) * p->channels + c];
            largest = x > largest ? x : largest;
            none = x != x ? x : none;
        }
        *y++ = finish(p->finish, none != none ? none : largest, 0.0f);
    }
}
)",
                                   {&pool}};

inline constexpr Function average_pool{R"(static void average_pool(const struct pool *p)
{
    const size_t block = 32; /* So many terms go into one running sum, where there are many. */
    float *y = p->y;
    size_t oz, oy, ox, c, iz, iy, ix;
    for (oz = 0; oz < p->output[0]; ++oz)
    for (oy = 0; oy < p->output[1]; ++oy)
    for (ox = 0; ox < p->output[2]; ++ox)
    for (c = 0; c < p->channels; ++c) {
        const size_t z_begin = window_begin(p, 0, oz), z_end = window_end(p, 0, oz);
        const size_t y_begin = window_begin(p, 1, oy), y_end = window_end(p, 1, oy);
        const size_t x_begin = window_begin(p, 2, ox), x_end = window_end(p, 2, ox);
        const size_t count = (z_end - z_begin) * (y_end - y_begin) * (x_end - x_begin);
        struct pairwise blocks = {{0.0f}, 0};
        float sum = 0.0f;
        size_t terms = 0;
        for (iz = z_begin; iz < z_end; ++iz)
        for (iy = y_begin; iy < y_end; ++iy)
        for (ix = x_begin; ix < x_end;) {
            const size_t end = p->is_large && x_end - ix > block ? ix + block : x_end;
            terms += end - ix;
            for (; ix < end; ++ix)
                sum = sum + p->x[((iz * p->input[1] + iy) * p->input[2] + ix) * p->channels + c];
            if (p->is_large && terms >= block) {
                pairwise_add(&blocks, sum);
                sum = 0.0f;
                terms = 0;
            }
        }
        if (p->is_large)
            sum = pairwise_total(&blocks, sum);
        *y++ = finish(p->finish, sum * (1.0f / (float)count), 0.0f);
    }
}
)",
                                       {&pool, &pairwise}};

} // namespace pieces

/// The windows as members of a C struct.
inline void add_windows(Call& call, const kernels::PoolWindows& windows) {
    const auto axes = [&](const auto& member) {
        return braces(std::array{member(windows.axes[0]), member(windows.axes[1]), member(windows.axes[2])});
    };
    call.with("input", axes([](const auto& axis) { return axis.extent; }))
        .with("output", axes([](const auto& axis) { return axis.count; }))
        .with("size", axes([](const auto& axis) { return axis.size; }))
        .with("stride", axes([](const auto& axis) { return axis.is_adaptive ? 0 : axis.stride; }))
        .with("before", axes([](const auto& axis) { return axis.before; }))
        .with("channels", windows.channels);
}

template <class LayerType>
concept PoolingLike = requires(const LayerType* layer) {
    []<burin::detail::Pooling Kind, std::size_t Rank, class Windows>(
        const burin::detail::Pool<Kind, Rank, Windows>*) {}(layer);
};

template <PoolingLike LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        const kernels::PoolWindows windows = LayerType::over(step.input_shapes[0]);
        const bool is_max = LayerType::pooling == burin::detail::Pooling::max;
        to.use(is_max ? pieces::max_pool : pieces::average_pool);
        for_samples(to, step, [&](const LayerStep& one) {
            Call call("pool");
            call.with("x", one.inputs[0]).with("y", one.output);
            add_windows(call, windows);
            call.with_if(!is_max && windows.largest_window() > 64, "is_large", "1");
            add_finish(to, call, one);
            call.write(to, is_max ? "max_pool" : "average_pool");
        });
    }
};

} // namespace burin::io::c
