#include "burin/kernels/int8/convolution.hpp"
#include "burin/kernels/int8/depthwise.hpp"
#include "burin/kernels/int8/merge.hpp"
#include "burin/kernels/int8/pooling.hpp"
#include "burin/kernels/int8/product.hpp"
#include "burin/kernels/int8/quad_convolution.hpp"
#include "burin/kernels/int8/quad_depthwise.hpp"
#include "burin/kernels/int8/table.hpp"
#include "burin/kernels/int8/unrolled.hpp"

#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>
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

using Once = std::integral_constant<Rounding, Rounding::once>;
using Twice = std::integral_constant<Rounding, Rounding::twice>;

/// ⌊x / 2^shift⌋, whatever the shift.
std::int64_t floor_of(std::int64_t x, int shift) {
    const std::int64_t unit = std::int64_t(1) << shift;
    return x / unit - (x % unit < 0 ? 1 : 0);
}

/// multiply<Way>, in the words of its definitions; the second is gemmlowp's (fixedpoint.h).
std::int64_t product(Rounding way, std::int64_t x, std::int64_t multiplier, int shift) {
    if (way == Rounding::once)
        return floor_of(floor_of(x * multiplier, shift - 1) + 1, 1);
    const std::int64_t whole = x * (std::int64_t(1) << std::max(31 - shift, 0)) * multiplier;
    const std::int64_t nudge = whole >= 0 ? std::int64_t(1) << 30 : 1 - (std::int64_t(1) << 30);
    const std::int64_t high = (whole + nudge) / (std::int64_t(1) << 31); // Towards 0, as C has it.
    const std::int64_t mask = (std::int64_t(1) << std::max(shift - 31, 0)) - 1;
    const std::int64_t threshold = (mask >> 1) + (high < 0 ? 1 : 0);
    return floor_of(high, std::max(shift - 31, 0)) + ((high & mask) > threshold ? 1 : 0);
}

/// OutputScale<Way>, likewise: once is XNNPACK's product of floats, halves to the even number.
std::int64_t scaled(Rounding way, std::int64_t sum, std::int64_t multiplier, int shift) {
    if (way == Rounding::twice)
        return product(way, sum, multiplier, shift);
    const float factor = std::ldexp(static_cast<float>(multiplier), -shift);
    return std::lrint(static_cast<float>(sum) * factor);
}

template <Rounding Way>
std::int8_t output_of(const kernels::Int8Outputs<Way>& outputs, std::int64_t sum, std::size_t channel) {
    const std::int64_t value =
        scaled(Way, sum + outputs.bias[channel], outputs.multipliers[channel], outputs.shifts[channel]) +
        outputs.zero_point;
    return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, outputs.low, 127));
}

// A layer's choice is a constant. Here are those that this processor has.
using kernels::choose_int8, kernels::choose_int8_convolution, kernels::choose_int8_depthwise;
using kernels::Int8Choice, kernels::Int8Way, kernels::this_int8, kernels::this_machine;

constexpr Int8Choice choice_of(Int8Way way, bool copies_patches = false) {
    Int8Choice choice{this_machine.dot_product, way};
    if (way == Int8Way::pairs)
        choice.block = this_int8.pair_channels;
    choice.copies_patches = copies_patches;
    return choice;
}

/// Packed weights whose extents are known at run time only.
class PackedQuads {
  public:
    template <class Outputs>
    PackedQuads(const kernels::Int8QuadLayout& layout, const std::int8_t* w, const Outputs& outputs)
        : panels_(layout.groups * layout.group_bytes() / sizeof(Line) + 1),
          numbers_(3 * layout.groups * layout.vectors()), places_(layout.groups * layout.padded_channels()),
          layout_(layout) {
        has_usual_shifts_ = kernels::int8_pack_quads(
            layout, w, outputs.bias, outputs.multipliers, outputs.shifts,
            {numbers(0), numbers(1), numbers(2), reinterpret_cast<std::int8_t*>(panels_.data())});
    }
    template <Rounding Way>
    void multiply(const std::int8_t* x, std::size_t rows, const kernels::Int8Outputs<Way>& outputs,
                  std::int8_t* y) {
        kernels::int8_quad_product(
            x, layout_.depth(), rows, layout_,
            {numbers(0), numbers(1), numbers(2), reinterpret_cast<const std::int8_t*>(panels_.data())},
            kernels::Int8QuadOutputs<Way>{outputs.zero_point, outputs.low, has_usual_shifts_}, y,
            layout_.channels);
    }

