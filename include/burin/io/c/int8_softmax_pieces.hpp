#pragma once

#include "burin/io/c/int8_pieces.hpp"
#include "burin/io/c/source.hpp"

// Softmax and its logarithm of 8-bit integers, as kernels/int8/ has them.

namespace burin::io::c::pieces {

inline constexpr Function int8_largest{R"(static int32_t int8_largest(const int8_t *x, size_t count)
{
    int32_t largest = -128;
    size_t i;
    for (i = 0; i < count; ++i)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}
)"};

inline constexpr Function int8_exponential{
    R"(/* exp of a distance from the largest of a row, of which the factors are those of its bits; a row's sum has 31. */
static uint32_t int8_exponential(const uint32_t *factors, uint32_t distance, int spare)
{
    uint32_t product = UINT32_MAX;
    size_t k;
    for (k = 0; distance != 0; ++k, distance >>= 1)
        if ((distance & 1) != 0)
            product = (uint32_t)(((uint64_t)product * factors[k]) >> 32);
    return product >> (1 + spare);
}
static int int8_spare_bits(size_t extent)
{
    int bits = 0;
    for (; extent != 0 && bits < 22; extent >>= 1)
        ++bits;
    return bits;
}
)",
    {&int8_largest}};

/// As `kernels::int8_softmax`.
inline constexpr Function int8_softmax{
    R"(static void int8_softmax(const uint32_t *factors, const int8_t *x, size_t rows, size_t extent, int8_t *y)
{
    const int spare = int8_spare_bits(extent);
    size_t row, i;
    for (row = 0; row < rows; ++row, x += extent, y += extent) {
        const int32_t largest = int8_largest(x, extent);
        uint32_t sum = 0, divisor;
        for (i = 0; i < extent; ++i)
            sum += int8_exponential(factors, (uint32_t)(largest - x[i]), spare);
        divisor = sum >> 8;
        for (i = 0; i < extent; ++i) {
            const uint32_t e = int8_exponential(factors, (uint32_t)(largest - x[i]), spare);
            y[i] = clamped((int32_t)((e + divisor / 2) / divisor) - 128, -128);
        }
    }
}
)",
    {&int8_exponential, &clamped}};

/// As `kernels::int8_log_softmax`.
inline constexpr Function int8_log_softmax{R"(/* log2(x) in 1/65536, rounded down. */
static int32_t binary_logarithm(uint32_t x)
{
    uint64_t mantissa;
    int32_t result = 31;
    int bit;
    while ((x >> result) == 0)
        --result;
    mantissa = (uint64_t)x << (31 - result);
    for (bit = 0; bit < 16; ++bit) {
        int is_two;
        mantissa = (mantissa * mantissa) >> 31;
        is_two = (mantissa >> 32) != 0;
        mantissa >>= is_two;
        result = 2 * result + is_two;
    }
    return result;
}
static int32_t rescale_nearest(int32_t x, int32_t multiplier, int32_t shift)
{
    return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << (shift - 1))) >> shift);
}
static void int8_log_softmax(const uint32_t *factors, int32_t multiplier, int32_t shift, const int8_t *x,
                             size_t rows, size_t extent, int8_t *y)
{
    const int spare = int8_spare_bits(extent);
    size_t row, i;
    for (row = 0; row < rows; ++row, x += extent, y += extent) {
        const int32_t largest = int8_largest(x, extent);
        uint32_t sum = 0;
        int32_t bits, logarithm;
        for (i = 0; i < extent; ++i)
            sum += int8_exponential(factors, (uint32_t)(largest - x[i]), spare);
        bits = binary_logarithm(sum) - (31 - spare) * 65536;
        logarithm = rescale_nearest(bits > 0 ? bits : 0, 1488522236, 27);
        for (i = 0; i < extent; ++i) {
            const int32_t value = rescale_nearest(x[i] - largest, multiplier, shift) - logarithm;
            y[i] = clamped(((value + 32768) >> 16) + 127, -128);
        }
    }
}
)",
                                           {&int8_exponential, &clamped}};

/// As `kernels::int8_fixed_point_softmax`.
inline constexpr Function int8_fixed_point_softmax{
    R"(/* exp(x) with 31 bits behind the point, of x <= 0 with 26. */
static int32_t fixed_exponential(int32_t x)
{
    static const int32_t of_bits[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = 1 << 24, at_the_middle = 1895147668;
    const int32_t rest = (x & (quarter - 1)) - quarter, d = rest * 32 + (1 << 28);
    const int32_t d2 = doubled_high_word(d, d), d3 = doubled_high_word(d2, d), d4 = doubled_high_word(d2, d2);
    const int32_t third = doubled_high_word(divided_away_from_0(d4, 2) + d3, 715827883);
    const int32_t higher = divided_away_from_0(third + d2, 1);
    int32_t result = at_the_middle + doubled_high_word(at_the_middle, d + higher);
    int32_t quarters;
    size_t k;
    if (x == 0)
        return INT32_MAX;
    quarters = (rest - x) / quarter;
    for (k = 0; k < 7; ++k, quarters >>= 1)
        if ((quarters & 1) != 0)
            result = doubled_high_word(result, of_bits[k]);
    return result;
}
static int32_t shifted_left(int32_t x, int bits)
{
    const int64_t wide = (int64_t)x * (1 << bits);
    return (int32_t)(wide < INT32_MIN ? INT32_MIN : wide > INT32_MAX ? INT32_MAX : wide);
}
/* 1 / (1 + x) */
static int32_t fixed_reciprocal(int32_t x)
{
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t y = 1515870810 + doubled_high_word(half, -1010580540);
    int step;
    for (step = 0; step < 3; ++step)
        y += shifted_left(doubled_high_word(y, (1 << 29) - doubled_high_word(half, y)), 2);
    return shifted_left(y, 1);
}
static void int8_fixed_point_softmax(int32_t multiplier, int32_t multiplier_shift, int32_t farthest,
                                     const int8_t *x, size_t rows, size_t extent, int8_t *y)
{
    size_t row, i;
    for (row = 0; row < rows; ++row, x += extent, y += extent) {
        const int32_t largest = int8_largest(x, extent);
        uint64_t sum = 0;
        uint32_t bits;
        int32_t factor, shift, spare = 0;
        for (i = 0; i < extent; ++i)
            if (largest - x[i] <= farthest)
                sum += (uint64_t)divided_away_from_0(
                    fixed_exponential(rescale(x[i] - largest, multiplier, multiplier_shift)), 12);
        bits = (uint32_t)(sum > UINT32_MAX ? UINT32_MAX : sum);
        while (spare < 32 && (bits << spare >> 31) == 0)
            ++spare;
        factor = fixed_reciprocal((int32_t)((bits << spare) - 0x80000000u));
        shift = 12 - spare + 31 - 8;
        for (i = 0; i < extent; ++i) {
            int32_t share = 0;
            if (largest - x[i] <= farthest && shift <= 31)
                share = divided_away_from_0(
                    doubled_high_word(factor,
                                      fixed_exponential(rescale(x[i] - largest, multiplier, multiplier_shift))),
                    shift);
            y[i] = clamped(share - 128, -128);
        }
    }
}
)",
    {&int8_largest, &doubled_high_word, &clamped}};

} // namespace burin::io::c::pieces
