#pragma once

// What AVX2 and AVX-512 do within each of the blocks of 128 bits that their vectors are made of, two or four,
// and with whole blocks: by the same names.

#if defined(__AVX512F__)
#include "burin/kernels/simd/x86/avx512/blocks.hpp"
#else
#include "burin/kernels/simd/x86/avx2/blocks.hpp"
#endif
#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// Elements of a block.
template <class Scalar>
inline constexpr std::size_t block = 16 / sizeof(Scalar);

[[gnu::always_inline]] inline __m128 load_block(const float* from) noexcept {
    return _mm_loadu_ps(from);
}
[[gnu::always_inline]] inline __m128 load_block(const double* from) noexcept {
    return _mm_castpd_ps(_mm_loadu_pd(from));
}

/// The same bits as doubles, and back, for what is moved in pairs of floats or more.
template <class Register>
[[gnu::always_inline]] inline auto as_doubles(Register v) noexcept {
    return reinterpret_cast<decltype(Vector<double>::data)>(v);
}
template <class Scalar, class Register>
[[gnu::always_inline]] inline auto from_doubles(Register v) noexcept {
    return reinterpret_cast<decltype(Vector<Scalar>::data)>(v);
}

/// Sums of neighbours, or of those that are two apart, as floats have four of them in a block: of a and b
/// alternately.
template <class Register>
[[gnu::always_inline]] inline Register pair_sums(Register a, Register b) noexcept {
    return unpack_low(a, b) + unpack_high(a, b);
}

/// Element i of each block is the sum of that block of v[i].
[[gnu::always_inline]] inline auto block_sums(const Vector<float>* v) noexcept {
    const auto ab = pair_sums(v[0].data, v[1].data), cd = pair_sums(v[2].data, v[3].data);
    return shuffle<_MM_SHUFFLE(1, 0, 1, 0)>(ab, cd) + shuffle<_MM_SHUFFLE(3, 2, 3, 2)>(ab, cd);
}

} // namespace burin::kernels::detail
