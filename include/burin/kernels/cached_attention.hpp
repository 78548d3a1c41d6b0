#pragma once

#include "burin/kernels/attention.hpp"
#include "burin/kernels/rows.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// The keys and values of one head from some step of a sequence on, in a ring: the step t is at t mod
/// `capacity`. Keys are transposed, so that scores are made vector by vector: element i of the key at p is
/// keys[i · key_stride + p]. Whole vectors of them are read: the stride is a multiple of `most_lanes`.
template <class Pointee>
struct KeyValueRing {
    Pointee* keys = nullptr;
    std::size_t key_stride = 0;
    Rows<Pointee> values{};
    std::size_t capacity = 0;
};

/// A multiple of the lanes of each vector that there is.
inline constexpr std::size_t most_lanes = 16;

constexpr std::size_t whole_vectors(std::size_t count) noexcept {
    return (count + most_lanes - 1) / most_lanes * most_lanes;
}

/// Which steps queries see: from `first` to before `end`.
struct SeenSteps {
    std::size_t first = 0;
    std::size_t end = 0;

    constexpr std::size_t count() const { return end - first; }
};

namespace detail {

/// Calls visit(place in the ring, place among what is seen, how many) for the one or two parts of a ring.
template <class Visit>
[[gnu::always_inline]] inline void for_parts_of_ring(SeenSteps seen, std::size_t capacity,
                                                     const Visit& visit) noexcept {
    const std::size_t begin = seen.first % capacity, count = seen.count();
    const std::size_t before = std::min(count, capacity - begin);
    visit(begin, std::size_t(0), before);
    if (before < count)
        visit(std::size_t(0), before, count - before);
}

/// scores(r, k) = Σ query(r, i) · key(i, k), for whole vectors of keys; each sum in the order of i.
template <std::size_t R, std::size_t Size, class Scalar>
void cached_scores(Rows<const Scalar> query, const Scalar* keys, std::size_t key_stride, Rows<Scalar> scores,
                   std::size_t count) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto of_vectors = [&]<std::size_t V>(std::size_t at) __attribute__((always_inline)) {
        Vector<Scalar> sums[R][V];
        for (auto& row : sums)
            for (auto& sum : row)
                sum = broadcast(Scalar(0));
        for (std::size_t i = 0; i < Size; ++i) {
            const Scalar* const from = keys + i * key_stride + at;
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < V; ++v) {
                const Vector<Scalar> key = load(from + v * lanes);
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < R; ++r)
                    sums[r][v] = fma(broadcast(query[r][i]), key, sums[r][v]);
            }
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < R; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < V; ++v)
                store(scores[r] + at + v * lanes, sums[r][v]);
        }
    };
    constexpr std::size_t many = R == 1 ? 8 : R == 2 ? 4 : 2;
    std::size_t at = 0;
    for (; at + (many - 1) * lanes < count; at += many * lanes)
        of_vectors.template operator()<many>(at);
    for (; at < count; at += lanes)
        of_vectors.template operator()<1>(at);
}

/// In how many interleaved sums, each of which waits for itself, a mean of so many vectors is made.
constexpr std::size_t cached_splits(std::size_t vectors) noexcept {
    return vectors >= 4 ? 1 : vectors >= 2 ? 2 : 4;
}

/// sums(r, s, v) + Σ_k weight(r, k) · value(k), where step k belongs to sum (k + begin) mod Splits.
template <std::size_t R, std::size_t V, std::size_t Splits, class Scalar>
struct CachedMean {
    static constexpr std::size_t lanes = width<Scalar>;
    Vector<Scalar> sums[R][Splits][V];

    [[gnu::always_inline]] CachedMean() noexcept {
        for (auto& row : sums)
            for (auto& split : row)
                for (auto& sum : split)
                    sum = broadcast(Scalar(0));
    }

    template <bool IsWhole>
    [[gnu::always_inline]] void add(Rows<const Scalar> weights, Rows<const Scalar> values, std::size_t begin,
                                    std::size_t count, std::size_t columns) noexcept {
        const auto one = [&](std::size_t s, std::size_t k) __attribute__((always_inline)) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < V; ++v) {
                const Scalar* const from = values[k] + v * lanes;
                const bool is_part = !IsWhole && v + 1 == V;
                const Vector<Scalar> value = is_part ? load_partial(from, columns - v * lanes) : load(from);
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < R; ++r)
                    sums[r][s][v] = fma(broadcast(weights[r][k]), value, sums[r][s][v]);
            }
        };
        std::size_t k = 0;
        if constexpr (Splits > 1)
            for (; k < count && (begin + k) % Splits != 0; ++k)
                at_split((begin + k) % Splits, [&](auto s) { one(s, k); });
        for (; k + Splits <= count; k += Splits) {
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 0; s < Splits; ++s)
                one(s, k + s);
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s + 1 < Splits; ++s)
            if (k + s < count)
                one(s, k + s);
    }

    [[gnu::always_inline]] Vector<Scalar> total(std::size_t r, std::size_t v) const noexcept {
        if constexpr (Splits == 4)
            return (sums[r][0][v] + sums[r][1][v]) + (sums[r][2][v] + sums[r][3][v]);
        else if constexpr (Splits == 2)
            return sums[r][0][v] + sums[r][1][v];
        else
            return sums[r][0][v];
    }

  private:
    /// With a constant, so that sums stay in registers.
    template <class Visit>
    [[gnu::always_inline]] static void at_split(std::size_t s, const Visit& visit) noexcept {
        if (s == 1)
            visit(std::size_t(1));
        else if (s == 2)
            visit(std::size_t(2));
        else
            visit(std::size_t(3));
    }
};

