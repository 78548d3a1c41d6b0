#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::kernels {

/// The instructions that sums of products of 8-bit integers are made with.
enum class DotProduct {
    scalar,      ///< One product at a time.
    smlad,       ///< Two of 16 bits: the DSP extension of Cortex-M.
    helium,      ///< 16 at a time: MVE, of Cortex-M55 and M85.
    sse2,        ///< Eight pairs of 16 bits.
    neon,        ///< Eight, widened to 16 bits.
    neon_dot,    ///< Sixteen, four to a sum.
    avx2,        ///< 32, pairs of them summed up to 16 bits and then to 32.
    avx_vnni,    ///< 32, four to a sum.
    avx512_vnni, ///< 64, four to a sum.
};

/// What the kernels ask of a processor: a plain value, so that what they choose can be computed, and tested,
/// for a processor that is not there.
struct Machine {
    std::size_t vector_bytes = 0; ///< Of the widest vectors; 0 where every vector has one lane.
    std::size_t widest_lane = 8;  ///< A scalar of more bytes has one lane.
    std::size_t registers = 16;   ///< For vectors.
    std::size_t unit_bytes = 0;   ///< What an execution unit computes at once.
    std::size_t l1 = 32 * 1024;   ///< Bytes of the first-level data cache,
    std::size_t l2 = 512 * 1024;  ///< and of the second-level one.
    /// A matrix of more bytes is read from beyond the second-level cache often enough for a prefetch to pay.
    std::size_t streaming_bytes = 1024 * 1024;
    std::size_t page_bytes = 4096; ///< Memory is mapped in pages of so many bytes or more,
    std::size_t page_entries = 64; ///< and a first-level table of them has so many entries.
    bool half_vectors = false;     ///< Vectors of half the width are the lower halves of the same registers.
    bool narrow_vectors = false;   ///< The same, and they leave free a port that whole vectors occupy.
    bool narrow_tiles = false; ///< The same, and a whole vector takes as long as two of these: so do loads.
    bool group_broadcasts = false; ///< A group of neighbours is broadcast by one load.
    bool joins_vectors = false; ///< The last lanes of a vector and the first of the next are joined at once.
    bool exact_loads = false;   ///< The first lanes are loaded by one instruction that reads no others.

    DotProduct dot_product = DotProduct::scalar; ///< Of 8-bit integers.

    /// Lanes of a vector of scalars of so many bytes.
    constexpr std::size_t lanes(std::size_t scalar_bytes) const {
        return vector_bytes == 0 || scalar_bytes > widest_lane ? 1 : vector_bytes / scalar_bytes;
    }
    template <class Scalar>
    constexpr std::size_t lanes() const {
        return lanes(sizeof(Scalar));
    }
    /// A vector is computed as two halves, so that one takes half the time: a factor that is broadcast to
    /// half a vector takes one load, to a whole one two.
    constexpr bool splits_vectors() const { return unit_bytes < vector_bytes; }
    /// Room for tiles of a dozen rows of two vectors.
    constexpr bool has_many_registers() const { return registers >= 32; }

    friend constexpr bool operator==(const Machine&, const Machine&) = default;
};

