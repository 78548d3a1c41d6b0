#pragma once

// Dot products of 8-bit integers with 32-bit sums, exact. This file, lanes.hpp and pairs.hpp alone
// name the instructions made for 8-bit integers: AVX2, AVX-VNNI, AVX512-VNNI, SSE2, NEON, Arm's dot products,
// the DSP extension of Cortex-M and Helium (MVE). Define BURIN_SCALAR to do without.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#if defined(BURIN_SCALAR)
#elif defined(__SSE2__)
#include "burin/kernels/simd/xsimd.hpp"
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#elif defined(__ARM_FEATURE_DSP)
#include <arm_acle.h>
#endif

namespace burin::kernels {

namespace detail {

// Each processor has a `Int8Block`: `size` elements of a row of inputs or of weights, made ready once and
// used in several products. Weights are never −128, so that they can be negated. `mask` keeps the last
// elements of a block, those from a place in `int8_mask_row` on; `first` elements have zeros behind them.

#if !defined(BURIN_SCALAR) && (defined(__SSE2__) || defined(__ARM_NEON))

/// Bytes in the order of memory, of which there are at most 8, and zeros.
[[gnu::always_inline]] inline std::uint64_t word_of(const std::int8_t* from, std::size_t count) noexcept {
    std::uint64_t word = 0;
    if (count >= 8) {
        std::memcpy(&word, from, 8);
    } else if (count >= 4) {
        // Those that both reads bring are the same.
        std::uint32_t low, high;
        std::memcpy(&low, from, 4);
        std::memcpy(&high, from + count - 4, 4);
        word = low | static_cast<std::uint64_t>(high) << 8 * (count - 4);
    } else {
        for (std::size_t i = 0; i < count; ++i)
            word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(from[i])) << 8 * i;
    }
    return word;
}

#endif

#if !defined(BURIN_SCALAR) && defined(__SSE2__)

/// Fewer than 16 bytes, and zeros.
[[gnu::always_inline]] inline __m128i first_bytes(const std::int8_t* from, std::size_t count) noexcept {
    const std::uint64_t high = count > 8 ? word_of(from + 8, count - 8) : 0;
    return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(word_of(from, count)));
}

