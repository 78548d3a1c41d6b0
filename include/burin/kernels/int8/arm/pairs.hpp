#pragma once

#include "burin/kernels/int8/arm/smlad.hpp"
#include "burin/kernels/int8/outputs.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

class Int8Pairs {
  public:
    static constexpr std::size_t channels = 4, most = 13;

    static void keep(const std::int8_t*& pointer) noexcept { Int8Block::keep(pointer); }

    Int8Pairs() = default;
    [[gnu::always_inline]] Int8Pairs(const std::int8_t* a, const std::int8_t* b) noexcept {
        const Int8Block::Input of_a = Int8Block::input(a), of_b = Int8Block::input(b);
        first_ = bottoms(of_a.even, of_b.even);
        second_ = bottoms(of_a.odd, of_b.odd);
        third_ = tops(of_a.even, of_b.even);
        fourth_ = tops(of_a.odd, of_b.odd);
    }

    template <Rounding Way>
    struct Outputs : std::array<Int8Output<Way>, channels> {
        Outputs(const Int8Outputs<Way>& of, std::size_t channel) noexcept
            : std::array<Int8Output<Way>, channels>(outputs_of<channels>(of, channel)) {}
    };

    class Sums {
      public:
        [[gnu::always_inline]] void add(const std::int8_t* a, const std::int8_t* b,
                                        const Int8Pairs& weights) noexcept {
            const Int8Pairs x(a, b);
            first_ = __smlad(x.first_, weights.first_, first_);
            second_ = __smlad(x.second_, weights.second_, second_);
            third_ = __smlad(x.third_, weights.third_, third_);
            fourth_ = __smlad(x.fourth_, weights.fourth_, fourth_);
        }
        [[gnu::always_inline]] void negate() noexcept {
            first_ = -first_;
            second_ = -second_;
            third_ = -third_;
            fourth_ = -fourth_;
        }
        template <Rounding Way>
        [[gnu::always_inline]] void requantize(const Outputs<Way>& outputs, std::int8_t* y) const noexcept {
            y[0] = outputs[0](first_);
            y[1] = outputs[1](second_);
            y[2] = outputs[2](third_);
            y[3] = outputs[3](fourth_);
        }

      private:
        std::int32_t first_ = 0, second_ = 0, third_ = 0, fourth_ = 0;
    };

  private:
    // Their order within a pair is that of the weights, too.
    static int16x2_t bottoms(int16x2_t a, int16x2_t b) noexcept {
        int16x2_t pair;
        asm("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
        return pair;
    }
    static int16x2_t tops(int16x2_t a, int16x2_t b) noexcept {
        int16x2_t pair;
        asm("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(a), "r"(b));
        return pair;
    }

    int16x2_t first_, second_, third_, fourth_;
};

} // namespace detail

} // namespace burin::kernels