namespace machines {

/// One lane: microcontrollers, and whatever xsimd knows no vectors of.
inline constexpr Machine scalar{};

inline constexpr Machine sse2{.vector_bytes = 16, .unit_bytes = 16, .dot_product = DotProduct::sse2};

inline constexpr Machine avx{.vector_bytes = 32, .unit_bytes = 32, .dot_product = DotProduct::sse2};

inline constexpr Machine avx2{.vector_bytes = 32,
                              .unit_bytes = 32,
                              .half_vectors = true,
                              .group_broadcasts = true,
                              .dot_product = DotProduct::avx2};

inline constexpr Machine zen1{.vector_bytes = 32,
                              .unit_bytes = 16,
                              .half_vectors = true,
                              .group_broadcasts = true,
                              .dot_product = DotProduct::avx2};

inline constexpr Machine avx512{.vector_bytes = 64,
                                .registers = 32,
                                .unit_bytes = 64,
                                .l2 = 1024 * 1024,
                                .narrow_vectors = true,
                                .group_broadcasts = true,
                                .joins_vectors = true,
                                .exact_loads = true,
                                .dot_product = DotProduct::avx2};

/// The fourth Zen, whose units compute 256 bits.
inline constexpr Machine zen4 = [] {
    Machine machine = avx512;
    machine.narrow_tiles = true;
    machine.dot_product = DotProduct::avx512_vnni;
    return machine;
}();

/// 64-bit Arm.
inline constexpr Machine neon{.vector_bytes = 16,
                              .registers = 32,
                              .unit_bytes = 16,
                              .l2 = 1024 * 1024,
                              .dot_product = DotProduct::neon};

/// 32-bit Arm, whose vectors hold no doubles.
inline constexpr Machine neon32{
    .vector_bytes = 16, .widest_lane = 4, .unit_bytes = 16, .dot_product = DotProduct::neon};

/// The same machine with other instructions for 8-bit integers.
constexpr Machine with(Machine machine, DotProduct dot_product) {
    machine.dot_product = dot_product;
    return machine;
}
inline constexpr Machine cortex_m4 = with(scalar, DotProduct::smlad);
inline constexpr Machine cortex_m55 = with(scalar, DotProduct::helium);
inline constexpr Machine avx_vnni = with(avx2, DotProduct::avx_vnni);
inline constexpr Machine avx512_vnni = with(avx512, DotProduct::avx512_vnni);
inline constexpr Machine neon_dot = with(neon, DotProduct::neon_dot);

} // namespace machines

/// The processor that the compiler was told about. (`kernels/simd/vector.hpp` checks it against xsimd.)
#if defined(BURIN_SCALAR)
inline constexpr Machine this_machine = machines::scalar;
#elif defined(__AVX512F__)
inline constexpr Machine this_machine = [] {
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
    Machine machine = machines::avx512_vnni;
#else
    Machine machine = machines::avx512;
#endif
#if defined(__znver3__) || defined(__znver4__) // Older compilers call Zen 4 a Zen 3, which has no AVX-512.
    machine.narrow_tiles = true;
#endif
#if !defined(__AVX512VL__)
    machine.exact_loads = false; // The first AVX-512 has no masks for its narrower vectors.
#endif
    return machine;
}();
#elif defined(__AVX2__) && defined(__znver1__)
inline constexpr Machine this_machine = machines::zen1;
#elif defined(__AVX2__) && defined(__AVXVNNI__)
inline constexpr Machine this_machine = machines::avx_vnni;
#elif defined(__AVX2__)
inline constexpr Machine this_machine = machines::avx2;
#elif defined(__AVX__)
inline constexpr Machine this_machine = machines::avx;
#elif defined(__SSE2__)
inline constexpr Machine this_machine = machines::sse2;
#elif defined(__aarch64__) && defined(__ARM_FEATURE_DOTPROD)
inline constexpr Machine this_machine = machines::neon_dot;
#elif defined(__aarch64__)
inline constexpr Machine this_machine = machines::neon;
#elif defined(__ARM_NEON) && __ARM_ARCH >= 7 && defined(__ARM_FEATURE_DOTPROD)
inline constexpr Machine this_machine = machines::with(machines::neon32, DotProduct::neon_dot);
#elif defined(__ARM_NEON) && __ARM_ARCH >= 7
inline constexpr Machine this_machine = machines::neon32;
#elif defined(__ARM_FEATURE_MVE)
inline constexpr Machine this_machine = machines::cortex_m55;
#elif defined(__ARM_FEATURE_DSP)
inline constexpr Machine this_machine = machines::cortex_m4;
#else
inline constexpr Machine this_machine = machines::scalar;
#endif

} // namespace burin::kernels

// The family of its instructions, for the preprocessor: which of the folders of kernels/simd and kernels/int8
// a program includes. 0 or 1 each.
#if defined(__SSE2__)
#define BURIN_DETAIL_X86 1
#else
#define BURIN_DETAIL_X86 0
#endif
#if defined(__ARM_NEON) || defined(__ARM_FEATURE_MVE) || defined(__ARM_FEATURE_DSP)
#define BURIN_DETAIL_ARM 1
#else
#define BURIN_DETAIL_ARM 0
#endif

// Of calls that are long beside what a small network does for one sample: they are inlined. Not where memory
// is a microcontroller's: the caller's stack frame, which stays while others are called, would hold theirs.
#if defined(__x86_64__) || defined(__aarch64__)
#define BURIN_DETAIL_RUN_INLINE [[gnu::always_inline]]
#else
#define BURIN_DETAIL_RUN_INLINE
#endif