/// The sum of four lanes.
[[gnu::always_inline]] inline std::int32_t total_of(__m128i lanes) noexcept {
    const __m128i pairs = _mm_add_epi32(lanes, _mm_shuffle_epi32(lanes, 0b01'00'11'10));
    return _mm_cvtsi128_si32(_mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0b10'11'00'01)));
}

#endif

#if defined(BURIN_SCALAR) ||                                                                                 \
    !(defined(__SSE2__) || defined(__ARM_NEON) || defined(__ARM_FEATURE_MVE) || defined(__ARM_FEATURE_DSP))

struct Int8Block {
    static constexpr std::string_view name = "scalar";
    static constexpr std::size_t size = 1;
    static constexpr std::size_t rows = 2, columns = 2;
    using Input = std::int32_t;
    using Weight = std::int32_t;
    using Sum = std::int32_t;

    static Sum zero() noexcept { return 0; }
    static Input input(const std::int8_t* from) noexcept { return *from; }
    static Input masked_input(const std::int8_t* from, const std::int8_t*) noexcept { return *from; }
    static Weight weight(const std::int8_t* from) noexcept { return *from; }
    static Sum add(Sum sum, Input x, Weight w) noexcept { return sum + x * w; }
    static std::int32_t total(Sum sum) noexcept { return sum; }
};

#elif defined(__AVX512VNNI__) && defined(__AVX512BW__)

// |x| as unsigned times w with the sign of x.
struct Int8Block {
    static constexpr std::string_view name = "AVX512-VNNI";
    static constexpr std::size_t size = 64;
    static constexpr std::size_t rows = 2, columns = 4;
    struct Input {
        __m512i magnitudes;
        __mmask64 negative;
    };
    using Weight = __m512i;
    using Sum = __m512i;

    static Sum zero() noexcept { return _mm512_setzero_si512(); }
    static Input input(const std::int8_t* from) noexcept { return split(_mm512_loadu_si512(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return split(_mm512_and_si512(_mm512_loadu_si512(from), _mm512_loadu_si512(mask)));
    }
    static Weight weight(const std::int8_t* from) noexcept { return _mm512_loadu_si512(from); }
    static Sum add(Sum sum, const Input& x, Weight w) noexcept {
        const __m512i negated = _mm512_mask_sub_epi8(w, x.negative, _mm512_setzero_si512(), w);
        return _mm512_dpbusd_epi32(sum, x.magnitudes, negated);
    }
    static std::int32_t total(Sum sum) noexcept { return _mm512_reduce_add_epi32(sum); }

  private:
    static Input split(__m512i x) noexcept { return {_mm512_abs_epi8(x), _mm512_movepi8_mask(x)}; }
};

#elif defined(__AVX2__)

// |x| as unsigned times w with the sign of x.
struct Int8Block {
    static constexpr std::size_t size = 32;
    static constexpr std::size_t rows = 2, columns = 4;
    struct Input {
        __m256i values;
        __m256i magnitudes;
    };
    using Weight = __m256i;
    using Sum = __m256i;

    static Sum zero() noexcept { return _mm256_setzero_si256(); }
    static Input input(const std::int8_t* from) noexcept { return split(weight(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return split(_mm256_and_si256(weight(from), weight(mask)));
    }
    static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        return split(first_weight(from, count));
    }
    static Weight weight(const std::int8_t* from) noexcept {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        if (count < 16)
            return _mm256_zextsi128_si256(first_bytes(from, count));
        const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        return _mm256_inserti128_si256(_mm256_castsi128_si256(low), first_bytes(from + 16, count - 16), 1);
    }
#if defined(__AVXVNNI__)
    static constexpr std::string_view name = "AVX-VNNI";
    static Sum add(Sum sum, const Input& x, Weight w) noexcept {
        return _mm256_dpbusd_avx_epi32(sum, x.magnitudes, _mm256_sign_epi8(w, x.values));
    }
#else
    static constexpr std::string_view name = "AVX2";
    // Two products fit 16 bits: 2 · 128 · 127 < 2¹⁵.
    static Sum add(Sum sum, const Input& x, Weight w) noexcept {
        const __m256i pairs = _mm256_maddubs_epi16(x.magnitudes, _mm256_sign_epi8(w, x.values));
        return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
#endif
    static __m128i halves(Sum sum) noexcept {
        return _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    }
    static std::int32_t total(Sum sum) noexcept { return total_of(halves(sum)); }
    static void totals(const Sum (&sums)[columns], std::int32_t* to) noexcept {
        const auto added = [](__m256i a, __m256i b) {
            return _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        };
        const __m256i two = added(sums[0], sums[1]), others = added(sums[2], sums[3]);
        _mm_storeu_si128(
            reinterpret_cast<__m128i*>(to),
            halves(_mm256_add_epi32(_mm256_unpacklo_epi64(two, others), _mm256_unpackhi_epi64(two, others))));
    }

  private:
    static Input split(__m256i x) noexcept { return {x, _mm256_abs_epi8(x)}; }
};

#elif defined(__SSE2__)

struct Int8Block {
    static constexpr std::string_view name = "SSE2";
    static constexpr std::size_t size = 16;
    static constexpr std::size_t rows = 1, columns = 4;
    struct Input {
        __m128i low, high; // as 16-bit integers
    };
    using Weight = Input;
    using Sum = __m128i;

    static Sum zero() noexcept { return _mm_setzero_si128(); }
    static Input input(const std::int8_t* from) noexcept { return widen(load(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return widen(_mm_and_si128(load(from), load(mask)));
    }
    static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        return widen(first_bytes(from, count));
    }
    static Weight weight(const std::int8_t* from) noexcept { return input(from); }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        return first_input(from, count);
    }
    static Sum add(Sum sum, const Input& x, const Weight& w) noexcept {
        return _mm_add_epi32(sum,
                             _mm_add_epi32(_mm_madd_epi16(x.low, w.low), _mm_madd_epi16(x.high, w.high)));
    }
    static std::int32_t total(Sum sum) noexcept { return total_of(sum); }
    static void totals(const Sum (&sums)[columns], std::int32_t* to) noexcept {
        const auto added = [](__m128i a, __m128i b) {
            return _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        };
        const __m128i two = added(sums[0], sums[1]), others = added(sums[2], sums[3]);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                         _mm_add_epi32(_mm_unpacklo_epi64(two, others), _mm_unpackhi_epi64(two, others)));
    }

  private:
    static __m128i load(const std::int8_t* from) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    }
    static Input widen(__m128i x) noexcept {
        return {_mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8), _mm_srai_epi16(_mm_unpackhi_epi8(x, x), 8)};
    }
};

#elif defined(__ARM_NEON)

struct Int8Block {
    static constexpr std::size_t size = 16;
    static constexpr std::size_t rows = 2, columns = 4;
    using Input = int8x16_t;
    using Weight = int8x16_t;
    using Sum = int32x4_t;

    static Sum zero() noexcept { return vdupq_n_s32(0); }
    static Input input(const std::int8_t* from) noexcept { return vld1q_s8(from); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return vandq_s8(vld1q_s8(from), vld1q_s8(mask));
    }
    static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        const std::uint64_t high = count > 8 ? word_of(from + 8, count - 8) : 0;
        return vcombine_s8(vcreate_s8(word_of(from, count)), vcreate_s8(high));
    }
    static Weight weight(const std::int8_t* from) noexcept { return vld1q_s8(from); }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        return first_input(from, count);
    }
#if defined(__ARM_FEATURE_DOTPROD)
    static constexpr std::string_view name = "NEON dot product";
    static Sum add(Sum sum, Input x, Weight w) noexcept { return vdotq_s32(sum, x, w); }
#else
    static constexpr std::string_view name = "NEON";
    // Two products fit 16 bits: 2 · 128 · 127 < 2¹⁵.
    static Sum add(Sum sum, Input x, Weight w) noexcept {
        const int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
        return vpadalq_s16(sum, vmlal_s8(products, vget_high_s8(x), vget_high_s8(w)));
    }
#endif
    static std::int32_t total(Sum sum) noexcept {
#if defined(__aarch64__)
        return vaddvq_s32(sum);
#else
        const int32x2_t pairs = vadd_s32(vget_low_s32(sum), vget_high_s32(sum));
        return vget_lane_s32(vpadd_s32(pairs, pairs), 0);
#endif
    }
};

#elif defined(__ARM_FEATURE_MVE)

struct Int8Block {
    static constexpr std::string_view name = "Helium";
    static constexpr std::size_t size = 16;
    static constexpr std::size_t rows = 2, columns = 2;
    using Input = int8x16_t;
    using Weight = int8x16_t;
    using Sum = std::int32_t;

    static Sum zero() noexcept { return 0; }
    static Input input(const std::int8_t* from) noexcept { return vldrbq_s8(from); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return vandq_s8(vldrbq_s8(from), vldrbq_s8(mask));
    }
    static Weight weight(const std::int8_t* from) noexcept { return vldrbq_s8(from); }
    static Sum add(Sum sum, Input x, Weight w) noexcept { return vmladavaq_s8(sum, x, w); }
    static std::int32_t total(Sum sum) noexcept { return sum; }
};

#else

// Four elements in a register, as two pairs of 16-bit integers.
struct Int8Block {
    static constexpr std::string_view name = "SMLAD";
    static constexpr std::size_t size = 4;
    static constexpr std::size_t rows = 2, columns = 2, columns_of_one_row = 4;
    struct Input {
        int16x2_t even, odd;
    };
    using Weight = Input;
    using Sum = std::int32_t;

    static Sum zero() noexcept { return 0; }
    static Input input(const std::int8_t* from) noexcept { return widen(word(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return widen(word(from) & word(mask));
    }
    /// Fewer than four.
    [[gnu::noinline]] static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        std::uint32_t bytes = 0;
        while (count-- > 0)
            bytes = bytes << 8 | static_cast<std::uint8_t>(from[count]);
        return widen(bytes);
    }
    static Weight weight(const std::int8_t* from) noexcept { return input(from); }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        return first_input(from, count);
    }
    static Sum add(Sum sum, const Input& x, const Weight& w) noexcept {
        return __smlad(x.odd, w.odd, __smlad(x.even, w.even, sum));
    }
    static std::int32_t total(Sum sum) noexcept { return sum; }

    /// A block of each of two rows.
    struct Widened {
        Input first, second;
    };
    [[gnu::noinline]] static void widen(const std::int8_t* first, const std::int8_t* second,
                                        std::size_t blocks, Widened* to) noexcept {
        for (; blocks > 0; --blocks, first += size, second += size, ++to)
            *to = {input(first), input(second)};
    }

    /// g++ would keep a pointer for each row, of which there are more than registers.
    static void keep(const std::int8_t*& pointer) noexcept { asm("" : "+r"(pointer)); }

    /// sums[i] += (x[i] − zero_point) · w[i], i < 4
    static void add_each(const std::int8_t* x, std::int32_t zero_point, const std::int8_t* w,
                         std::int32_t* sums) noexcept {
        const auto zero_points = static_cast<int16x2_t>(zero_point << 16 | (zero_point & 0xFFFF));
        const Input inputs = input(x), weights = weight(w);
        const int16x2_t even = __ssub16(inputs.even, zero_points), odd = __ssub16(inputs.odd, zero_points);
        sums[0] = __smlabb(even, weights.even, sums[0]);
        sums[1] = __smlabb(odd, weights.odd, sums[1]);
        sums[2] = __smlatt(even, weights.even, sums[2]);
        sums[3] = __smlatt(odd, weights.odd, sums[3]);
    }

  private:
    static std::uint32_t word(const std::int8_t* from) noexcept {
        std::uint32_t bits;
        std::memcpy(&bits, from, sizeof bits);
        return bits;
    }
    static Input widen(std::uint32_t bytes) noexcept {
        // The instruction rotates as it widens, which g++ does not find.
        int16x2_t odd;
        asm("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(bytes));
        return {__sxtb16(static_cast<int8x4_t>(bytes)), odd};
    }
};

#endif

/// A window of this row, so many elements wide as a block, keeps the block's last elements.
alignas(Int8Block::size) inline constexpr auto int8_mask_row = [] {
    std::array<std::int8_t, 2 * Int8Block::size> row{};
    for (std::size_t i = Int8Block::size; i < row.size(); ++i)
        row[i] = -1;
    return row;
}();

/// Calls function(0), …, function(Count − 1), the numbers as constants: registers can't be indexed.
template <std::size_t Count, class Function>
[[gnu::always_inline]] inline void unrolled(const Function& function) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (function(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Count>{});
}

} // namespace detail

/// What the products are made with.
inline constexpr std::string_view int8_architecture = detail::Int8Block::name;

/// Rows of the tile of sums that registers hold.
inline constexpr std::size_t int8_tile_rows = detail::Int8Block::rows;

/// The columns of a tile of so many rows.
template <std::size_t Rows, class Block = detail::Int8Block>
inline constexpr std::size_t int8_columns_of = [] {
    if constexpr (Rows == 1 && requires { Block::columns_of_one_row; })
        return Block::columns_of_one_row;
    else
        return Block::columns;
}();

/// Whether rows are made ready once for all columns, and the bytes that takes of each.
template <class Block>
inline constexpr bool has_widened = requires { typename Block::Widened; };
template <class Block>
constexpr std::size_t widened_bytes(std::size_t depth) noexcept {
    if constexpr (has_widened<Block>)
        return depth / Block::size * sizeof(typename Block::Widened) / Block::rows;
    else
        return 0;
}
constexpr std::size_t int8_widened_bytes(std::size_t depth) noexcept {
    return widened_bytes<detail::Int8Block>(depth);
}

/// sums[r][c] = Σₖ x[r · x_pitch + k] · w[c · w_pitch + k], k < depth. No w is −128. The sums must fit 32
/// bits, as they do for up to 2¹⁷ products. `widened`: whole blocks of several rows, where they are.
template <std::size_t Rows, std::size_t Columns, class Block = detail::Int8Block>
[[gnu::always_inline]] inline void int8_dots(const std::int8_t* x, std::size_t x_pitch, const std::int8_t* w,
                                             std::size_t w_pitch, std::size_t depth,
                                             std::int32_t (&sums)[Rows][Columns],
                                             [[maybe_unused]] const void* widened = nullptr) noexcept {
    typename Block::Sum tile[Rows][Columns];
    detail::unrolled<Rows * Columns>([&](auto i) { tile[i / Columns][i % Columns] = Block::zero(); });
    const auto add = [&](const typename Block::Input(&inputs)[Rows], const auto& weight_of) {
        detail::unrolled<Columns>([&](auto c) {
            const typename Block::Weight weight = weight_of(c);
            detail::unrolled<Rows>([&](auto r) { tile[r][c] = Block::add(tile[r][c], inputs[r], weight); });
        });
    };

    typename Block::Input inputs[Rows];
    const std::size_t rest = depth % Block::size;
    const std::int8_t* w_at = w;
    if constexpr (Rows > 1 && has_widened<Block>) {
        auto* from = static_cast<const typename Block::Widened*>(widened);
        for (const auto* const end = from + depth / Block::size; from != end; ++from, w_at += Block::size) {
            Block::keep(w_at);
            inputs[0] = from->first;
            inputs[1] = from->second;
            add(inputs, [&](std::size_t c) { return Block::weight(w_at + c * w_pitch); });
        }
    } else {
        const std::int8_t* x_at = x;
        for (const std::int8_t* const end = x + (depth - rest); x_at != end;
             x_at += Block::size, w_at += Block::size) {
            if constexpr (requires { &Block::keep; }) {
                Block::keep(x_at);
                Block::keep(w_at);
            }
            detail::unrolled<Rows>([&](auto r) { inputs[r] = Block::input(x_at + r * x_pitch); });
            add(inputs, [&](std::size_t c) { return Block::weight(w_at + c * w_pitch); });
        }
    }
    [[maybe_unused]] bool is_complete = rest == 0;
    if constexpr (Block::size > 1)
        if (rest > 0 && depth >= Block::size) {
            // The block that ends with the row, without what has been added.
            const std::int8_t* const mask = detail::int8_mask_row.data() + rest;
            const std::size_t last = depth - Block::size;
            detail::unrolled<Rows>(
                [&](auto r) { inputs[r] = Block::masked_input(x + r * x_pitch + last, mask); });
            add(inputs, [&](std::size_t c) { return Block::weight(w + c * w_pitch + last); });
            is_complete = true;
        }
    if constexpr (requires { &Block::first_input; })
        if (!is_complete) {
            detail::unrolled<Rows>([&](auto r) { inputs[r] = Block::first_input(x + r * x_pitch, depth); });
            add(inputs, [&](std::size_t c) { return Block::first_weight(w + c * w_pitch, depth); });
            is_complete = true;
        }
    if constexpr (Columns == Block::columns && requires { &Block::totals; }) {
        detail::unrolled<Rows>([&](auto r) { Block::totals(tile[r], sums[r]); });
    } else {
        detail::unrolled<Rows * Columns>([&](auto i) {
            constexpr std::size_t r = i / Columns, c = i % Columns;
            std::int32_t sum = Block::total(tile[r][c]);
            if constexpr (Block::size > 1 && !requires { &Block::first_input; })
                if (!is_complete)
                    for (std::size_t one = 0; one < depth; ++one)
                        sum += x[r * x_pitch + one] * w[c * w_pitch + one];
            sums[r][c] = sum;
        });
    }
}

} // namespace burin::kernels
