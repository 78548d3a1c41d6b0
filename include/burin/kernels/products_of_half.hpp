#pragma once

#include "burin/core/half.hpp"
#include "burin/kernels/products.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// Elements of the room that `dense_forward` needs to widen parameters that are stored in half the bits: for
/// the widest panel of the weight matrix [rows, columns], and for the bias.
template <class Scalar>
constexpr std::size_t widened_room(std::size_t rows, std::size_t columns, bool has_bias) {
    const Panels panels = kernels::panels<Scalar>(columns);
    const std::size_t widest = panels.full > 0 ? std::max(panels.width, panels.last) : panels.last;
    return rows * widest + (has_bias ? columns : 0);
}

/// The product of products.hpp with weights and biases that are stored in half the bits. They are widened
/// panel by panel: each is multiplied with all rows of x before the next is widened.
template <std::size_t K, std::size_t N, bool HasBias, core::Half Stored, class Scalar, class Epilogue>
void dense_forward(const Scalar* x, const Stored* w, const Stored* bias, Scalar* y, std::size_t rows,
                   Epilogue epilogue, Scalar* room) noexcept {
    constexpr Panels panels = kernels::panels<Scalar>(N);
    if constexpr (HasBias)
        room = std::copy_n(bias, N, room);
    const Scalar* const wide_bias = room - (HasBias ? N : 0);
    const auto multiply_panel = [&]<std::size_t Columns>(std::integral_constant<std::size_t, Columns>,
                                                         std::size_t first) {
        std::copy_n(w + first * K, K * Columns, room);
        if constexpr (N == 1) {
            dense_forward<K, N, HasBias>(x, static_cast<const Scalar*>(room), wide_bias, y, rows, epilogue);
        } else {
            Operands<Scalar> product;
            product.left = x;
            product.left_row = K;
            product.depth = K;
            product.right = {room, Columns, Columns, 0};
            product.result = {y + first, N, N, 0};
            if constexpr (HasBias)
                product.start = {wide_bias + first, 0, 0, 0};
            multiply<Product::forward, Extents{0, K, Columns}>(product, rows, epilogue);
        }
    };
    for (std::size_t panel = 0; panel < panels.full; ++panel)
        multiply_panel(std::integral_constant<std::size_t, panels.width>{}, panels.first_column(panel));
    if constexpr (panels.last > 0)
        multiply_panel(std::integral_constant<std::size_t, panels.last>{}, panels.first_column(panels.full));
}

} // namespace burin::kernels