  private:
    struct alignas(64) Line {
        std::int32_t numbers[16];
    };
    std::int32_t* numbers(std::size_t which) {
        return reinterpret_cast<std::int32_t*>(numbers_.data()) + which * places_;
    }

    std::vector<Line> panels_, numbers_;
    std::size_t places_;
    kernels::Int8QuadLayout layout_;
    bool has_usual_shifts_;
};

/// A layer's convolution by packed weights, where this processor has that way.
template <kernels::Convolution C, bool IsDepthwise, Rounding Way>
void convolve_by_quads(const std::int8_t* x, std::size_t images, std::int8_t zero_point, const std::int8_t* w,
                       const kernels::Int8Outputs<Way>& outputs, std::int8_t* y) {
    const auto with = [&](const auto& weights, const auto& convolve) {
        convolve(weights.view(),
                 kernels::Int8QuadOutputs<Way>{outputs.zero_point, outputs.low, weights.has_usual_shifts});
    };
    if constexpr (IsDepthwise) {
        static kernels::Int8DepthwiseWeights<kernels::int8_depthwise_layout(C, this_int8.quads)> weights;
        weights.pack(w, zero_point, outputs.bias, outputs.multipliers, outputs.shifts);
        with(weights, [&](const auto& at, const auto& of) {
            kernels::int8_quad_depthwise<C>(x, images, zero_point, at, of, y);
        });
    } else {
        static kernels::Int8QuadWeights<kernels::int8_quad_layout(C, this_int8.quads)> weights;
        weights.pack(w, outputs.bias, outputs.multipliers, outputs.shifts);
        with(weights, [&](const auto& at, const auto& of) {
            kernels::int8_quad_convolution<C>(x, images, zero_point, at, of, y);
        });
    }
}

/// Calls `run` with the choice of this way, of which a processor may have none.
template <bool CopiesPatches = false, class Run>
void with_way(Int8Way way, const Run& run) {
    switch (way) {
    case Int8Way::tiles:
        return run.template operator()<choice_of(Int8Way::tiles, CopiesPatches)>();
    case Int8Way::panels:
        if constexpr (this_int8.panels)
            return run.template operator()<choice_of(Int8Way::panels, CopiesPatches)>();
        break;
    case Int8Way::quads:
        if constexpr (this_int8.quads.lanes > 0)
            return run.template operator()<choice_of(Int8Way::quads, CopiesPatches)>();
        break;
    case Int8Way::depthwise_quads:
        if constexpr (this_int8.quads.lanes > 0)
            return run.template operator()<choice_of(Int8Way::depthwise_quads)>();
        break;
    case Int8Way::pairs:
        if constexpr (this_int8.pair_channels > 0)
            return run.template operator()<choice_of(Int8Way::pairs)>();
        break;
    case Int8Way::lanes:
        return run.template operator()<choice_of(Int8Way::lanes)>();
    case Int8Way::one_by_one:
        return run.template operator()<choice_of(Int8Way::one_by_one)>();
    }
    FAIL("this processor has no such way");
}

} // namespace

