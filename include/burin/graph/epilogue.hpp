#pragma once

#include "burin/graph/op.hpp"

namespace burin {

namespace engine {

/// Elementwise layers one after the other, as one function of a vector.
template <class... Layers>
struct Chain {
    static constexpr bool is_identity = sizeof...(Layers) == 0;
    static constexpr bool for_any_width = (Layers::traits.for_any_width && ...);

    template <class Vector>
    Vector operator()(Vector x) const noexcept {
        ((x = Layers::value(x)), ...);
        return x;
    }
};

/// The same with a sum among them: functions of a vector, a summand, functions of the sum.
template <class Before, class After>
struct SumChain {
    static constexpr bool reads_activation = true; ///< The summand lies as the result does.

    template <class Vector>
    Vector operator()(Vector x, Vector summand) const noexcept {
        return After{}(Before{}(x) + summand);
    }
};

/// Multiplies a gradient by the derivative of an elementwise layer, taken from the layer's output.
template <class LayerType>
struct DerivativeOf {
    static constexpr bool reads_activation = LayerType::traits.input_gradient.output;

    template <class Vector>
    Vector operator()(Vector gradient, Vector activated) const noexcept {
        return LayerType::gradient(gradient, activated);
    }
};

/// The gradient as it is.
struct NoActivation {
    static constexpr bool reads_activation = false;
    static constexpr bool is_identity = true;

    template <class Vector>
    Vector operator()(Vector gradient, Vector) const noexcept {
        return gradient;
    }
};

/// As a derivative: the gradient is added to what is there, which `activated` must point to.
struct AddToGradient {
    static constexpr bool reads_activation = true;

    template <class Vector>
    Vector operator()(Vector gradient, Vector there) const noexcept {
        return there + gradient;
    }
};

} // namespace engine

} // namespace burin
