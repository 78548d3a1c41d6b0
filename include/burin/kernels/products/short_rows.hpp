#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/split_sums.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// The product of two vectors, the second of which is loaded as two halves.
template <class Scalar, class Half>
[[gnu::always_inline]] inline Scalar dot_of_halves(const Vector<Scalar>& a, const Half& lower,
                                                   const Half& upper) noexcept {
    return reduce_add_narrow<Scalar>(fma(upper_half<Scalar>(a), upper, narrowed<Scalar>(a) * lower));
}

/// The product of two rows.
template <std::size_t K, class Scalar>
[[gnu::always_inline]] inline Scalar dot(const Scalar* a, const Scalar* b) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = K / lanes;
    if constexpr (this_machine.narrow_vectors && 2 * K == lanes) {
        return reduce_add_narrow<Scalar>(load_narrow(a) * load_narrow(b));
    } else if constexpr (vectors == 0 && this_machine.exact_loads) {
        // What a layer before just stored.
        if constexpr (2 * K < lanes)
            return reduce_add_narrow<Scalar>(narrowed<Scalar>(load_in_pieces(a, K)) *
                                             load_narrow_partial(b, K));
        else
            return dot_of_halves<Scalar>(load_in_pieces(a, K), load_narrow(b),
                                         load_narrow_partial(b + lanes / 2, K - lanes / 2));
    } else if constexpr (this_machine.narrow_vectors && K == lanes) {
        return dot_of_halves<Scalar>(load(a), load_narrow(b), load_narrow(b + lanes / 2));
    } else if constexpr (vectors == 0 || vectors > 8) {
        return sum<Scalar>(K, [](const auto& x, const auto& y) { return x * y; }, a, b);
    } else {
        // As many sums as there are vectors for: four at most.
        constexpr std::size_t chains = vectors < 4 ? vectors : 4;
        Vector<Scalar> sums[chains];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < vectors; ++v) {
            const Vector<Scalar> x = load(a + v * lanes), y = load(b + v * lanes);
            sums[v % chains] = v < chains ? x * y : fma(x, y, sums[v % chains]);
        }
        if constexpr (constexpr std::size_t rest = K % lanes; rest > 0)
            sums[0] = fma(load_partial(a + K - rest, rest), load_partial(b + K - rest, rest), sums[0]);
        for (std::size_t c = chains; c > 1; c = (c + 1) / 2)
            for (std::size_t i = 0; i < c / 2; ++i)
                sums[i] = sums[i] + sums[c - 1 - i];
        return reduce_add<Scalar>(sums[0]);
    }
}

/// Each row of a matrix of one column.
template <std::size_t K, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void dot_products(const Operands<Scalar>& operands, std::size_t rows,
                                                Epilogue epilogue) noexcept {
    for (std::size_t row = 0; row < rows; ++row) {
        const Scalar product = dot<K>(operands.left + row * K, operands.right.data);
        const Vector<Scalar> sum =
            broadcast(operands.start.data != nullptr ? product + *operands.start.data : product);
        operands.result.data[row] = first_lane<Scalar>(epilogue(sum));
    }
}

/// Whether an epilogue computes with vectors of half the width, too.
template <class Epilogue>
constexpr bool has_any_width() {
    if constexpr (this_machine.narrow_vectors && requires { Epilogue::for_any_width; })
        return Epilogue::for_any_width;
    else
        return false;
}

/// One row, no wider than one or two vectors of half the width, in the order in which tiles of more rows sum:
/// what networks of a few units do for one sample. One of 8-8-1 takes three fifths of the time that it takes
/// with AVX-512's whole vectors.
template <std::size_t K, std::size_t N, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void half_width(const Operands<Scalar>& row, Epilogue epilogue) noexcept {
    constexpr std::size_t lanes = width<Scalar> / 2, splits = choose_splits(1), parts = (N - 1) / lanes + 1;
    constexpr std::size_t last = N - (parts - 1) * lanes;
    const auto load_part = [](const Scalar* from, std::size_t part) __attribute__((always_inline)) {
        if (last == lanes || part + 1 < parts)
            return load_narrow(from + part * lanes);
        return load_narrow_partial(from + part * lanes, last);
    };
    const auto zero = broadcast_narrow(Scalar(0));
    NarrowVector<Scalar> sums[parts][splits];
    BURIN_DETAIL_UNROLL
    for (std::size_t part = 0; part < parts; ++part) {
        sums[part][0] = row.start.data != nullptr ? load_part(row.start.data, part) : zero;
        for (std::size_t s = 1; s < splits; ++s)
            sums[part][s] = zero;
    }
    const auto add = [&](std::size_t s, std::size_t k) __attribute__((always_inline)) {
        const auto factor = broadcast_narrow(row.left[k]);
        BURIN_DETAIL_UNROLL
        for (std::size_t part = 0; part < parts; ++part)
            sums[part][s] = fma(factor, load_part(row.right.data + k * N, part), sums[part][s]);
    };
    for_split_depth<K, splits>(add);
    const auto total = [&](std::size_t part) __attribute__((always_inline)) {
        return total_of_splits<splits>([&](std::size_t s) { return sums[part][s]; });
    };
    if constexpr (parts == 2) {
        const auto result = epilogue(both_halves<Scalar>(total(0), total(1)));
        if constexpr (last == lanes)
            store(row.result.data, result);
        else
            store_in_pieces(row.result.data, result, N);
    } else {
        const auto result = epilogue(total(0));
        if constexpr (last == lanes)
            store_narrow(row.result.data, result);
        else
            store_narrow_in_pieces(row.result.data, result, N);
    }
}

} // namespace burin::kernels::detail
