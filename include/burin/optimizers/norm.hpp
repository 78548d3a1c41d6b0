#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

namespace burin::optimizers::detail {

/// A norm that may be beyond the largest number: norm / scale.
template <class Scalar>
struct ScaledNorm {
    double norm = 0;
    Scalar scale = 1;
};

/// √squares_of(1), where `squares_of(scale)` is a sum of squares of what is multiplied by `scale`; where
/// these are beyond the largest number they are summed up once more, scaled down. What is no number stays so.
template <class Scalar, class SquaresOf>
ScaledNorm<Scalar> scaled_norm(const SquaresOf& squares_of) noexcept {
    Scalar scale = 1;
    double squares = squares_of(scale);
    if (squares > static_cast<double>(std::numeric_limits<Scalar>::max())) {
        constexpr int half = std::numeric_limits<Scalar>::max_exponent / 2;
        scale = std::ldexp(Scalar(1), -half - 16);
        squares = squares_of(scale);
    }
    return {std::sqrt(squares), scale};
}

/// √Σ f(in[i]...)², where f of zeros is 0.
template <class Scalar, class Function, class... Inputs>
double norm(std::size_t count, const Function& f, const Inputs*... in) noexcept {
    const auto [scaled, scale] = scaled_norm<Scalar>([&](Scalar factor) {
        return static_cast<double>(kernels::sum<Scalar>(
            count,
            [&, by = kernels::broadcast(factor)](const auto&... x) {
                const auto value = f(x...) * by;
                return value * value;
            },
            in...));
    });
    return scaled / static_cast<double>(scale);
}

} // namespace burin::optimizers::detail
