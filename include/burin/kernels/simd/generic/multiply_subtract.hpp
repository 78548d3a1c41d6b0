#pragma once

// Include after `Vector` is defined.

#include <type_traits>

#include "burin/core/language.hpp"

namespace burin::kernels {

/// a · b − c
template <class Scalar>
Vector<Scalar> fms(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                   const std::type_identity_t<Vector<Scalar>>& c) noexcept {
    return fma(a, b, -c);
}

/// c − a · b
template <class Scalar>
Vector<Scalar> fnma(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                    const std::type_identity_t<Vector<Scalar>>& c) noexcept {
    return fma(-a, b, c);
}

} // namespace burin::kernels
