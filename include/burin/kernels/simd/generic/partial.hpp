#pragma once

// A part of a vector: its first lanes.

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// The first `count` ≤ width elements; the other lanes are 0. Reads nothing beyond.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_partial(const Scalar* from, std::size_t count) noexcept {
    Scalar lanes[width<Scalar>] = {};
    for (std::size_t i = 0; i < count; ++i)
        lanes[i] = from[i];
    return load(lanes);
}

/// Stores the first `count` ≤ width lanes. Writes nothing beyond.
template <class Scalar>
[[gnu::always_inline]] inline void store_partial(Scalar* to, const Vector<Scalar>& value,
                                                 std::size_t count) noexcept {
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = lanes[i];
}

/// As `store_partial`, of a constant number of lanes which are loaded again at once, one by one: a load finds
/// them where they wait to be written, if they are stored whole.
template <class Scalar>
[[gnu::always_inline]] inline void store_in_pieces(Scalar* to, const Vector<Scalar>& value,
                                                   std::size_t count) noexcept {
    store_partial(to, value, count);
}

/// As `load_partial`, of what was stored so.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_in_pieces(const Scalar* from, std::size_t count) noexcept {
    return load_partial(from, count);
}

/// The first `count` lanes of a vector, and those of `others` behind them.
template <class Scalar>
Vector<Scalar> first_lanes(std::size_t count, const Vector<Scalar>& value,
                           const std::type_identity_t<Vector<Scalar>>& others) noexcept {
    if (count == width<Scalar>)
        return value;
    Scalar lanes[width<Scalar>], behind[width<Scalar>];
    store(lanes, value);
    store(behind, others);
    for (std::size_t i = count; i < width<Scalar>; ++i)
        lanes[i] = behind[i];
    return load(lanes);
}

} // namespace burin::kernels
