#pragma once

#include "burin/io/c/multiply_add.hpp"
#include "burin/io/c/source.hpp"

// Functions of a number, as kernels/functions/ has them for vectors: the same constants, the same operations
// in the same order.

namespace burin::io::c {

inline constexpr Function bits{R"(static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
)"};

inline constexpr Function with_sign_of{R"(static float with_sign_of(float sign, float magnitude)
{
    return from_bits(bits_of(magnitude) | (bits_of(sign) & 0x80000000u));
}
)",
                                       {&bits}};

inline constexpr Function magnitude{R"(static float magnitude(float x)
{
    return from_bits(bits_of(x) & 0x7FFFFFFFu);
}
)",
                                    {&bits}};

inline constexpr Function at_least{R"(/* NaN stays NaN. */
static float at_least(float x, float low)
{
    return low > x ? low : x;
}
)"};
inline constexpr Function at_most{R"(/* NaN stays NaN. */
static float at_most(float x, float high)
{
    return high < x ? high : x;
}
)"};

inline constexpr Function polynomial{R"(static float polynomial(float x, const float *c, size_t count)
{
    float sum = c[count - 1];
    while (--count > 0)
        sum = multiply_add(sum, x, c[count - 1]);
    return sum;
}
)",
                                     {&multiply_add}};

inline constexpr Function usual_rounder{
    R"(/* Added to n, it leaves 2^n in the last bits, as a biased exponent. */
static const float usual_rounder = 12583039.0f;
)"};

inline constexpr Function reduced{
    R"(/* exp(x) = 2^n * exp(r), where scale is 2^n as the rounder shifts it, and r is high + low. */
struct reduced { float scale, high, low; };
/* exp(r) - 1 */
static float reduced_expm1(struct reduced r)
{
    static const float quotient[5] = {0.5f, 0.16666542997f, 0.041666282132f, 0.008366583415f,
                                      0.0013946443997f};
    const float x = r.high + r.low;
    return r.high + multiply_add(x * x, polynomial(x, quotient, 5), r.low);
}
)",
    {&multiply_add, &polynomial}};

inline constexpr Function reduce{R"(static struct reduced reduce(float x, float rounder)
{
    struct reduced r;
    const float shifted = multiply_add(x, 1.44269504088896340736f, rounder), n = shifted - rounder;
    r.scale = from_bits(bits_of(shifted) << 23);
    r.high = multiply_add(n, -0x1.62e4p-1f, x);
    r.low = n * -1.42860682030941723212e-6f;
    return r;
}
)",
                                 {&reduced, &bits, &multiply_add, &usual_rounder}};

inline constexpr Function exponential{R"(static float exponential(float x)
{
    const float clamped = at_most(at_least(x, -104.0f), 89.0f);
    const int is_tiny = clamped < -80.0f;
    const struct reduced r = reduce(clamped, is_tiny ? usual_rounder + 64.0f : usual_rounder - 1.0f);
    return multiply_add(r.scale, reduced_expm1(r), r.scale) * (is_tiny ? 0x1p-64f : 2.0f);
}
)",
                                      {&reduce, &at_least, &at_most}};

inline constexpr Function exponential_of_nonpositive{R"(/* factor * exp(x + low) of x <= 0. */
static float times_exponential(float factor, float x, float low)
{
    const float rounder = usual_rounder + 64.0f;
    const float shifted = multiply_add(x, 1.44269504088896340736f, rounder), n = shifted - rounder;
    struct reduced r;
    float scaled;
    r.scale = from_bits(bits_of(shifted) << 23);
    r.high = multiply_add(n, -0x1.62e4p-1f, x);
    r.low = multiply_add(n, -1.42860682030941723212e-6f, low);
    scaled = factor * r.scale;
    return multiply_add(scaled, reduced_expm1(r), scaled) * 0x1p-64f;
}
)",
                                                     {&reduced, &bits, &multiply_add, &usual_rounder}};

inline constexpr Function exponential_minus_1{R"(static float exponential_minus_1(float x)
{
    const float clamped = at_most(at_least(x, -80.0f), 89.0f);
    const int is_huge = clamped > 88.0f;
    const struct reduced r = reduce(clamped, is_huge ? usual_rounder - 1.0f : usual_rounder);
    const float result = multiply_add(r.scale, reduced_expm1(r), r.scale - 1.0f);
    return with_sign_of(x, result * (is_huge ? 2.0f : 1.0f));
}
)",
                                              {&reduce, &at_least, &at_most, &with_sign_of}};

inline constexpr Function hyperbolic_tangent{R"(static float hyperbolic_tangent(float x)
{
    static const float series[5] = {-0.33333317288f, 0.13332576065f, -0.053851168082f, 0.021066651114f,
                                    -0.0062666956045f};
    const float size = at_most(magnitude(x), 22.0f);
    const struct reduced r = reduce(size + size, usual_rounder);
    const float sum = multiply_add(r.scale, reduced_expm1(r), r.scale + 1.0f), square = size * size;
    const float near_zero = multiply_add(size * square, polynomial(square, series, 5), size);
    return with_sign_of(x, size < 0.549306144f ? near_zero : 1.0f - 2.0f / sum);
}
)",
                                             {&reduce, &magnitude, &at_most, &with_sign_of}};

