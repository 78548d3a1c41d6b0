#pragma once

#include "burin/core/language.hpp"

#include <arm_acle.h>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

// Four elements in a register, as two pairs of 16-bit integers.
struct Int8Block {
    static constexpr std::size_t size = 4;
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

} // namespace detail

} // namespace burin::kernels
