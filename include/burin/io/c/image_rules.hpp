#pragma once

#include "burin/io/c/rule.hpp"
#include "burin/layers/image_padding.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace burin::io::c {

namespace pieces {

inline constexpr Function pad_image{R"(/* Where each pixel of the output comes from, along each axis. */
static void pad_image(const float *x, const size_t *planes, const size_t *lines, const size_t *columns,
                      const size_t *input, const size_t *output, size_t channels, float *y)
{
    size_t z, v, u, c;
    for (z = 0; z < output[0]; ++z)
        for (v = 0; v < output[1]; ++v)
            for (u = 0; u < output[2]; ++u)
                for (c = 0; c < channels; ++c)
                    *y++ = x[((planes[z] * input[1] + lines[v]) * input[2] + columns[u]) * channels + c];
}
)"};

} // namespace pieces

namespace detail {

/// A list of sizes as a C array.
template <class Numbers>
std::string sizes(const Numbers& numbers) {
    return "(const size_t[])" + braces(numbers);
}

} // namespace detail

/// Borders that repeat the image.
template <class LayerType>
concept PadsImage = requires(const LayerType* layer) {
    []<burin::detail::BorderOf Kind, std::size_t Rank, std::size_t... Counts>(
        const burin::detail::ImagePadding<Kind, Rank, Counts...>*) {}(layer);
};

namespace detail {

template <burin::detail::BorderOf Kind, std::size_t Rank, std::size_t... Counts>
void write_padding(Source& to, const LayerStep& step,
                   const burin::detail::ImagePadding<Kind, Rank, Counts...>*) {
    constexpr auto border = burin::detail::ImagePadding<Kind, Rank, Counts...>::border;
    const Shape &from = step.input_shapes[0], &shape = step.output_shape;
    std::array<std::vector<std::size_t>, 3> sources{std::vector<std::size_t>{0}, {0}, {0}};
    std::array<std::size_t, 3> input{1, 1, 1}, output{1, 1, 1};
    for (std::size_t axis = 0; axis < Rank; ++axis) {
        const std::size_t at = 3 - Rank + axis;
        input[at] = from[axis];
        output[at] = shape[axis];
        sources[at].clear();
        for (std::size_t x = 0; x < shape[axis]; ++x)
            sources[at].push_back(burin::detail::source_in_image(Kind, x, border.before[axis], from[axis]));
    }
    to.use(pieces::pad_image);
    for_samples(to, step, [&](const LayerStep& one) {
        to.call("pad_image", {one.inputs[0], sizes(sources[0]), sizes(sources[1]), sizes(sources[2]),
                              sizes(input), sizes(output), std::to_string(shape.last()), one.output});
    });
}

} // namespace detail

template <PadsImage LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        detail::write_padding(to, step, static_cast<const LayerType*>(nullptr));
    }
};

} // namespace burin::io::c
