#include "burin/kernels/int8/convolution.hpp"
#include "burin/kernels/int8/depthwise.hpp"
#include "burin/kernels/int8/product.hpp"

#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

// The rest of what kernels/simd/xsimd.hpp takes parts of.
#if defined(__x86_64__)
#include <immintrin.h>
static_assert(sizeof(__m512i) == 64);
#endif

using namespace burin;

namespace {

std::vector<std::int8_t> random_integers(std::size_t count, unsigned seed, double low) {
    const std::vector<double> numbers = random_numbers(count, seed, low, 127.999);
    std::vector<std::int8_t> integers(count);
    std::transform(numbers.begin(), numbers.end(), integers.begin(),
                   [](double number) { return static_cast<std::int8_t>(number); });
    return integers;
}

} // namespace

TEST_CASE("int8_product: the same bits as sums one by one, for every tail") {
    CAPTURE(kernels::int8_architecture);
    for (const std::size_t depth :
         {1u, 2u, 3u, 4u, 5u, 7u, 8u, 15u, 16u, 17u, 31u, 32u, 33u, 63u, 64u, 65u, 127u, 130u})
        for (const std::size_t rows : {1u, 2u, 3u, 5u, 10u})
            for (const std::size_t channels : {1u, 2u, 3u, 4u, 7u, 9u, 29u}) {
                // Exactly as long as it says: reads beyond are found by the sanitizers.
                auto x = random_integers(rows * depth, 1, -128),
                     w = random_integers(channels * depth, 2, -127);
                // The largest products there are.
                std::fill(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(depth), std::int8_t(-128));
                std::fill(w.begin(), w.begin() + static_cast<std::ptrdiff_t>(depth), std::int8_t(-127));
                std::vector<std::int32_t> bias(channels), multipliers(channels);
                std::vector<std::int8_t> shifts(channels), y(rows * channels);
                for (std::size_t c = 0; c < channels; ++c) {
                    bias[c] = static_cast<std::int32_t>(c * 1000) - 2500;
                    multipliers[c] = (1 << 30) + static_cast<std::int32_t>(c * 12'345'677);
                    shifts[c] = static_cast<std::int8_t>(31 + c % 20);
                }
                const kernels::Int8Outputs outputs{bias.data(), multipliers.data(), shifts.data(), -3, -100};
                kernels::int8_product(x.data(), depth, rows, w.data(), depth, channels, outputs, y.data(),
                                      channels);
                std::vector<std::int8_t> expected(y.size());
                for (std::size_t r = 0; r < rows; ++r)
                    for (std::size_t c = 0; c < channels; ++c) {
                        std::int32_t sum = bias[c];
                        for (std::size_t k = 0; k < depth; ++k)
                            sum += x[r * depth + k] * w[c * depth + k];
                        const double real = static_cast<double>(sum) * multipliers[c] /
                                            static_cast<double>(std::int64_t(1) << shifts[c]);
                        expected[r * channels + c] =
                            static_cast<std::int8_t>(std::clamp(std::floor(real + 0.5) - 3, -100.0, 127.0));
                    }
                CAPTURE(depth);
                CAPTURE(rows);
                CAPTURE(channels);
                CHECK(y == expected);
            }
}

