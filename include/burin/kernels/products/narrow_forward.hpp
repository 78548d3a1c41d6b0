#pragma once

#include "burin/kernels/products/tile.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels::detail {

// What networks of a few units do for one sample, in narrow vectors: a network of 8-8-1 takes three fifths of
// the time that it takes with AVX-512's whole ones.

/// Whether rows of N columns are as wide as a narrow vector, and the epilogue computes with it.
template <std::size_t N, class Scalar, class Epilogue>
constexpr bool is_narrow() {
    if constexpr (has_narrow_vectors && requires { Epilogue::for_any_width; })
        return 2 * N == width<Scalar> && Epilogue::for_any_width;
    else
        return false;
}

/// y = epilogue(x · w + b) of one sample, w [K, N] with `is_narrow<N>`; in the order in which tiles of more
/// samples sum.
template <std::size_t K, bool HasBias, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void narrow_forward(const Scalar* x, const Scalar* w, const Scalar* bias,
                                                  Scalar* y, Epilogue epilogue) noexcept {
    constexpr std::size_t lanes = width<Scalar> / 2, splits = choose_splits(1);
    const auto zero = broadcast_narrow(Scalar(0));
    decltype(broadcast_narrow(Scalar(0))) sums[splits] = {HasBias ? load_narrow(bias) : zero, zero, zero,
                                                          zero};
    const auto add = [&](std::size_t s, std::size_t k) __attribute__((always_inline)) {
        sums[s] = fma(broadcast_narrow(x[k]), load_narrow(w + k * lanes), sums[s]);
    };
    std::size_t k = 0;
    for (; k + splits <= K; k += splits) {
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s < splits; ++s)
            add(s, k + s);
    }
    BURIN_DETAIL_UNROLL
    for (std::size_t s = 0; s < K % splits; ++s)
        add(s, k + s);
    store_narrow(y, epilogue((sums[0] + sums[1]) + (sums[2] + sums[3])));
}

/// The product of two rows that are each a narrow vector.
template <class Scalar>
[[gnu::always_inline]] inline Scalar narrow_dot(const Scalar* a, const Scalar* b) noexcept {
    return reduce_add_narrow<Scalar>(load_narrow(a) * load_narrow(b));
}

} // namespace burin::kernels::detail