TEST_CASE_TEMPLATE("int8_product: the same bits as sums one by one, for every tail", Way, Once, Twice) {
    CAPTURE(kernels::int8_architecture);
    for (const std::size_t depth :
         {1u, 2u, 3u, 4u, 5u, 7u, 8u, 15u, 16u, 17u, 31u, 32u, 33u, 63u, 64u, 65u, 127u, 130u})
        for (const std::size_t rows : {1u, 2u, 3u, 5u, 10u})
            for (const std::size_t channels : {1u, 2u, 3u, 4u, 7u, 9u, 29u, 48u, 64u, 101u}) {
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
                    multipliers[c] = (1 << 30) + static_cast<std::int32_t>(c % 80 * 12'345'677);
                    shifts[c] = static_cast<std::int8_t>(31 + c % 20);
                }
                const kernels::Int8Outputs<Way::value> outputs{bias.data(), multipliers.data(), shifts.data(),
                                                               -3, -100};
                with_way(choose_int8({rows, depth, channels}, this_machine).way, [&]<Int8Choice Choice>() {
                    if constexpr (Choice.way == Int8Way::quads)
                        PackedQuads({.has = this_int8.quads, .segment_depth = depth, .channels = channels},
                                    w.data(), outputs)
                            .multiply(x.data(), rows, outputs, y.data());
                    else
                        kernels::int8_product<Choice>(x.data(), depth, rows, w.data(), depth, channels,
                                                      outputs, y.data(), channels);
                });
                std::vector<std::int8_t> expected(y.size());
                for (std::size_t r = 0; r < rows; ++r)
                    for (std::size_t c = 0; c < channels; ++c) {
                        std::int32_t sum = 0;
                        for (std::size_t k = 0; k < depth; ++k)
                            sum += x[r * depth + k] * w[c * depth + k];
                        expected[r * channels + c] = output_of(outputs, sum, c);
                    }
                CAPTURE(depth);
                CAPTURE(rows);
                CAPTURE(channels);
                CHECK(y == expected);
            }
}

TEST_CASE_TEMPLATE("int8_depthwise: the same bits as sums one by one, for every tail of channels", Way, Once,
                   Twice) {
    static constexpr std::array<std::size_t, 9> all_channels{1, 3, 4, 15, 16, 17, 37, 64, 150};
    kernels::detail::unrolled<all_channels.size()>([](auto number) {
        constexpr std::size_t channels = all_channels[number], size = 4, kernel = 3;
        static constexpr kernels::Convolution c = [] {
            const kernels::ConvolutionAxis axis{.input = size, .kernel = kernel, .before = 1, .output = size};
            return kernels::Convolution{
                {kernels::ConvolutionAxis{}, axis, axis}, channels, channels, channels};
        }();
        for (const std::int32_t zero_point : {-128, 5, 127}) {
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
            const kernels::Int8Outputs<Way::value> outputs{bias.data(), multipliers.data(), shifts.data(), 9,
                                                           -120};
            for (const bool is_packed : {false, true}) {
                with_way(choose_int8_depthwise(c, this_machine, is_packed).way, [&]<Int8Choice Choice>() {
                    if constexpr (Choice.way == Int8Way::depthwise_quads)
                        convolve_by_quads<c, true>(x.data(), 1, static_cast<std::int8_t>(zero_point),
                                                   w.data(), outputs, y.data());
                    else
                        kernels::int8_depthwise<Choice>(c, x.data(), 1, zero_point, w.data(), outputs,
                                                        y.data());
                });
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
                    expected[i] = output_of(outputs, sum, channel);
                }
                CAPTURE(channels);
                CAPTURE(zero_point);
                CAPTURE(is_packed);
                CHECK(y == expected);
            }
        }
    });
}