inline constexpr Function sum_with_exponential{
    R"(/* unit + exp(x), scaled as the rounder says, of which `unit` is 1. */
static float sum_with_exponential(float unit, float x, float rounder)
{
    const struct reduced r = reduce(x, rounder);
    const float sum = r.scale + unit, lost = unit - (sum - r.scale);
    return sum + multiply_add(r.scale, reduced_expm1(r), lost);
}
)",
    {&reduce}};

inline constexpr Function sigmoid{R"(static float sigmoid(float x)
{
    const float exponent = at_most(at_least(-x, -40.0f), 112.0f);
    return 0x1p-64f / sum_with_exponential(0x1p-64f, exponent, usual_rounder - 64.0f);
}
)",
                                  {&sum_with_exponential, &at_least, &at_most}};

inline constexpr Function silu{R"(static float silu(float x)
{
    const float limited = at_least(x, -112.0f), exponent = at_most(at_least(-x, -80.0f), 112.0f);
    const int is_huge = exponent > 80.0f;
    const float unit = is_huge ? 0x1p-64f : 1.0f;
    return limited * unit /
           sum_with_exponential(unit, exponent, is_huge ? usual_rounder - 64.0f : usual_rounder);
}
)",
                               {&sum_with_exponential, &at_least, &at_most}};

inline constexpr Function log_of_one_plus{
    R"(/* log(1 + f) + n * log(2) for 1 + f from sqrt(1/2) to sqrt(2). */
static float log_of_one_plus(float f, float n)
{
    static const float coefficients[3] = {0.66666776401f, 0.39977537594f, 0.29871858353f};
    const float s = f / (f + 2.0f), square = s * s, half_square = 0.5f * f * f;
    const float series = multiply_add(square, polynomial(square, coefficients, 3), half_square);
    const float low = multiply_add(s, series, n * 1.42860682030941723212e-6f);
    return multiply_add(n, 0x1.62e4p-1f, f - (half_square - low));
}
)",
    {&multiply_add, &polynomial}};

inline constexpr Function logarithm{R"(static float logarithm(float x)
{
    const int is_subnormal = x < 0x1p-126f;
    const uint32_t sqrt_half = bits_of(0.707106781186547524401f);
    const uint32_t moved = bits_of(is_subnormal ? x * 0x1p25f : x) + (bits_of(1.0f) - sqrt_half);
    const float mantissa = from_bits((moved & 0x7FFFFFu) + sqrt_half);
    const float exponent = from_bits((moved >> 23) | bits_of(8388608.0f)) - (8388608.0f + 127.0f);
    const float result = log_of_one_plus(mantissa - 1.0f, exponent - (is_subnormal ? 25.0f : 0.0f));
    if (x > 0.0f)
        return x == INFINITY ? x : result;
    return x == 0.0f ? -INFINITY : NAN;
}
)",
                                    {&bits, &log_of_one_plus}};

inline constexpr Function softplus{R"(static float softplus(float x)
{
    const float above = at_least(x, 0.0f), size = -magnitude(x);
    const float e = times_exponential(1.0f, at_least(size, -104.0f), 0.0f);
    const int is_large = e > 0.414213562373095048802f;
    return above + log_of_one_plus(is_large ? 0.5f * (e - 1.0f) : e, is_large ? 1.0f : 0.0f);
}
)",
                                   {&exponential_of_nonpositive, &log_of_one_plus, &at_least, &magnitude}};

inline constexpr Function gelu{R"(static float gelu(float x)
{
    static const float near_zero[5] = {0.39894227349f, -0.066490160135f, 0.0099715075002f,
                                       -0.0011793228605f, 0.00010140808417f};
    static const float c[10] = {0.350480526686f, 0.0760884241501f, -0.0534207138034f, 0.0226792176754f,
                                -0.00628199311781f, 0.00102179148154f, -3.75799122109e-05f,
                                -1.94131227744e-05f, 2.62575468627e-06f, 1.20783718805e-07f};
    const float a = at_most(magnitude(x), 14.4f), square = a * a;
    if (a < 0.66f) {
        return multiply_add(square, polynomial(square, near_zero, 5), 0.5f * x);
    } else {
        const float denominator = multiply_add(a, 0.25f, 1.0f), v = a / denominator;
        const float lost =
            multiply_add(-v, denominator, a) - v * (a * 0.25f - (denominator - 1.0f));
        const float t = multiply_add(lost, multiply_add(v, -0.25f, 1.0f), v - 0x1.8000d8p+0f);
        const float t2 = t * t;
        const float even = multiply_add(multiply_add(c[8], t2, c[6]), t2, c[4]);
        const float odd = multiply_add(multiply_add(multiply_add(c[9], t2, c[7]), t2, c[5]), t2, c[3]);
        const float rest = multiply_add(even, t, odd);
        const float g = multiply_add(multiply_add(multiply_add(rest, t, c[2]), t, c[1]), t, c[0]);
        const float upper = from_bits(bits_of(a) & 0xFFFFF000u);
        const float lower = -0.5f * (a - upper) * (a + upper);
        return at_least(x, 0.0f) - times_exponential(g, -0.5f * upper * upper, lower);
    }
}
)",
                               {&exponential_of_nonpositive, &at_least, &at_most, &magnitude}};

} // namespace burin::io::c
