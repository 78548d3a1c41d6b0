#pragma once

// What kernels do with vectors that are whole or narrow.

#include "burin/kernels/simd/architecture.hpp"
#include BURIN_DETAIL_OPERATIONS

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// Lanes of a vector that is whole or narrow; its load and store.
template <class Scalar, class AnyVector>
inline constexpr std::size_t lanes_of =
    std::is_same_v<AnyVector, Vector<Scalar>> ? width<Scalar> : width<Scalar> / 2;

template <class AnyVector, class Scalar>
AnyVector load_as(const Scalar* from) noexcept {
    if constexpr (std::is_same_v<AnyVector, Vector<Scalar>>)
        return load(from);
    else
        return load_narrow(from);
}
template <class AnyVector, class Scalar>
void store_as(Scalar* to, const AnyVector& value) noexcept {
    if constexpr (std::is_same_v<AnyVector, Vector<Scalar>>)
        store(to, value);
    else
        store_narrow(to, value);
}

} // namespace burin::kernels
