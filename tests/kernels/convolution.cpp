#include "burin/kernels/convolution.hpp"

#include "burin/kernels/depthwise.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace burin;
using kernels::Convolution;
using kernels::ConvolutionAxis;

namespace {

constexpr std::size_t rows = 3;

struct Negated {
    template <class Vector>
    Vector operator()(Vector x) const noexcept {
        return -x;
    }
};

/// Multiplies the gradient by what was activated.
struct TimesActivated {
    static constexpr bool reads_activation = true;

    template <class Vector>
    Vector operator()(Vector gradient, Vector activated) const noexcept {
        return gradient * activated;
    }
};

constexpr ConvolutionAxis axis(std::size_t input, std::size_t kernel, std::size_t stride = 1,
                               std::size_t before = 0, std::size_t after = 0, std::size_t dilation = 1) {
    const std::size_t reach = (kernel - 1) * dilation + 1;
    return {input, kernel, stride, dilation, before, (before + input + after - reach) / stride + 1};
}

constexpr Convolution image(ConvolutionAxis y, ConvolutionAxis x, std::size_t channels, std::size_t filters,
                            std::size_t groups = 1) {
    return {{ConvolutionAxis{}, y, x}, channels, filters, groups};
}

/// Calls f(input, weight, output) for all products that the definition of a convolution has: indices into x,
/// the row-major w, and y.
template <class Function>
void for_each_product(const Convolution& c, bool is_depthwise, Function f) {
    const std::size_t channels = is_depthwise ? 1 : c.group_channels();
    const auto& [z, y, x] = c.axes;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t o = 0; o < c.output_pixels(); ++o)
            for (std::size_t tap = 0; tap < c.taps(); ++tap) {
                const std::size_t oz = o / (y.output * x.output), oy = o / x.output % y.output,
                                  ox = o % x.output;
                const std::size_t kz = tap / (y.kernel * x.kernel), ky = tap / x.kernel % y.kernel,
                                  kx = tap % x.kernel;
                const std::size_t iz = oz * z.stride + kz * z.dilation - z.before;
                const std::size_t iy = oy * y.stride + ky * y.dilation - y.before;
                const std::size_t ix = ox * x.stride + kx * x.dilation - x.before;
                if (iz >= z.input || iy >= y.input || ix >= x.input)
                    continue;
                const std::size_t pixel = ((row * z.input + iz) * y.input + iy) * x.input + ix;
                for (std::size_t filter = 0; filter < c.filters; ++filter) {
                    const std::size_t group = is_depthwise ? filter : filter / c.group_filters();
                    for (std::size_t channel = 0; channel < channels; ++channel)
                        f(pixel * c.channels + group * channels + channel,
                          (tap * channels + channel) * c.filters + filter,
                          (row * c.output_pixels() + o) * c.filters + filter);
                }
            }
}

template <class Scalar>
constexpr double tolerance = sizeof(Scalar) == 8 ? 1e-12 : 2e-5;

