#pragma once

#include "burin/kernels/simd/generic/batch.hpp"

#include <type_traits>

namespace burin::kernels {

template <class Scalar>
Vector<Scalar> fms(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                   const std::type_identity_t<Vector<Scalar>>& c) noexcept {
    return xsimd::fms(a, b, c);
}

template <class Scalar>
Vector<Scalar> fnma(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                    const std::type_identity_t<Vector<Scalar>>& c) noexcept {
    return xsimd::fnma(a, b, c);
}

} // namespace burin::kernels