TEST_CASE("int8_depthwise: the same bits as sums one by one, for every tail of channels") {
    for (const std::size_t channels : {1u, 3u, 4u, 15u, 16u, 17u, 37u})
        for (const std::int32_t zero_point : {-128, 5, 127}) {
            constexpr std::size_t size = 4, kernel = 3;
            kernels::Convolution c{};
            for (std::size_t axis : {1u, 2u})
                c.axes[axis] = {.input = size, .kernel = kernel, .before = 1, .output = size};
            c.channels = c.filters = c.groups = channels;
            auto x = random_integers(size * size * channels, 3, -128),
                 w = random_integers(kernel * kernel * channels, 4, -127);
            // The largest products there are.
            std::fill_n(x.begin(), channels, std::int8_t(zero_point < 0 ? 127 : -128));
            std::fill(w.begin(), w.end() - static_cast<std::ptrdiff_t>(channels), std::int8_t(-127));
            std::vector<std::int32_t> bias(channels), multipliers(channels);
            std::vector<std::int8_t> shifts(channels), y(x.size());
            for (std::size_t i = 0; i < channels; ++i) {
                bias[i] = 12'345 - static_cast<std::int32_t>(i * 1000);
                multipliers[i] = INT32_MAX - static_cast<std::int32_t>(i * 12'345'677);
                shifts[i] = static_cast<std::int8_t>(30 + i % 30);
            }
            const kernels::Int8Outputs outputs{bias.data(), multipliers.data(), shifts.data(), 9, -120};
            kernels::int8_depthwise(c, x.data(), 1, zero_point, w.data(), outputs, y.data());
            std::vector<std::int8_t> expected(y.size());
            for (std::size_t i = 0; i < y.size(); ++i) {
                const std::size_t channel = i % channels, row = i / channels / size,
                                  column = i / channels % size;
                std::int32_t sum = 0;
                for (std::size_t j = 0; j < kernel; ++j)
                    for (std::size_t k = 0; k < kernel; ++k) {
                        const std::size_t v = row + j - 1, u = column + k - 1;
                        if (v < size && u < size)
                            sum += (x[(v * size + u) * channels + channel] - zero_point) *
                                   w[(j * kernel + k) * channels + channel];
                    }
                expected[i] = outputs(sum, channel);
            }
            CAPTURE(channels);
            CAPTURE(zero_point);
            CHECK(y == expected);
        }
}

