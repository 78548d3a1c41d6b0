#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/split_sums.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

/// The product of two rows.
template <std::size_t K, class Scalar>
[[gnu::always_inline]] inline Scalar dot(const Scalar* a, const Scalar* b) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = K / lanes;
    if constexpr (this_machine.narrow_vectors && 2 * K == lanes) {
        return reduce_add_narrow<Scalar>(load_narrow(a) * load_narrow(b));
    } else if constexpr (vectors == 0 && this_machine.exact_loads) {
        // What a layer before just stored.
        constexpr std::size_t half = lanes / 2;
        if constexpr (K < half)
            return reduce_add_narrow<Scalar>(narrowed<Scalar>(load_in_pieces(a, K)) *
                                             load_narrow_partial(b, K));
        else
            return reduce_add_narrow<Scalar>(fma(narrowed<Scalar>(load_in_pieces(a + half, K - half)),
                                                 load_narrow_partial(b + half, K - half),
                                                 load_narrow(a) * load_narrow(b)));
    } else if constexpr (this_machine.narrow_vectors && K == lanes) {
        const Vector<Scalar> x = load(a);
        return reduce_add_narrow<Scalar>(
            fma(upper_half<Scalar>(x), load_narrow(b + lanes / 2), narrowed<Scalar>(x) * load_narrow(b)));
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
    constexpr std::size_t lanes = width<Scalar> / 2, parts = (N - 1) / lanes + 1;
    constexpr std::size_t splits = std::min(choose_splits(1), K); // Sums of nothing are left out.
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
    const auto store_part = [](Scalar* to, const auto& part, std::size_t columns)
                                __attribute__((always_inline)) {
                                    if (columns == lanes)
                                        store_narrow(to, part);
                                    else
                                        store_narrow_in_pieces(to, part, columns);
                                };
    // As the next layer loads it: a whole vector, or pieces.
    if constexpr (parts == 1) {
        store_part(row.result.data, epilogue(total(0)), last);
    } else if constexpr (has_any_width<Epilogue>()) {
        const auto lower = epilogue(total(0)), upper = epilogue(total(1));
        if constexpr (last == lanes) {
            store(row.result.data, both_halves<Scalar>(lower, upper));
        } else {
            store_narrow(row.result.data, lower);
            store_part(row.result.data + lanes, upper, last);
        }
    } else {
        const auto result = epilogue(both_halves<Scalar>(total(0), total(1)));
        if constexpr (last == lanes)
            store(row.result.data, result);
        else
            store_in_pieces(row.result.data, result, N);
    }
}

} // namespace burin::kernels::detail
