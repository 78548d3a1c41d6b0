#pragma once

#include "burin/io/c/convolution_rules.hpp"
#include "burin/layers/transposed_convolution.hpp"

#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

/// As `kernels::detail::convolve_back`, pixel by pixel, with the taps of each in the order in which that adds
/// them.
inline constexpr Function convolve_transposed{
    R"(/* The input gradient of a convolution from y to x. Taps come from the last to the first; `by_patches`, whose products
   are added up apart, from the first on, of one channel two and two the other way round. */
static int sees_tap(const struct convolution *c, int axis, size_t at, size_t tap, size_t *from)
{
    const size_t before = tap * c->dilation[axis], place = at + c->before[axis];
    *from = (place - before) / c->stride[axis];
    return before <= place && (place - before) % c->stride[axis] == 0 && *from < c->output[axis];
}
static void convolve_transposed(const struct convolution *c, int by_patches, const float *x, const float *w,
                                const float *start, float *y, enum finish how)
{
    const size_t depth = c->filters / c->groups, columns = c->channels / c->groups, *const kernel = c->kernel;
    size_t iz, iy, ix, g, f, k, d, tz, ty, tx, oz, oy, ox;
    for (iz = 0; iz < c->input[0]; ++iz)
    for (iy = 0; iy < c->input[1]; ++iy)
    for (ix = 0; ix < c->input[2]; ++ix, y += c->channels)
    for (g = 0; g < c->groups; ++g)
    for (f = 0; f < columns; f += 4) {
        const size_t width = columns - f < 4 ? columns - f : 4, channel = g * columns + f;
        float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        for (k = 0; start && k < width; ++k)
            sums[k] = start[channel + k];
        for (tz = 0; tz < kernel[0]; ++tz)
        for (ty = 0; ty < kernel[1]; ++ty)
        for (tx = 0; tx < kernel[2]; ++tx) {
            const size_t kz = by_patches ? tz : kernel[0] - 1 - tz, ky = by_patches ? ty : kernel[1] - 1 - ty;
            const size_t other = c->channels == 1 && (tx ^ 1) < kernel[2] ? tx ^ 1 : tx;
            const size_t kx = by_patches ? other : kernel[2] - 1 - tx;
            if (sees_tap(c, 0, iz, kz, &oz) && sees_tap(c, 1, iy, ky, &oy) && sees_tap(c, 2, ix, kx, &ox)) {
                const size_t pixel = (oz * c->output[1] + oy) * c->output[2] + ox;
                const size_t tap = (kz * kernel[1] + ky) * kernel[2] + kx;
                const float *const from = x + pixel * c->filters + g * depth;
                for (k = 0; k < width; ++k) {
                    const float *const factor = w + (tap * columns + f + k) * c->filters + g * depth;
                    float sum = by_patches ? 0.0f : sums[k];
                    for (d = 0; d < depth; ++d)
                        sum = multiply_add(from[d], factor[d], sum);
                    sums[k] = by_patches ? sum + sums[k] : sum;
                }
            }
        }
        for (k = 0; k < width; ++k)
            y[channel + k] = finish(how, sums[k], 0.0f);
    }
}
)",
    {&convolution_extents, &multiply_add}};

} // namespace pieces

template <class LayerType>
concept TransposedConvolutionLike = requires(const LayerType* layer) {
    []<std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>(
        const burin::detail::TransposedConvolutionLayer<Rank, Filters, Kernel, Options...>*) {}(layer);
};

template <TransposedConvolutionLike LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        const kernels::Convolution c = LayerType::to_input(step.input_shapes[0]);
        const kernels::ConvolutionChoice choice = kernels::choose_convolution(
            kernels::ConvolutionProduct::input_gradient, c, sizeof(float), kernels::machines::scalar);
        to.use(pieces::convolve_transposed);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("convolve_transposed",
                    {extents(c), choice.way == kernels::ConvolutionWay::col2im ? "1" : "0", one.inputs[0],
                     one.weights(to, "weight"), one.weights_if(to, LayerType::has_bias, "bias"), one.output,
                     one.finish(to)});
        });
    }
};

} // namespace burin::io::c