TEST_CASE("int8_convolution and int8_depthwise: the same bits as sums one by one, of all kinds of windows") {
    const auto axis = [](std::size_t kernel, std::size_t stride, std::size_t dilation, std::size_t before) {
        kernels::ConvolutionAxis result{11, kernel, stride, dilation, before, 1};
        result.output = (result.input + 2 * before - result.reach()) / stride + 1;
        return result;
    };
    struct Kind {
        kernels::ConvolutionAxis height, width;
        std::size_t channels, filters, groups;
    };
    for (const Kind& kind : {Kind{axis(1, 1, 1, 0), axis(1, 1, 1, 0), 13, 21, 1},
                             Kind{axis(3, 1, 1, 1), axis(3, 1, 1, 1), 5, 6, 1},
                             Kind{axis(3, 2, 1, 0), axis(4, 2, 1, 2), 3, 17, 1},
                             Kind{axis(3, 1, 2, 2), axis(2, 3, 3, 1), 6, 10, 2},
                             Kind{axis(3, 1, 1, 1), axis(3, 2, 1, 1), 21, 21, 21},
                             Kind{axis(5, 2, 1, 2), axis(5, 1, 1, 2), 16, 16, 16},
                             Kind{axis(2, 1, 3, 2), axis(2, 2, 2, 0), 20, 20, 20},
                             Kind{axis(11, 1, 1, 5), axis(11, 1, 1, 5), 16, 16, 16}}) {
        kernels::Convolution c{};
        c.axes[1] = kind.height;
        c.axes[2] = kind.width;
        c.channels = kind.channels;
        c.filters = kind.filters;
        c.groups = kind.groups;
        const bool is_depthwise = c.groups == c.channels && c.groups > 1;
        constexpr std::int32_t zero_point = -9;
        const auto x = random_integers(2 * c.input_pixels() * c.channels, 6, -128),
                   w = random_integers(c.depth() * c.filters, 7, -127);
        std::vector<std::int32_t> bias(c.filters, 77), multipliers(c.filters, 1'234'567'890);
        std::vector<std::int8_t> shifts(c.filters, 40), y(2 * c.output_pixels() * c.filters),
            expected(y.size());
        const kernels::Int8Outputs outputs{bias.data(), multipliers.data(), shifts.data(), 4, -101};
        std::vector<std::int32_t> scratch(kernels::int8_convolution_scratch(c) / 4 + 1);
        if (is_depthwise)
            kernels::int8_depthwise(c, x.data(), 2, zero_point, w.data(), outputs, y.data());
        else
            kernels::int8_convolution(c, x.data(), 2, zero_point, w.data(), outputs, y.data(),
                                      reinterpret_cast<std::int8_t*>(scratch.data()));
        for (std::size_t i = 0; i < y.size(); ++i) {
            const std::size_t filter = i % c.filters, pixel = i / c.filters % c.output_pixels();
            const std::int8_t* const image =
                x.data() + i / (c.filters * c.output_pixels()) * c.input_pixels() * c.channels;
            const std::size_t of_group = c.group_channels(), first = filter / c.group_filters() * of_group;
            std::int32_t sum = 0;
            for (std::size_t tap = 0; tap < c.taps(); ++tap) {
                const kernels::ConvolutionAxis &height = c.axes[1], &width = c.axes[2];
                const std::size_t v = pixel / width.output * height.stride +
                                      tap / width.kernel * height.dilation - height.before,
                                  u = pixel % width.output * width.stride +
                                      tap % width.kernel * width.dilation - width.before;
                const bool is_inside = v < height.input && u < width.input;
                for (std::size_t k = 0; k < of_group; ++k) {
                    const std::int32_t input =
                        is_inside ? image[(v * width.input + u) * c.channels + first + k] : zero_point;
                    sum += is_depthwise ? (input - zero_point) * w[tap * c.filters + filter]
                                        : input * w[filter * c.depth() + tap * of_group + k];
                }
            }
            expected[i] = outputs(sum, filter);
        }
        CAPTURE(c.taps());
        CAPTURE(c.channels);
        CAPTURE(c.groups);
        CHECK(y == expected);
    }
}

TEST_CASE("int8_requantize: the same bits as one by one, for all shifts") {
    const std::vector<double> numbers = random_numbers(4000, 5, -0x1p31, 0x1p31 - 1);
    for (std::size_t i = 0; i + 8 <= numbers.size(); i += 8) {
        std::array<std::int32_t, 4> sums, multipliers;
        std::array<std::int32_t, 4> bias{0, 1, 0, 0};
        std::array<std::int8_t, 4> shifts, y, expected;
        for (std::size_t j = 0; j < 4; ++j) {
            const std::size_t scale = i / 8 % 29;
            sums[j] = static_cast<std::int32_t>(numbers[i + j] / static_cast<double>(1u << scale));
            multipliers[j] = static_cast<std::int32_t>(0x1p30 + std::abs(numbers[i + 4 + j]) / 2);
            shifts[j] = static_cast<std::int8_t>(54 - scale + j);
        }
        const kernels::Int8Outputs outputs{bias.data(), multipliers.data(), shifts.data(), 3, -77};
        kernels::int8_requantize<4>(outputs, sums.data(), 0, y.data());
        for (std::size_t j = 0; j < 4; ++j)
            expected[j] = outputs(sums[j], j);
        CAPTURE(i);
        CHECK(y == expected);
    }
}

TEST_CASE("int8_dots: sums are exact where 16 bits would not do") {
    // 2 · 128 · 127 is the largest pair of products; long rows add up to a million.
    const std::vector<std::int8_t> x(1000, std::int8_t(-128)), w(1000, std::int8_t(-127));
    std::int32_t sums[1][1];
    kernels::int8_dots<1, 1>(x.data(), 1000, w.data(), 1000, 1000, sums);
    CHECK(sums[0][0] == 1000 * 128 * 127);
}

TEST_CASE("multiply: halves upwards, and 31 bits of a factor") {
    constexpr FixedMultiplier half = quantize_multiplier(0.5);
    CHECK(multiply(3, half) == 2);
    CHECK(multiply(-3, half) == -1);
    CHECK(multiply(-4, half) == -2);
    CHECK(multiply(3, quantize_multiplier(1024)) == 3072);
    CHECK(multiply(INT32_MIN, quantize_multiplier(1)) == INT32_MIN);
    CHECK(multiply(INT32_MAX, quantize_multiplier(0x1p-32)) == 0);
    CHECK(quantize_multiplier(0x1p-40) == FixedMultiplier{});
    for (double factor = 0x1p-31; factor < 0x1p29; factor *= 1.7) {
        const FixedMultiplier fixed = quantize_multiplier(factor);
        const double real = fixed.multiplier / static_cast<double>(std::int64_t(1) << fixed.shift);
        CHECK(std::abs(real / factor - 1) <= 0x1p-31);
    }
}
