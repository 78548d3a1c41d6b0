#pragma once

// Vectors, and what is done with each of their lanes.

#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd/architecture.hpp"
#include BURIN_DETAIL_VECTOR

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// Lanes of a vector.
template <class Scalar>
inline constexpr std::size_t width = Vector<Scalar>::size;

static_assert(width<float> == this_machine.lanes<float>() && width<double> == this_machine.lanes<double>(),
              "xsimd has other vectors for this processor than kernels/machine.hpp says");

template <class Scalar>
Vector<Scalar> broadcast(Scalar value) noexcept {
    return Vector<Scalar>(value);
}

/// A factor of whole vectors and, where `WithHalf`, of half a vector as well: clang else broadcasts it to
/// half a vector first and then that to a whole one.
template <bool WithHalf, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> broadcast_factor(Scalar value) noexcept {
    return WithHalf ? in_register(broadcast(value)) : broadcast(value);
}

/// Prefetches the line of memory that holds this, which need not exist. (Calls that are not inlined g++ takes
/// for useless.)
[[gnu::always_inline]] inline void prefetch(const void* address) noexcept {
    __builtin_prefetch(address);
}

/// The same, but into the second-level cache only, where the first has no room for it yet.
[[gnu::always_inline]] inline void prefetch_to_l2(const void* address) noexcept {
    __builtin_prefetch(address, 0, 2);
}

/// The same for what will be written.
[[gnu::always_inline]] inline void prefetch_for_write(const void* address) noexcept {
    __builtin_prefetch(address, 1);
}

// `min` and `max` give their second operand where either is NaN (on Arm, NaN). What hands on NaN is written
// with these.

/// x, but no less than `low`; of vectors of any width. NaN stays NaN.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector at_least(AnyVector x, std::type_identity_t<AnyVector> low) noexcept {
    return max(low, x);
}

/// x, but no more than `high`. NaN stays NaN.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector at_most(AnyVector x, std::type_identity_t<AnyVector> high) noexcept {
    return min(high, x);
}

/// x, but no less than `low` and no more than `high`. NaN stays NaN.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> clamp(Vector<Scalar> x, Scalar low, Scalar high) noexcept {
    return at_most(at_least(x, Vector<Scalar>(low)), Vector<Scalar>(high));
}

} // namespace burin::kernels
