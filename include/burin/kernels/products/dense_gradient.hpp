#pragma once

#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels {

/// dx = derivative(dy · wᵀ, activated), with dy [rows, n], w [k, n] in panels, activated and dx [rows, k].
///
/// A row of w has an element for each column of dx, but its neighbours in memory belong to the same column:
/// so no vector of dx's columns can be loaded from w. Either the samples are in the lanes, or w is transposed
/// (see choose_input_gradient.hpp).
template <class Scalar>
struct DenseGradient {
    const Scalar* dy;
    const Scalar* w;
    const Scalar* activated;
    Scalar* dx;
    std::size_t k;
    std::size_t n;
    Panels panels;

    constexpr void skip_rows(std::size_t rows) {
        dy += rows * n;
        dx += rows * k;
        activated += activated != nullptr ? rows * k : 0;
    }
    constexpr const Scalar* panel(std::size_t p) const { return w + panels.first_column(p) * k; }
};

namespace detail {

/// The gradient times the derivative, which is told the activation that `load` gives where it reads it.
template <class VectorType, class Derivative, class Load>
[[gnu::always_inline]] inline VectorType finished_gradient(const VectorType& gradient, Derivative derivative,
                                                           Load load) noexcept {
    if constexpr (Derivative::reads_activation)
        return derivative(gradient, load());
    else
        return derivative(gradient, gradient);
}

template <class Scalar, class Derivative>
[[gnu::always_inline]] inline void finish_gradient(const DenseGradient<Scalar>& dense, std::size_t at,
                                                   const Vector<Scalar>& gradient, std::size_t count,
                                                   Derivative derivative) noexcept {
    const Scalar* const activated = Derivative::reads_activation ? dense.activated + at : nullptr;
    if (count == width<Scalar>)
        store(dense.dx + at, derivative(gradient, Derivative::reads_activation ? load(activated) : gradient));
    else
        store_partial(
            dense.dx + at,
            derivative(gradient, Derivative::reads_activation ? load_partial(activated, count) : gradient),
            count);
}

} // namespace detail
} // namespace burin::kernels
