#pragma once

#include "burin/layers/elementwise.hpp"

#include <cstddef>

namespace burin {

/// A function of the user's, applied to each element:
///
///     struct Square {
///         template <class Vector>
///         static Vector value(Vector x) noexcept { return x * x; }
///         template <class Vector>
///         static Vector gradient(Vector dy, Vector x) noexcept { return dy * (x + x); }
///     };
///     Sequential<Input<8>, Dense<16>, Lambda<Square>, Dense<1>>
///
/// `gradient` is dy times the derivative at the input x; a network that is only run needs none. Both are
/// called with vectors of as many numbers as the processor has lanes: they may use + − · /, the functions of
/// kernels/simd.hpp and kernels/functions.hpp, and constants as in `Vector(typename
/// Vector::value_type(0.5))`.
template <class Function>
struct Lambda : Elementwise<Lambda<Function>> {
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr std::size_t cost = 1;

    static constexpr Text<64> name() { return "Lambda"; }

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return Function::value(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        return Function::gradient(dy, x);
    }
};

} // namespace burin
