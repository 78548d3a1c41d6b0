#pragma once

// Groups of lanes: a vector of the same few neighbours again and again, and what is summed within groups.

#include "burin/kernels/simd/quarters.hpp"
#include "burin/kernels/simd/reduce.hpp"
#include "burin/kernels/simd/transpose.hpp"
#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// Whether a group of neighbours is broadcast by one load.
inline constexpr bool broadcasts_groups = this_machine.group_broadcasts;

/// The `Group` elements from `from` on, a power of two, as often as a vector has room for them.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> broadcast_group(const Scalar* from) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return broadcast(*from);
    } else if constexpr (Group == lanes) {
        return load(from);
    } else {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
        constexpr std::size_t bytes = Group * sizeof(Scalar);
        const auto* const bits = reinterpret_cast<const __m128i*>(from);
#if defined(__AVX512F__)
        __m512i group;
        if constexpr (bytes == 8)
            group = _mm512_broadcastq_epi64(_mm_loadl_epi64(bits));
        else if constexpr (bytes == 16)
            group = _mm512_broadcast_i32x4(_mm_loadu_si128(bits));
        else
            group = _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
        if constexpr (sizeof(Scalar) == 4)
            return _mm512_castsi512_ps(group);
        else
            return _mm512_castsi512_pd(group);
#else
        const __m256i group = bytes == 8 ? _mm256_broadcastq_epi64(_mm_loadl_epi64(bits))
                                         : _mm256_broadcastsi128_si256(_mm_loadu_si128(bits));
        if constexpr (sizeof(Scalar) == 4)
            return _mm256_castsi256_ps(group);
        else
            return _mm256_castsi256_pd(group);
#endif
#else
        Scalar elements[lanes];
        for (std::size_t i = 0; i < lanes; ++i)
            elements[i] = from[i % Group];
        return load(elements);
#endif
    }
}

/// Of as many rows as a vector has groups, elements as many as it has lanes: vector i holds group i of every
/// row. For `Group` > 1, where groups are broadcast.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar> / Group>
load_groups_transposed(const Scalar* from, std::size_t stride) noexcept {
    constexpr std::size_t rows = width<Scalar> / Group;
    std::array<Vector<Scalar>, rows> groups;
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    // Whatever they hold, groups are moved as doubles are.
    std::array<Vector<double>, rows> transposed;
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < rows; ++r)
        transposed[r] = Vector<double>(detail::as_doubles(load(from + r * stride).data));
    if constexpr (rows == width<double>)
        transposed = transpose_square<double>(transposed);
#if defined(__AVX512F__)
    else if constexpr (rows == 4)
        transposed = detail::transpose_quarters(transposed);
    else if constexpr (rows == 2)
        transposed = {Vector<double>(detail::choose_quarters<0, 1>(transposed[0].data, transposed[1].data)),
                      Vector<double>(detail::choose_quarters<2, 3>(transposed[0].data, transposed[1].data))};
#else
    else if constexpr (rows == 2)
        transposed = {Vector<double>(detail::odd_quarters(transposed[0].data, transposed[1].data)),
                      Vector<double>(detail::even_quarters(transposed[0].data, transposed[1].data))};
#endif
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < rows; ++r)
        groups[r] = Vector<Scalar>(detail::from_doubles<Scalar>(transposed[r].data));
#else
    for (std::size_t i = 0; i < rows; ++i) {
        Scalar elements[width<Scalar>];
        for (std::size_t lane = 0; lane < width<Scalar>; ++lane)
            elements[lane] = from[lane / Group * stride + i * Group + lane % Group];
        groups[i] = load(elements);
    }
#endif
    return groups;
}

/// How many vectors hold what the groups of four vectors sum up to.
template <std::size_t Group>
inline constexpr std::size_t group_sum_vectors = Group < 4 ? 4 / Group : 1;

/// The sums of each group of four vectors, four and four: elements 4 q … 4 q + 3 of vector i of the result
/// are the sums of group i + q · group_sum_vectors of v[0], v[1], v[2] and v[3]. What has no such group is
/// unspecified. For vectors of four lanes or more.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, group_sum_vectors<Group>>
group_sums(const Vector<Scalar> (&v)[4]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return transpose_4x4<Scalar>(v);
    } else if constexpr (Group == lanes) {
        return {lane_sums<Scalar>(v)};
    } else {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
        if constexpr (sizeof(Scalar) == 4 && Group == 2) {
            constexpr int first = _MM_SHUFFLE(2, 0, 2, 0), second = _MM_SHUFFLE(3, 1, 3, 1);
            const auto pairs = [](const Vector<Scalar>& a, const Vector<Scalar>& b) {
                return detail::shuffle<first>(a.data, b.data) + detail::shuffle<second>(a.data, b.data);
            };
            const auto ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
            return {Vector<Scalar>(detail::shuffle<first>(ab, cd)),
                    Vector<Scalar>(detail::shuffle<second>(ab, cd))};
        } else if constexpr (sizeof(Scalar) == 4) {
            const auto quarters = detail::quarter_sums(v);
#if defined(__AVX512F__)
            if constexpr (Group == 8)
                return {Vector<Scalar>(detail::neighbour_sums(quarters))};
            else
#endif
                return {Vector<Scalar>(quarters)};
        } else {
            const auto ab = detail::pair_sums(v[0].data, v[1].data),
                       cd = detail::pair_sums(v[2].data, v[3].data);
            const auto odd = detail::odd_quarters(ab, cd), even = detail::even_quarters(ab, cd);
            if constexpr (Group == 2)
                return {Vector<Scalar>(odd), Vector<Scalar>(even)};
            else
                return {Vector<Scalar>(odd + even)};
        }
#else
        constexpr std::size_t groups = lanes / Group, vectors = group_sum_vectors<Group>;
        Scalar elements[4][lanes], sums[vectors][lanes] = {};
        for (std::size_t i = 0; i < 4; ++i)
            store(elements[i], v[i]);
        for (std::size_t group = 0; group < groups; ++group)
            for (std::size_t i = 0; i < 4; ++i)
                for (std::size_t lane = 0; lane < Group; ++lane)
                    sums[group % vectors][group / vectors * 4 + i] += elements[i][group * Group + lane];
        std::array<Vector<Scalar>, vectors> result;
        for (std::size_t i = 0; i < vectors; ++i)
            result[i] = load(sums[i]);
        return result;
#endif
    }
}

} // namespace burin::kernels
