#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

/// Elements 4 g … 4 g + 3 of the vector are four from `from` + g · stride on, for g < count; others are
/// unspecified.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_rows_of_4(const Scalar* from, std::size_t stride,
                                                            std::size_t count) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    Scalar elements[lanes] = {};
    for (std::size_t g = 0; g < count; ++g)
        for (std::size_t i = 0; i < 4; ++i)
            elements[4 * g + i] = from[g * stride + i];
    return load(elements);
}

/// Stores elements 4 g … 4 g + 3 of the vector to `to` + g · stride, for g < count.
template <class Scalar>
[[gnu::always_inline]] inline void store_rows_of_4(Scalar* to, std::size_t stride,
                                                   const Vector<Scalar>& value, std::size_t count) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    Scalar elements[lanes];
    store(elements, value);
    for (std::size_t g = 0; g < count; ++g)
        for (std::size_t i = 0; i < 4; ++i)
            to[g * stride + i] = elements[4 * g + i];
}

} // namespace burin::kernels
