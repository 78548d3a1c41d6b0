#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/kernels/products.hpp"

#include <cstddef>

namespace burin::detail {

/// The products of a Dense layer of [In] to [Out] inside of a larger layer: `weight` [In, Out] in panels, and
/// behind it, if it has one, the bias. Not inlined, so that a layer with several of one size has their code
/// once.
template <std::size_t In, std::size_t Out, bool HasBias>
struct Projection {
    static constexpr std::size_t parameter_count = In * Out + (HasBias ? Out : 0);

    template <class Epilogue = engine::Chain<>, kernels::RowCounts Counts = kernels::RowCounts{},
              class Scalar>
    [[gnu::noinline]] static void forward(const Scalar* x, const Scalar* parameters, Scalar* y,
                                          std::size_t rows) noexcept {
        kernels::dense_forward<In, Out, HasBias, false, false, Counts>(x, parameters, parameters + In * Out,
                                                                       y, rows, Epilogue{});
    }

    template <bool Adds, kernels::RowCounts Counts = kernels::RowCounts{}, class Scalar>
    [[gnu::noinline]] static void parameter_gradient(const Scalar* x, const Scalar* dy, Scalar* gradients,
                                                     std::size_t rows) noexcept {
        kernels::dense_weight_gradient<In, Out, HasBias, Adds, Counts>(x, dy, gradients, gradients + In * Out,
                                                                       rows);
    }

    /// dx = derivative(dy · weightᵀ, activated)
    template <class Derivative = engine::NoActivation, kernels::RowCounts Counts = kernels::RowCounts{},
              class Scalar>
    [[gnu::noinline]] static void input_gradient(const Scalar* dy, const Scalar* parameters,
                                                 const Scalar* activated, Scalar* dx,
                                                 std::size_t rows) noexcept {
        kernels::dense_input_gradient<In, Out, Counts>(dy, parameters, activated, dx, rows, Derivative{});
    }
};

} // namespace burin::detail
