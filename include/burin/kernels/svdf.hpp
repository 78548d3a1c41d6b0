#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>

// Filters along time, each of one number a step, in `Rank` groups of `Units`, whose outputs are added:
// y[u] = b[u] + Σᵣ Σₘ v[m][r · Units + u] · f[m][r · Units + u].

namespace burin::kernels {

/// One step: `f` is that of the oldest of `Memory` steps, the others behind it. `bias` may be null.
template <std::size_t Units, std::size_t Rank, std::size_t Memory, class Scalar>
void svdf_step(const Scalar* f, const Scalar* v, const Scalar* bias, Scalar* y) noexcept {
    constexpr std::size_t filters = Rank * Units;
    for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
        auto sum = bias != nullptr ? load(bias) : Vector<Scalar>(Scalar(0));
        for (std::size_t r = 0; r < Rank; ++r)
            for (std::size_t m = 0; m < Memory; ++m)
                sum = fma(load(v + m * filters + r * Units), load(f + m * filters + r * Units), sum);
        store(y, sum);
    });
}

/// sums[m] += factors[m] · dy, of one step: the gradient of f from v, and that of v from f.
template <std::size_t Units, std::size_t Rank, std::size_t Memory, class Scalar>
void svdf_gradient(const Scalar* dy, const Scalar* factors, Scalar* sums) noexcept {
    for (std::size_t at = 0; at < Memory * Rank * Units; at += Units)
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            store(sums + at, fma(load(factors + at), load(dy), load(sums + at)));
        });
}

} // namespace burin::kernels