TEST_CASE_TEMPLATE(
    "int8_convolution and int8_depthwise: the same bits as sums one by one, of all kinds of windows", Way,
    Once, Twice) {
    static constexpr auto axis = [](std::size_t kernel, std::size_t stride, std::size_t dilation,
                                    std::size_t before) {
        kernels::ConvolutionAxis result{11, kernel, stride, dilation, before, 1};
        result.output = (result.input + 2 * before - result.reach()) / stride + 1;
        return result;
    };
    struct Kind {
        kernels::ConvolutionAxis height, width;
        std::size_t channels, filters, groups;
    };
    static constexpr Kind kinds[] = {Kind{axis(1, 1, 1, 0), axis(1, 1, 1, 0), 13, 21, 1},
                                     Kind{axis(3, 1, 1, 1), axis(3, 1, 1, 1), 5, 6, 1},
                                     Kind{axis(3, 2, 1, 0), axis(4, 2, 1, 2), 3, 17, 1},
                                     Kind{axis(3, 1, 2, 2), axis(2, 3, 3, 1), 6, 10, 2},
                                     Kind{axis(3, 1, 1, 1), axis(3, 2, 1, 1), 21, 21, 21},
                                     Kind{axis(5, 2, 1, 2), axis(5, 1, 1, 2), 16, 16, 16},
                                     Kind{axis(2, 1, 3, 2), axis(2, 2, 2, 0), 20, 20, 20},
                                     Kind{axis(11, 1, 1, 5), axis(11, 1, 1, 5), 16, 16, 16},
                                     Kind{axis(5, 1, 1, 0), axis(5, 1, 1, 0), 6, 16, 1},
                                     Kind{axis(3, 1, 1, 0), axis(3, 1, 1, 0), 8, 70, 1},
                                     Kind{axis(1, 2, 1, 0), axis(1, 2, 1, 0), 16, 33, 1},
                                     Kind{axis(10, 2, 1, 4), axis(4, 2, 1, 1), 1, 64, 1},
                                     Kind{axis(3, 2, 1, 1), axis(3, 2, 1, 0), 70, 70, 70},
                                     Kind{axis(3, 1, 1, 1), axis(3, 3, 2, 2), 8, 8, 8},
                                     Kind{axis(1, 1, 1, 0), axis(9, 1, 1, 4), 64, 64, 64}};
    kernels::detail::unrolled<std::size(kinds)>([](auto number) {
        static constexpr kernels::Convolution c = [] {
            constexpr Kind kind = kinds[decltype(number)::value];
            return kernels::Convolution{{kernels::ConvolutionAxis{}, kind.height, kind.width},
                                        kind.channels,
                                        kind.filters,
                                        kind.groups};
        }();
        constexpr bool is_depthwise = c.groups == c.channels && c.groups > 1;
        constexpr std::int32_t zero_point = -9;
        const auto x = random_integers(2 * c.input_pixels() * c.channels, 6, -128),
                   w = random_integers(c.depth() * c.filters, 7, -127);
        std::vector<std::int32_t> bias(c.filters, 77), multipliers(c.filters, 1'234'567'890);
        std::vector<std::int8_t> shifts(c.filters, 40), y(2 * c.output_pixels() * c.filters),
            expected(y.size());
        const kernels::Int8Outputs<Way::value> outputs{bias.data(), multipliers.data(), shifts.data(), 4,
                                                       -101};
        std::vector<std::int32_t> scratch(kernels::int8_convolution_scratch(c) / 4 + 1);
        const auto convolve = [&]<Int8Choice Choice>() {
            if constexpr (Choice.way == Int8Way::quads || Choice.way == Int8Way::depthwise_quads)
                convolve_by_quads<c, is_depthwise>(x.data(), 2, zero_point, w.data(), outputs, y.data());
            else if constexpr (is_depthwise)
                kernels::int8_depthwise<Choice>(c, x.data(), 2, zero_point, w.data(), outputs, y.data());
            else
                kernels::int8_convolution<Choice>(c, x.data(), 2, zero_point, w.data(), outputs, y.data(),
                                                  reinterpret_cast<std::int8_t*>(scratch.data()));
        };
        for (const bool is_packed : {false, true}) {
            std::fill(y.begin(), y.end(), std::int8_t(0));
            const Int8Choice choice = is_depthwise ? choose_int8_depthwise(c, this_machine, is_packed)
                                                   : choose_int8_convolution(c, 2, this_machine, is_packed);
            if (choice.copies_patches)
                with_way<true>(choice.way, convolve);
            else
                with_way<false>(choice.way, convolve);
            for (std::size_t i = 0; i < y.size(); ++i) {
                const std::size_t filter = i % c.filters, pixel = i / c.filters % c.output_pixels();
                const std::int8_t* const image =
                    x.data() + i / (c.filters * c.output_pixels()) * c.input_pixels() * c.channels;
                const std::size_t of_group = c.group_channels(),
                                  first = filter / c.group_filters() * of_group;
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
                expected[i] = output_of(outputs, sum, filter);
            }
            CAPTURE(c.taps());
            CAPTURE(c.channels);
            CAPTURE(c.groups);
            CAPTURE(is_packed);
            CHECK(y == expected);
        }
    });
}

TEST_CASE_TEMPLATE("int8_requantize: the same bits as one by one, for all shifts", Way, Once, Twice) {
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
        const kernels::Int8Outputs<Way::value> outputs{bias.data(), multipliers.data(), shifts.data(), 3,
                                                       -77};
        kernels::int8_requantize<4>(outputs, sums.data(), 0, y.data());
        for (std::size_t j = 0; j < 4; ++j)
            expected[j] = output_of(outputs, sums[j], j);
        CAPTURE(i);
        CHECK(y == expected);
    }
}