/// All three products, and the transposed convolution's, against sums that follow the definition.
template <Convolution C, class Scalar = float, bool IsDepthwise = false>
void check_products() {
    INFO("kernel " << C.axes[0].kernel << " x " << C.axes[1].kernel << " x " << C.axes[2].kernel << ", "
                   << C.channels << " channels, " << C.filters << " filters, stride " << C.axes[1].stride
                   << " x " << C.axes[2].stride);
    constexpr std::size_t x_size = rows * C.input_pixels() * C.channels,
                          y_size = rows * C.output_pixels() * C.filters;
    constexpr std::size_t w_size = C.taps() * (IsDepthwise ? 1 : C.group_channels()) * C.filters;
    const auto x = random_numbers<Scalar>(x_size, 1), w = random_numbers<Scalar>(w_size, 2),
               bias = random_numbers<Scalar>(std::max(C.filters, C.channels), 3),
               dy = random_numbers<Scalar>(y_size, 4), activated = random_numbers<Scalar>(x_size, 5);
    std::vector<Scalar> stored = w;
    const bool in_panels = !IsDepthwise && C.groups == 1;
    if (in_panels)
        kernels::pack_panels(stored.data(), C.depth(), C.filters);

    std::vector<double> y(y_size), dw(w_size, 1), db(C.filters, 1), dx(x_size), back(x_size);
    for (std::size_t i = 0; i < y_size; ++i) {
        y[i] = static_cast<double>(bias[i % C.filters]);
        db[i % C.filters] += static_cast<double>(dy[i]);
    }
    for_each_product(C, IsDepthwise, [&](std::size_t input, std::size_t weight, std::size_t output) {
        y[output] += static_cast<double>(x[input]) * static_cast<double>(w[weight]);
        dw[weight] += static_cast<double>(x[input]) * static_cast<double>(dy[output]);
        dx[input] += static_cast<double>(w[weight]) * static_cast<double>(dy[output]);
    });
    for (double& each : y)
        each = -each;
    for (std::size_t i = 0; i < x_size; ++i) {
        back[i] = dx[i] + static_cast<double>(bias[i % C.channels]);
        dx[i] *= static_cast<double>(activated[i]);
    }
    std::vector<Scalar> dw_stored(w_size);
    for (std::size_t i = 0; i < w_size; ++i)
        dw_stored[i] = static_cast<Scalar>(dw[i]);
    if (in_panels)
        kernels::pack_panels(dw_stored.data(), C.depth(), C.filters);

    // What is not written stays what no result is.
    constexpr Scalar untouched = 1000;
    std::vector<Scalar> y_found(y_size, untouched), dw_found(w_size, 1), db_found(C.filters, 1),
        dx_found = activated;
    std::vector<Scalar> scratch(
        std::max(kernels::convolution_forward_scratch(C), kernels::convolution_backward_scratch(C)) + 1,
        untouched);
    if constexpr (IsDepthwise) {
        kernels::depthwise_forward<C, true>(x.data(), stored.data(), bias.data(), y_found.data(), rows,
                                            Negated{});
        kernels::depthwise_weight_gradient<C, true, true>(x.data(), dy.data(), dw_found.data(),
                                                          db_found.data(), rows);
        // In place: over what was activated.
        kernels::depthwise_input_gradient<C>(dy.data(), stored.data(), dx_found.data(), dx_found.data(), rows,
                                             TimesActivated{});
    } else {
        kernels::convolution_forward<C, true>(x.data(), stored.data(), bias.data(), y_found.data(), rows,
                                              scratch.data(), Negated{});
        kernels::convolution_weight_gradient<C, true, true>(x.data(), dy.data(), dw_found.data(),
                                                            db_found.data(), rows, scratch.data());
        kernels::convolution_input_gradient<C>(dy.data(), stored.data(), dx_found.data(), dx_found.data(),
                                               rows, scratch.data(), TimesActivated{});
    }
    check_close(y_found, y, tolerance<Scalar>);
    check_close(dw_found, dw_stored, 4 * tolerance<Scalar>);
    check_close(db_found, db, 4 * tolerance<Scalar>);
    check_close(dx_found, dx, tolerance<Scalar>);
    if constexpr (!IsDepthwise) {
        kernels::transposed_convolution_forward<C, true>(dy.data(), stored.data(), bias.data(),
                                                         dx_found.data(), rows, scratch.data(),
                                                         kernels::StoreSum{});
        check_close(dx_found, back, tolerance<Scalar>);
    }
}

} // namespace

TEST_CASE("convolutions: all products follow the definition") {
    check_products<image(axis(6, 3, 1, 1, 1), axis(9, 3, 1, 1, 1), 4, 5)>();           // taps are left out
    check_products<image(axis(5, 3, 2, 1, 1), axis(11, 3, 2, 0, 1), 3, 17), double>(); // strides
    check_products<image(axis(7, 2, 3), axis(5, 1, 2), 9, 8)>(); // inputs that nothing reads
    check_products<image(axis(9, 3, 1, 2, 2, 2), axis(7, 2, 1, 3, 0, 3), 2, 7)>(); // dilation
    check_products<image(axis(4, 3, 1, 1, 1), axis(6, 2, 1, 0, 1), 6, 10, 2)>();   // groups
    check_products<image(axis(4, 1), axis(5, 1), 7, 33)>();                        // products of matrices
    check_products<image(axis(7, 3, 2, 0, 1), axis(8, 3, 2, 0, 1), 3, 8)>();       // half a vector of AVX-512
    check_products<Convolution{{axis(3, 2, 1, 0, 1), axis(4, 3, 2, 1, 0), axis(5, 3, 1, 1, 1)}, 2, 9, 1}>();
}

TEST_CASE("convolutions: gradients of few channels are scattered") {
    constexpr Convolution wide = image(axis(19, 5), axis(9, 5), 3, 16);
    constexpr Convolution strided = image(axis(25, 4, 2, 1, 2), axis(6, 3, 1, 1, 1), 1, 9);
    static_assert(kernels::detail::sums_patches(wide, kernels::this_machine) &&
                  kernels::detail::sums_patches(strided, kernels::this_machine));
    check_products<wide>();
    check_products<strided, double>();
}

TEST_CASE("depthwise convolutions: all products follow the definition") {
    check_products<image(axis(5, 3, 1, 1, 1), axis(13, 3, 1, 1, 1), 9, 9), float, true>();
    check_products<image(axis(6, 2, 2, 0, 1), axis(12, 3, 2, 0, 1), 17, 17), float, true>();
    check_products<image(axis(7, 5, 1, 2, 2), axis(8, 4, 1, 1, 2), 3, 3), double, true>();
    check_products<image(axis(6, 2, 3), axis(9, 3, 1, 2, 2, 2), 1, 1), float, true>();
    check_products<image(axis(3, 3, 1, 3, 1), axis(19, 3, 1, 1, 1), 8, 8), float, true>();
    check_products<image(axis(4, 3, 2, 1, 1), axis(5, 3, 1, 3, 2), 24, 24), float, true>();
}
