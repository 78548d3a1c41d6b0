#include "burin/core/half.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

using namespace burin;

namespace {

static_assert(sizeof(float16) == 2 && sizeof(bfloat16) == 2);
static_assert(float16::nearest(1.0f).bits == 0x3C00 && float16::nearest(-2.0).bits == 0xC000);
static_assert(bfloat16::nearest(1.0f).bits == 0x3F80 && bfloat16::nearest(-2.0).bits == 0xC000);
static_assert(static_cast<float>(float16{0x7BFF}) == 65504.0f);
static_assert(std::is_same_v<core::Computed<float16>, float> &&
              std::is_same_v<core::Computed<double>, double>);

template <core::Half Stored>
constexpr int exponent_bits = std::is_same_v<Stored, float16> ? 5 : 8;

/// What the bits mean, by the definition: (−1)^sign · significand · 2^(exponent − bias − fraction bits).
template <core::Half Stored>
double meaning(std::uint16_t bits) {
    constexpr int fraction_bits = 15 - exponent_bits<Stored>, bias = (1 << (exponent_bits<Stored> - 1)) - 1;
    const int exponent = bits >> fraction_bits & ((1 << exponent_bits<Stored>)-1);
    const int fraction = bits & ((1 << fraction_bits) - 1);
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == (1 << exponent_bits<Stored>)-1)
        return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    const int significand = exponent == 0 ? fraction : fraction | 1 << fraction_bits;
    return sign * std::ldexp(significand, (exponent == 0 ? 1 : exponent) - bias - fraction_bits);
}

/// Few checks: a CHECK for each of 65,536 numbers takes seconds.
template <core::Half Stored, class Holds>
void check_all(Holds holds) {
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        const Stored number{static_cast<std::uint16_t>(bits)};
        if (!holds(number)) {
            INFO("bits " << bits << ", " << meaning<Stored>(number.bits));
            CHECK(holds(number));
        }
    }
}

template <class Stored, class Scalar>
bool same(Scalar number, std::uint32_t bits) {
    return Stored::nearest(number).bits == bits;
}

} // namespace

TEST_CASE_TEMPLATE("every 16-bit number means what the format says", Stored, float16, bfloat16) {
    check_all<Stored>([](Stored number) {
        const auto value = static_cast<double>(static_cast<float>(number));
        const double expected = meaning<Stored>(number.bits);
        return std::isnan(expected) ? std::isnan(value)
                                    : value == expected && std::signbit(value) == std::signbit(expected);
    });
}

TEST_CASE_TEMPLATE("every 16-bit number comes back from float and double; NaN is quiet", Stored, float16,
                   bfloat16) {
    constexpr std::uint32_t quiet = 1u << (14 - exponent_bits<Stored>);
    check_all<Stored>([](Stored number) {
        const auto value = static_cast<float>(number);
        const std::uint32_t expected = number.bits | (std::isnan(value) ? quiet : 0);
        return same<Stored>(value, expected) && same<Stored>(static_cast<double>(value), expected);
    });
}

TEST_CASE_TEMPLATE("what lies between two 16-bit numbers goes to the nearer one, ties to the even one",
                   Stored, float16, bfloat16) {
    check_all<Stored>([](Stored number) {
        const auto next = static_cast<std::uint16_t>(number.bits + 1);
        // From the largest number on, the next one would be as far above it as the one below is beneath.
        double low = meaning<Stored>(number.bits), high = meaning<Stored>(next);
        if (std::isnan(low) || std::isinf(low) || (number.bits & 0x7FFF) == 0x7FFF)
            return true;
        if (std::isinf(high))
            high = low + (low - meaning<Stored>(static_cast<std::uint16_t>(number.bits - 1)));
        const double tie = (low + high) / 2;
        const std::uint16_t even = number.bits % 2 == 0 ? number.bits : next;
        const double nearer = std::nextafter(tie, low), farther = std::nextafter(tie, high);
        if (!same<Stored>(tie, even) || !same<Stored>(nearer, number.bits) || !same<Stored>(farther, next))
            return false;
        // In float the tie is exact too, but for bfloat16's largest: it is float's infinity.
        const auto tie_f = static_cast<float>(tie);
        if (static_cast<double>(tie_f) != tie)
            return true;
        const auto low_f = static_cast<float>(low), high_f = static_cast<float>(high);
        return same<Stored>(tie_f, even) && same<Stored>(std::nextafter(tie_f, low_f), number.bits) &&
               (std::isinf(high_f) || same<Stored>(std::nextafter(tie_f, high_f), next));
    });
}

TEST_CASE("the ends of the ranges") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    CHECK(same<float16>(65519.99f, 0x7BFF));
    CHECK(same<float16>(65520.0f, 0x7C00));
    CHECK(same<float16>(1e30f, 0x7C00));
    CHECK(same<float16>(-infinity, 0xFC00));
    CHECK(same<float16>(-1e300, 0xFC00));
    CHECK(same<float16>(0x1p-24f, 0x0001));
    CHECK(same<float16>(0x1p-25f, 0x0000)); // a tie with 0
    CHECK(same<float16>(-0x1.1p-25f, 0x8001));
    CHECK(same<float16>(1e-30f, 0x0000));
    CHECK(same<float16>(-1e-300, 0x8000));
    CHECK(same<float16>(std::numeric_limits<float>::denorm_min(), 0x0000));
    CHECK(same<bfloat16>(std::numeric_limits<float>::max(), 0x7F80));
    CHECK(same<bfloat16>(-1e300, 0xFF80));
    CHECK(same<bfloat16>(std::numeric_limits<float>::denorm_min(), 0x0000));
    CHECK(same<bfloat16>(0x1p-133f, 0x0001));
    CHECK(same<bfloat16>(0x1p-1074, 0x0000));
    CHECK(same<bfloat16>(0x1.01p0f, 0x3F80)); // ties
    CHECK(same<bfloat16>(0x1.03p0f, 0x3F82));
}
