#pragma once

#include "burin/kernels/simd.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace burin::kernels {

namespace detail {

/// c[First] + c[First + Step] · x + … by Horner's rule.
template <std::size_t First, std::size_t Step, class Scalar, std::size_t Count>
[[gnu::always_inline]] inline Vector<Scalar> horner(Vector<Scalar> x,
                                                    const std::array<Scalar, Count>& c) noexcept {
    constexpr std::size_t steps = (Count - 1 - First) / Step;
    Vector<Scalar> sum(c[First + steps * Step]);
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        ((sum = fma(sum, x, Vector<Scalar>(c[First + (steps - 1 - I) * Step]))), ...);
    }(std::make_index_sequence<steps>{});
    return sum;
}

} // namespace detail

/// c₀ + c₁x + c₂x² + …. Most of a long one is computed as two of x², which do not wait for each other; not
/// all of it, for the last steps decide on the error.
template <class Scalar, std::size_t Count>
[[gnu::always_inline]] inline Vector<Scalar> polynomial(Vector<Scalar> x,
                                                        const std::array<Scalar, Count>& c) noexcept {
    if constexpr (Count < 8) {
        return detail::horner<0, 1>(x, c);
    } else {
        const Vector<Scalar> square = x * x;
        const Vector<Scalar> rest = fma(detail::horner<4, 2>(square, c), x, detail::horner<3, 2>(square, c));
        return fma(fma(fma(rest, x, Vector<Scalar>(c[2])), x, Vector<Scalar>(c[1])), x, Vector<Scalar>(c[0]));
    }
}

} // namespace burin::kernels
