#pragma once

// Groups of lanes: a vector of the same few neighbours again and again, and what is summed within groups.

#include "burin/kernels/simd/folds.hpp"
#include "burin/kernels/simd/transposed.hpp"
#include "burin/kernels/simd/vector.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// Whether a group of neighbours is broadcast by one load.
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
inline constexpr bool broadcasts_groups = true;
#else
inline constexpr bool broadcasts_groups = false;
#endif

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

/// How many vectors hold what the groups of four vectors sum up to.
template <std::size_t Group>
inline constexpr std::size_t quad_vectors = Group < 4 ? 4 / Group : 1;

/// The sums of each group of four vectors, four and four: elements 4 q … 4 q + 3 of vector i of the result
/// are the sums of group i + q · quad_vectors of v[0], v[1], v[2] and v[3]. What has no such group is
/// unspecified. For vectors of four lanes or more.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, quad_vectors<Group>>
quad_sums(const Vector<Scalar> (&v)[4]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return transpose_quads<Scalar>(v);
    } else if constexpr (Group == lanes) {
        return {lane_sums<Scalar>(v)};
    } else {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
        if constexpr (sizeof(Scalar) == 4 && Group == 2) {
            const auto pairs = [](__m512 a, __m512 b) __attribute__((always_inline)) {
                return _mm512_add_ps(_mm512_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)),
                                     _mm512_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
            };
            const __m512 ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
            return {Vector<Scalar>(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(2, 0, 2, 0))),
                    Vector<Scalar>(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 1, 3, 1)))};
        } else if constexpr (sizeof(Scalar) == 4) {
            const __m512 quads = detail::quarter_sums(v);
            if constexpr (Group == 4)
                return {Vector<Scalar>(quads)};
            else
                return {Vector<Scalar>(
                    _mm512_add_ps(_mm512_shuffle_f32x4(quads, quads, _MM_SHUFFLE(3, 1, 2, 0)),
                                  _mm512_shuffle_f32x4(quads, quads, _MM_SHUFFLE(2, 0, 3, 1))))};
        } else {
            const auto pairs = [](__m512d a, __m512d b) __attribute__((always_inline)) {
                return _mm512_add_pd(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
            };
            const __m512d ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
            const __m512d even = detail::even_pairs(ab, cd), odd = detail::odd_pairs(ab, cd);
            if constexpr (Group == 2)
                return {Vector<Scalar>(even), Vector<Scalar>(odd)};
            else
                return {Vector<Scalar>(_mm512_add_pd(even, odd))};
        }
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
        if constexpr (sizeof(Scalar) == 4 && Group == 2) {
            const auto pairs = [](__m256 a, __m256 b) __attribute__((always_inline)) {
                return _mm256_add_ps(_mm256_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)),
                                     _mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
            };
            const __m256 ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
            return {Vector<Scalar>(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(2, 0, 2, 0))),
                    Vector<Scalar>(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 1, 3, 1)))};
        } else if constexpr (sizeof(Scalar) == 4) {
            return {Vector<Scalar>(detail::quarter_sums(v))};
        } else {
            const auto pairs = [](__m256d a, __m256d b) __attribute__((always_inline)) {
                return _mm256_add_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            };
            const __m256d ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
            return {Vector<Scalar>(_mm256_permute2f128_pd(ab, cd, 0x20)),
                    Vector<Scalar>(_mm256_permute2f128_pd(ab, cd, 0x31))};
        }
#else
        constexpr std::size_t groups = lanes / Group, vectors = quad_vectors<Group>;
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
