#pragma once

#include "burin/io/c/normalization_rules.hpp"
#include "burin/layers/group_norm.hpp"

#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

/// As `kernels::column_moments` and `detail::GroupedNorm`, but for numbers whose squares are infinite.
inline constexpr Function normalize_groups{
    R"(/* As struct normalize, for each group of channels of a sample. */
struct normalize_groups {
    const float *x, *weight, *bias;
    float *y;
    size_t positions, channels, groups;
    float epsilon;
    enum finish finish;
};
/* The mean and the sum of squared deviations of so many numbers. */
struct moments { float mean, squares, count; };
static struct moments merged_moments(struct moments a, struct moments b)
{
    const float delta = b.mean - a.mean, share = b.count / (a.count + b.count);
    a.squares = a.squares + b.squares + delta * delta * (share * a.count);
    a.mean = a.mean + delta * share;
    a.count = a.count + b.count;
    return a;
}
/* Those of a channel: of blocks, which are merged pair by pair. */
static struct moments channel_moments(const float *x, size_t channels, size_t positions)
{
    const size_t in_block = 128;
    struct moments block = {0.0f, 0.0f, 0.0f}, waiting[8];
    size_t levels = 0, level, begin, i;
    for (begin = 0; begin < positions; begin += in_block) {
        const size_t end = positions - begin < in_block ? positions : begin + in_block;
        const float pivot = x[0] + block.mean;
        float sum = 0.0f, squares = 0.0f, shift, rest;
        for (i = begin; i < end; ++i) {
            const float deviation = x[i * channels] - pivot;
            sum = sum + deviation;
            squares = multiply_add(deviation, deviation, squares);
        }
        if (begin > 0) {
            for (level = 0; level < 7 && (levels >> level & 1) != 0; ++level) {
                block = merged_moments(waiting[level], block);
                levels -= (size_t)1 << level;
            }
            if ((levels >> level & 1) != 0)
                block = merged_moments(waiting[level], block);
            waiting[level] = block;
            levels |= (size_t)1 << level;
        }
        block.count = (float)(end - begin);
        shift = sum / block.count;
        rest = multiply_add(-sum, shift, squares);
        block.mean = (pivot - x[0]) + shift;
        block.squares = at_least(rest, 0.0f);
    }
    for (level = 0; level < 8; ++level)
        if ((levels >> level & 1) != 0)
            block = merged_moments(waiting[level], block);
    block.mean = x[0] + block.mean;
    return block;
}
static void normalize_groups(const struct normalize_groups *n)
{
    const size_t each = n->channels / n->groups;
    size_t g, c, i;
    for (g = 0; g < n->groups; ++g) {
        const size_t begin = g * each, end = begin + each;
        const float first = channel_moments(n->x + begin, n->channels, n->positions).mean;
        float shift = 0.0f, variance = 0.0f, mean, inverse;
        for (c = begin + 1; c < end; ++c)
            shift = shift + (channel_moments(n->x + c, n->channels, n->positions).mean - first);
        mean = first + shift / (float)each;
        for (c = begin; c < end; ++c) {
            const struct moments of = channel_moments(n->x + c, n->channels, n->positions);
            const float apart = of.mean - mean;
            variance = variance + (of.squares / (float)n->positions + apart * apart);
        }
        inverse = 1.0f / sqrtf(variance / (float)each + n->epsilon);
        for (c = begin; c < end; ++c) {
            const float scale = n->weight ? inverse * n->weight[c] : inverse;
            for (i = c; i < n->positions * n->channels; i += n->channels)
                n->y[i] = finish(n->finish,
                                 multiply_add(n->x[i] - mean, scale, n->bias ? n->bias[c] : 0.0f), 0.0f);
        }
    }
}
)",
    {&multiply_add, &at_least}};

} // namespace pieces

template <class LayerType>
concept GroupedNormLike = requires(const LayerType* layer) {
    []<std::size_t Groups, class... Options>(const burin::detail::GroupedNorm<Groups, Options...>*) {}(layer);
};

namespace detail {
template <std::size_t Groups, class... Options>
constexpr std::size_t group_count(const burin::detail::GroupedNorm<Groups, Options...>*) {
    return Groups;
}
} // namespace detail

template <GroupedNormLike LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        using Affine = typename LayerType::Affine;
        constexpr std::size_t groups = detail::group_count(static_cast<const LayerType*>(nullptr));
        const std::size_t channels = step.output_shape.last();
        to.use(pieces::normalize_groups);
        for_samples(to, step, [&](const LayerStep& one) {
            Members call("normalize_groups");
            call.with("x", one.inputs[0])
                .with_if(Affine::has_scale, "weight", one.weights_if(to, Affine::has_scale, "weight"))
                .with_if(Affine::has_bias, "bias", one.weights_if(to, Affine::has_bias, "bias"))
                .with("y", one.output)
                .with("positions", one.output_shape.size() / channels)
                .with("channels", channels)
                .with("groups", groups == 0 ? channels : groups)
                .with("epsilon", literal(static_cast<float>(LayerType::epsilon)));
            const std::string finish = one.finish(to);
            call.with_if(finish != "AS_IT_IS", "finish", finish);
            to.call("normalize_groups", {call.address()});
        });
    }
};

} // namespace burin::io::c
