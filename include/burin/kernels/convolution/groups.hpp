#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/products/panels.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

/// The weights of one group.
template <Convolution C, class Scalar>
constexpr PanelView<Scalar> weights_of_group(Scalar* w, std::size_t group) noexcept {
    if constexpr (C.groups == 1)
        return in_panels<C.depth(), C.filters>(w);
    else
        return {w + group * C.group_filters(), C.filters, C.filters,
                panels<std::remove_const_t<Scalar>>(C.group_filters()).width};
}

/// The columns of one group in a matrix with a row for each pixel.
template <std::size_t Columns, std::size_t Groups, class Scalar>
constexpr PanelView<Scalar> pixels_of_group(Scalar* pixels, std::size_t group) noexcept {
    return {pixels + group * (Columns / Groups), Columns, Columns,
            panels<std::remove_const_t<Scalar>>(Columns / Groups).width};
}

/// Images that a product goes through panel by panel: as many as stay in the second-level cache.
template <Convolution C, class Scalar>
constexpr std::size_t images_at_a_time() {
    constexpr std::size_t bytes = 96 * 1024;
    return std::max<std::size_t>(
        bytes / sizeof(Scalar) / (C.input_pixels() * C.channels + C.output_pixels() * C.filters), 1);
}

/// Calls f(x, y, count) for the images a few at a time.
template <Convolution C, class Scalar, class Function>
void for_images(const Scalar* x, std::size_t x_size, Scalar* y, std::size_t y_size, std::size_t rows,
                Function f) noexcept {
    constexpr std::size_t together = images_at_a_time<C, Scalar>();
    for (std::size_t row = 0; row < rows; row += together)
        f(x + row * x_size, y + row * y_size, std::min(together, rows - row));
}

} // namespace burin::kernels::detail
