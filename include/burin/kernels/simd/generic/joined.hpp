#pragma once

// Vectors that lie across two others, and parts of vectors whose size is a constant.

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

/// Whether one instruction joins the last lanes of a vector and the first of the next.
inline constexpr bool joins_vectors = this_machine.joins_vectors;

/// The lanes of a from `Offset` on, and behind them the first of b. Without such an instruction `Offset` must
/// be 0.
template <std::size_t Offset, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> joined(const Vector<Scalar>& a,
                                                    [[maybe_unused]] const Vector<Scalar>& b) noexcept {
    static_assert(Offset == 0);
    return a;
}

/// Stores the first `Count` ≤ width lanes, without a mask where there are others ways: what was stored with
/// one, a load must wait for.
template <std::size_t Count, class Scalar>
[[gnu::always_inline]] inline void store_first(Scalar* to, const Vector<Scalar>& value) noexcept {
    if constexpr (Count == width<Scalar>)
        store(to, value);
    else
        store_partial(to, value, Count);
}

} // namespace burin::kernels