// Halves, and what lies beside them, of both signs: there the two differ.
TEST_CASE_TEMPLATE("int8 outputs: halves of all shifts, one by one and in vectors", Way, Once, Twice) {
    std::size_t differing = 0;
    for (int shift = 33; shift <= 62; ++shift)
        for (int odd = 1; odd < 40; odd += 2)
            for (std::int32_t beside = -1; beside <= 1; ++beside) {
                // 2³⁰ · sum is an odd number of halves where the sum is a multiple of 2^(shift − 31).
                const std::int64_t half = std::int64_t(odd) << (shift - 31);
                if (half > INT32_MAX - 1)
                    continue;
                constexpr std::size_t count = 16;
                std::array<std::int32_t, count> sums, bias{}, multipliers;
                std::array<std::int8_t, count> shifts, y;
                for (std::size_t i = 0; i < count; ++i) {
                    const auto at = static_cast<std::int32_t>(half) + beside;
                    sums[i] = i % 2 == 0 ? at : -at;
                    multipliers[i] = (1 << 30) + static_cast<std::int32_t>(i / 2 % 3);
                    shifts[i] = static_cast<std::int8_t>(shift);
                }
                const kernels::Int8Outputs<Way::value> outputs{bias.data(), multipliers.data(), shifts.data(),
                                                               -2, -128};
                kernels::int8_requantize<count>(outputs, sums.data(), 0, y.data());
                for (std::size_t i = 0; i < count; ++i) {
                    CAPTURE(shift);
                    CAPTURE(sums[i]);
                    CHECK(y[i] == output_of(outputs, sums[i], i));
                    CHECK(outputs(sums[i], i) == y[i]);
                    differing += scaled(Rounding::once, sums[i], multipliers[i], shift) !=
                                 scaled(Rounding::twice, sums[i], multipliers[i], shift);
                }
            }
    CHECK(differing > 1000);
}