/// result(r) = Σ_k weight(r, k) · value(k), of V vectors of columns.
template <std::size_t R, std::size_t V, bool IsWhole, class Scalar>
void cached_mean(Rows<const Scalar> weights, const KeyValueRing<const Scalar>& ring, SeenSteps seen,
                 Rows<Scalar> result, std::size_t first_column, std::size_t columns) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    CachedMean<R, V, cached_splits(V), Scalar> mean;
    for_parts_of_ring(seen, ring.capacity,
                      [&](std::size_t at, std::size_t from, std::size_t count)
                          __attribute__((always_inline)) {
                              mean.template add<IsWhole>({weights.data + from, weights.stride},
                                                         {ring.values[at] + first_column, ring.values.stride},
                                                         from, count, columns);
                          });
    for (std::size_t r = 0; r < R; ++r)
        for (std::size_t v = 0; v < V; ++v) {
            Scalar* const to = result[r] + first_column + v * lanes;
            if (!IsWhole && v + 1 == V)
                store_partial(to, mean.total(r, v), columns - v * lanes);
            else
                store(to, mean.total(r, v));
        }
}

template <std::size_t R, AttentionSize Size, class Scalar>
void cached_attention_of(Rows<const Scalar> query, const KeyValueRing<const Scalar>& ring, SeenSteps seen,
                         Scalar scale, const Scalar* slopes, Rows<Scalar> scores,
                         Rows<Scalar> result) noexcept {
    for_parts_of_ring(seen, ring.capacity, [&](std::size_t at, std::size_t from, std::size_t count) {
        cached_scores<R, Size.key_size>(query, ring.keys + at, ring.key_stride,
                                        {scores.data + from, scores.stride}, count);
    });
    for (std::size_t r = 0; r < R; ++r) {
        if constexpr (Size.is_biased)
            bias_scores(scores[r], seen.count(), seen.end - 1, seen.first,
                        static_cast<const Scalar*>(nullptr), scale, slopes[r]);
        attention_softmax_row(scores[r], seen.count(), static_cast<const Scalar*>(nullptr),
                              Size.is_biased ? Scalar(1) : scale, Size.is_biased);
    }
    constexpr std::size_t lanes = width<Scalar>, most = R >= 4 ? 2 : 4;
    constexpr std::size_t whole = Size.value_size / lanes, rest = Size.value_size % lanes;
    std::size_t column = 0;
    for (std::size_t v = 0; v + most <= whole; v += most, column += most * lanes)
        cached_mean<R, most, true>(Rows<const Scalar>(scores), ring, seen, result, column, most * lanes);
    constexpr std::size_t left = whole % most;
    if constexpr (left > 0) {
        cached_mean<R, left, true>(Rows<const Scalar>(scores), ring, seen, result, column, left * lanes);
        column += left * lanes;
    }
    if constexpr (rest > 0)
        cached_mean<R, 1, false>(Rows<const Scalar>(scores), ring, seen, result, column, rest);
}

} // namespace detail

/// The attention of the queries of one step, [queries, key size], to the steps that they see, of which the
/// last is their own: result [queries, value size]. `scores` has room for 4 · `whole_vectors` of a ring's
/// capacity and a vector more; `slopes` has one a query, where the scores are biased. A query's result
/// depends neither on the number of queries nor on where the ring begins.
template <AttentionSize Size, class Scalar>
[[gnu::noinline]] void cached_attention(Rows<const Scalar> query, std::size_t queries,
                                        const KeyValueRing<const Scalar>& ring, SeenSteps seen, Scalar scale,
                                        const Scalar* slopes, Scalar* scores, Rows<Scalar> result) noexcept {
    const std::size_t stride = whole_vectors(ring.capacity) + most_lanes;
    const auto some = [&]<std::size_t R>(std::size_t r) {
        detail::cached_attention_of<R, Size>({query[r], query.stride}, ring, seen, scale,
                                             slopes == nullptr ? nullptr : slopes + r,
                                             Rows<Scalar>{scores, stride}, {result[r], result.stride});
    };
    std::size_t r = 0;
    for (; r + 4 <= queries; r += 4)
        some.template operator()<4>(r);
    if (r + 2 <= queries) {
        some.template operator()<2>(r);
        r += 2;
    }
    if (r < queries)
        some.template operator()<1>(r);
}

} // namespace burin::kernels
