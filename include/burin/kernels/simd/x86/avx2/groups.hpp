#pragma once

#include "burin/kernels/simd/generic/group_constants.hpp"
#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/simd/x86/avx2/lane_sums.hpp"
#include "burin/kernels/simd/x86/avx2/transpose.hpp"
#include "burin/kernels/simd/x86/group_sums.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> broadcast_group(const Scalar* from) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return broadcast(*from);
    } else if constexpr (Group == lanes) {
        return load(from);
    } else {
        constexpr std::size_t bytes = Group * sizeof(Scalar);
        const auto* const bits = reinterpret_cast<const __m128i*>(from);
        const __m256i group = bytes == 8 ? _mm256_broadcastq_epi64(_mm_loadl_epi64(bits))
                                         : _mm256_broadcastsi128_si256(_mm_loadu_si128(bits));
        if constexpr (sizeof(Scalar) == 4)
            return _mm256_castsi256_ps(group);
        else
            return _mm256_castsi256_pd(group);
    }
}

template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar> / Group>
load_groups_transposed(const Scalar* from, std::size_t stride) noexcept {
    constexpr std::size_t rows = width<Scalar> / Group;
    std::array<Vector<Scalar>, rows> groups;
    // Whatever they hold, groups are moved as doubles are.
    std::array<Vector<double>, rows> transposed;
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < rows; ++r)
        transposed[r] = Vector<double>(detail::as_doubles(load(from + r * stride).data));
    if constexpr (rows == width<double>)
        transposed = transpose_square<double>(transposed);
    else if constexpr (rows == 2)
        transposed = {Vector<double>(detail::odd_blocks(transposed[0].data, transposed[1].data)),
                      Vector<double>(detail::even_blocks(transposed[0].data, transposed[1].data))};
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < rows; ++r)
        groups[r] = Vector<Scalar>(detail::from_doubles<Scalar>(transposed[r].data));
    return groups;
}

} // namespace burin::kernels