TEST_CASE_TEMPLATE("int8_add, int8_multiply, int8_rescale: sums, differences, products one by one", Way, Once,
                   Twice) {
    constexpr Rounding way = Way::value;
    constexpr std::size_t count = 251; // Not whole vectors.
    const auto a = random_integers(count, 8, -128), b = random_integers(count, 9, -128);
    const std::array<const std::int8_t*, 2> inputs{a.data(), b.data()};
    std::array<std::int8_t, count> y;
    const auto clamped = [](std::int64_t value, std::int64_t low) {
        return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, low, 127));
    };
    for (const auto& [multiplier, shift] :
         // The halves of the third have the largest sum with a sign, those of the fourth do not fit 16 bits.
         {std::pair{1 << 30, 31}, std::pair{(1 << 30) + (1 << 12), 33}, std::pair{0x7FFF'7FFF, 32},
          std::pair{INT32_MAX, 32}, std::pair{0x5678'8000, 36}, std::pair{1'987'654'320, 34},
          std::pair{1'987'654'656, 30}}) {
        const std::array<kernels::Int8Rescale, 2> summands{
            {{multiplier, static_cast<std::int8_t>(shift), 5}, {1 << 30, 31, -20}}};
        const kernels::Int8Rescale total{1'400'000'003, 51, -3};
        const auto check_sums = [&](auto subtracts) {
            kernels::int8_add<way, subtracts>(inputs, summands.data(), total, -100, count, y.data());
            for (std::size_t i = 0; i < count; ++i) {
                const std::int64_t x = product(way, std::int64_t(a[i] - 5) << 20, multiplier, shift),
                                   z = product(way, std::int64_t(b[i] + 20) << 20, 1 << 30, 31);
                CHECK(y[i] ==
                      clamped(product(way, subtracts ? x - z : x + z, total.multiplier, 51) - 3, -100));
            }
        };
        check_sums(std::false_type{});
        check_sums(std::true_type{});
        const std::array<std::int8_t, 2> zero_points{5, -20};
        const kernels::Int8Rescale of_product{multiplier, static_cast<std::int8_t>(shift + 8), 4};
        kernels::int8_multiply<way>(inputs, zero_points.data(), of_product, -99, count, y.data());
        for (std::size_t i = 0; i < count; ++i)
            CHECK(y[i] == clamped(scaled(way, (a[i] - 5) * (b[i] + 20), multiplier, shift + 8) + 4, -99));
        kernels::int8_rescale<way>(a.data(), 1, count, summands[0], 7, y.data(), count);
        for (std::size_t i = 0; i < count; ++i)
            CHECK(y[i] == clamped(product(way, a[i] - 5, multiplier, shift) + 7, -128));
    }
}

TEST_CASE_TEMPLATE("int8_mean: sums of channels, one by one", Way, Once, Twice) {
    for (const std::size_t channels : {1u, 5u, 16u, 19u})
        for (const std::size_t pixels : {1u, 2u, 12u, 49u}) {
            constexpr std::size_t rows = 2;
            const auto x = random_integers(rows * pixels * channels, 12, -128);
            std::vector<std::int8_t> y(rows * channels), expected(y.size());
            const kernels::Int8Rescale total{1'100'000'000, static_cast<std::int8_t>(35), -9};
            kernels::int8_mean<Way::value>(pixels, channels, x.data(), rows, total, 4, -120, y.data());
            for (std::size_t i = 0; i < y.size(); ++i) {
                std::int64_t sum = 0;
                for (std::size_t pixel = 0; pixel < pixels; ++pixel)
                    sum += x[(i / channels * pixels + pixel) * channels + i % channels] + 9;
                expected[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(
                    product(Way::value, sum, total.multiplier, total.shift) + 4, -120, 127));
            }
            CAPTURE(channels);
            CAPTURE(pixels);
            CHECK(y == expected);
        }
}

TEST_CASE("int8_look_up: all numbers, in vectors and behind them") {
    const auto table = random_integers(256, 13, -128);
    std::vector<std::int8_t> x(256 + 37), y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<std::int8_t>(static_cast<int>(i * 7 % 256) - 128);
    kernels::int8_look_up(table.data(), x.data(), x.size(), y.data());
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(y[i] == table[static_cast<std::size_t>(x[i] + 128)]);
}

TEST_CASE("int8_dots: sums are exact where 16 bits would not do") {
    // 2 · 128 · 127 is the largest pair of products; long rows add up to a million.
    const std::vector<std::int8_t> x(1000, std::int8_t(-128)), w(1000, std::int8_t(-127));
    std::int32_t sums[1][1];
    kernels::int8_dots<1, 1>(x.data(), 1000, w.data(), 1000, 1000, sums);
    CHECK(sums[0][0] == 1000 * 128 * 127);
}

TEST_CASE("multiply: the definitions, for all shifts") {
    const std::vector<double> numbers = random_numbers(8000, 11, -0x1p31, 0x1p31 - 1);
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
        const int shift = 1 + static_cast<int>(i / 2 % 62);
        const auto multiplier = static_cast<std::int32_t>(0x1p30 + std::abs(numbers[i + 1]) / 2);
        // As large as its product may be.
        const auto x = static_cast<std::int32_t>(
            numbers[i] / static_cast<double>(std::int64_t(1) << std::max(32 - shift, 0)));
        CAPTURE(x);
        CAPTURE(shift);
        const core::FixedMultiplier by{multiplier, shift};
        CHECK(multiply(x, by) == product(Rounding::once, x, multiplier, shift));
        CHECK(multiply<Rounding::twice>(x, by) == product(Rounding::twice, x, multiplier, shift));
    }
    // The nearest to 2.4999… is 2; rounded to 2.5 first, it is 3.
    constexpr core::FixedMultiplier sixth{1'431'655'765, 33};
    static_assert(multiply(15, sixth) == 2 && multiply<Rounding::twice>(15, sixth) == 3);
    static_assert(multiply(-15, sixth) == -2 && multiply<Rounding::twice>(-15, sixth) == -3);
}

TEST_CASE("OutputScale: rounded once the sum and the product are floats, halves go to the even number") {
    constexpr core::OutputScale<Rounding::once> half(core::quantize_multiplier(0.5));
    static_assert(half(3) == 2 && half(5) == 2 && half(-3) == -2 && half(-5) == -2 && half(0) == 0);
    // 2²⁵ + 3 is the float 2²⁵ + 4.
    constexpr core::OutputScale<Rounding::once> small(core::quantize_multiplier(0x1p-20));
    static_assert(small((1 << 25) + 3) == 32 && small(INT32_MIN) == -2048 && small(INT32_MAX) == 2048);
    constexpr core::OutputScale<Rounding::once> third(
        core::quantize_multiplier(static_cast<double>(1 / 3.0F)));
    for (std::int32_t sum = -4'000'000; sum < 4'000'000; sum += 977)
        CHECK(third(sum) ==
              std::clamp(std::lrint(static_cast<float>(sum) * (1 / 3.0F)), -(1L << 21), 1L << 21));
    // Beyond any output, but finite.
    constexpr core::OutputScale<Rounding::once> large(core::quantize_multiplier(0x1p29));
    static_assert(large(INT32_MAX) == 1 << 21 && large(INT32_MIN) == -(1 << 21));
    static_assert(core::OutputScale<Rounding::once>(core::FixedMultiplier{})(INT32_MIN) == 0);
    // Without a float unit, too: all shifts, and halves.
    const std::vector<double> numbers = random_numbers(20000, 17, 0, 1);
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
        const auto multiplier = static_cast<std::int32_t>(0x1p30 * (1 + numbers[i]));
        const int shift = 1 + static_cast<int>(i / 2 % 62);
        const auto sum = static_cast<std::int32_t>((2 * numbers[i + 1] - 1) *
                                                   std::ldexp(0x1p31, -static_cast<int>(i % 29)));
        const core::FixedMultiplier factors[] = {{multiplier, shift}, {1 << 30, shift}, {}};
        for (const core::FixedMultiplier& factor : factors)
            for (const std::int32_t x : {sum, sum / 2 * 2 + 1, 1 << (i % 31)})
                CHECK(core::SoftOutputScale(factor)(x) == core::FloatOutputScale(factor)(x));
    }
    for (double factor = 0x1p-31; factor < 0x1p29; factor *= 1.7)
        CHECK(core::to_float(core::quantize_multiplier(factor)) == static_cast<float>(factor));
}

TEST_CASE("multiply: halves upwards, and 31 bits of a factor") {
    constexpr core::FixedMultiplier half = core::quantize_multiplier(0.5);
    CHECK(multiply(3, half) == 2);
    CHECK(multiply(-3, half) == -1);
    CHECK(multiply(-4, half) == -2);
    CHECK(multiply(3, core::quantize_multiplier(1024)) == 3072);
    CHECK(multiply(INT32_MIN, core::quantize_multiplier(1)) == INT32_MIN);
    CHECK(multiply(INT32_MAX, core::quantize_multiplier(0x1p-32)) == 0);
    CHECK(core::quantize_multiplier(0x1p-40) == core::FixedMultiplier{});
    for (double factor = 0x1p-31; factor < 0x1p29; factor *= 1.7) {
        const core::FixedMultiplier fixed = core::quantize_multiplier(factor);
        const double real = fixed.multiplier / static_cast<double>(std::int64_t(1) << fixed.shift);
        CHECK(std::abs(real / factor - 1) <= 0x1p-31);
    }
}
