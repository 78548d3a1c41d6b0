#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"

#include <cstddef>

namespace burin::losses {

namespace detail {

/// Σ f(y) over the elements of each sample.
template <class Formula>
struct Activity {
    Reduction reduction = Reduction::mean;

    static constexpr std::size_t target_size(const Shape&) { return 0; }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar*, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        const auto row = [](std::size_t, const Scalar* y, Scalar* dy, Scalar scale) noexcept {
            const Scalar sum =
                kernels::sum<Scalar>(Output.size(), [](auto v) { return Formula::value(v); }, y);
            if constexpr (WithGradient)
                kernels::map<Scalar>(
                    Output.size(), dy,
                    [scale](auto v) { return Formula::gradient(v, kernels::broadcast(scale)); }, y);
            return sum;
        };
        return per_sample<Output, WithGradient, Scalar>(row, reduction, outputs, sample_weights, gradient,
                                                        rows);
    }
};

struct AbsoluteValue {
    template <class Vector>
    static Vector value(Vector y) noexcept {
        return kernels::abs(y);
    }
    template <class Vector>
    static Vector gradient(Vector y, Vector scale) noexcept {
        const Vector zero(typename Vector::value_type(0));
        return kernels::select(y > zero, scale, kernels::select(y < zero, -scale, y));
    }
};

struct Square {
    template <class Vector>
    static Vector value(Vector y) noexcept {
        return y * y;
    }
    template <class Vector>
    static Vector gradient(Vector y, Vector scale) noexcept {
        return (y + y) * scale;
    }
};

} // namespace detail

/// Σ |y| over the elements of a sample, averaged over the samples: keeps few activations away from 0. Needs
/// no target. Stands in `PerOutput` for an output that names the layer, its factor among the weights (Keras's
/// `ActivityRegularization(l1=...)`):
///
///     Outputs<"class", "code">
///     PerOutput{SparseCategoricalCrossentropy{}, ActivityL1{}}.weighted({1.0, 1e-4})
using ActivityL1 = detail::Activity<detail::AbsoluteValue>;

/// Σ y² over the elements of a sample, averaged over the samples: keeps activations small. Needs no target.
/// Used as `ActivityL1` (Keras's `ActivityRegularization(l2=...)`).
using ActivityL2 = detail::Activity<detail::Square>;

} // namespace burin::losses
