#pragma once

#include "burin/kernels/products/multiply.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// An epilogue of the sum alone.
template <class Epilogue>
struct Anywhere {
    Epilogue epilogue;

    template <class VectorType, class Scalar, class Load>
    VectorType operator()(const VectorType& sum, const Scalar*, Load) const noexcept {
        return epilogue(sum);
    }
};

/// The sum, a gradient, times the derivative of an activation whose outputs lie in `activated` as the sums do
/// in `result`.
template <class Scalar, class Derivative>
struct TimesDerivative {
    static constexpr bool is_placed = true;

    const Scalar* activated;
    const Scalar* result;
    Derivative derivative;

    template <class VectorType, class Load>
    VectorType operator()(const VectorType& sum, const Scalar* to, Load load_from) const noexcept {
        if constexpr (Derivative::reads_activation)
            return derivative(sum, load_from(activated + (to - result)));
        else
            return derivative(sum, sum);
    }
};

/// Whether it takes vectors of half the width, too, and there are such.
template <class Finish>
inline constexpr bool takes_narrow = false;
template <class Epilogue>
inline constexpr bool takes_narrow<Anywhere<Epilogue>> = has_any_width<Epilogue>();
template <>
inline constexpr bool takes_narrow<Anywhere<StoreSum>> = this_machine.narrow_vectors;

template <class Function>
inline constexpr bool is_identity = requires { requires Function::is_identity; };

/// What is done to a sum before it is stored. All epilogues that change nothing are of one type, and share
/// code.
template <class Epilogue>
constexpr auto finish_with(Epilogue epilogue) noexcept {
    if constexpr (is_identity<Epilogue>)
        return Anywhere<StoreSum>{};
    else
        return Anywhere<Epilogue>{epilogue};
}
template <class Derivative, class Scalar>
constexpr auto finish_with(Derivative derivative, const Scalar* activated, const Scalar* result) noexcept {
    if constexpr (is_identity<Derivative>)
        return Anywhere<StoreSum>{};
    else
        return TimesDerivative<Scalar, Derivative>{activated, result, derivative};
}

/// Whether an epilogue is a function of a sum and of what is added to it, which lies as the result does.
template <class Epilogue>
inline constexpr bool reads_summand = requires { requires Epilogue::reads_activation; };

/// What a product of matrices does to a sum: a function of it alone, or with where it goes.
template <class Epilogue, class Scalar>
constexpr auto finish_of_sum(Epilogue epilogue, const Scalar* summand, const Scalar* result) noexcept {
    if constexpr (reads_summand<Epilogue>)
        return TimesDerivative<Scalar, Epilogue>{summand, result, epilogue};
    else
        return epilogue;
}

} // namespace burin::kernels::detail
