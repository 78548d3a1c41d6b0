#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/quad_weights.hpp"
#include "burin/kernels/int8/rescale.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::kernels {

/// Bits behind the point in sums of 8-bit integers.
inline constexpr int int8_sum_bits = 20;

namespace detail {

/// Calls run(scale) with what multiplies by a factor and adds a number.
template <class Vectors, Rounding Way, class Run>
[[gnu::always_inline]] inline void with_int8_scale(const Int8Rescale& rescale, std::int32_t zero_point,
                                                   const Run& run) noexcept {
    const auto multiplier = Vectors::broadcast(rescale.multiplier), shift = Vectors::broadcast(rescale.shift),
               added = Vectors::broadcast(zero_point);
    if (is_usual_shift(rescale.shift))
        run(typename Vectors::template Scale<Way, true>(multiplier, shift, added));
    else
        run(typename Vectors::template Scale<Way, false>(multiplier, shift, added));
}

/// A number of 8 bits, less its zero point, with `int8_sum_bits` behind the point, times a factor. Rounded
/// once that is ⌊(x · multiplier + c) / 2ᵏ⌋, where k is the shift less those bits and c is half of the last
/// place less what the zero point adds: in two parts of 16 bits, so that all fits 32. Rounded twice it is the
/// same of the first 31 bits of the shift, and then the rest is shifted away.
template <class Vectors, Rounding Way>
class Int8Summand {
    using Sum = typename Vectors::Sum;

  public:
    explicit Int8Summand(const Int8Rescale& by) noexcept
        : bits_((Way == Rounding::once ? static_cast<unsigned>(by.shift) : 31U) - int8_sum_bits),
          rest_(Way == Rounding::once ? 0 : static_cast<unsigned>(by.shift - 31)) {
        const std::int64_t added =
            (std::int64_t(1) << (bits_ - 1)) - std::int64_t(by.zero_point) * by.multiplier;
        const std::int32_t low = low_part(by);
        high_ = Vectors::broadcast(high_part(by));
        low_ = Vectors::broadcast(low & 0xFFFF);
        high_added_ = Vectors::broadcast(static_cast<std::int32_t>(added >> 16));
        low_added_ = Vectors::broadcast(static_cast<std::int32_t>(added & 0xFFFF));
    }
    static bool takes(const Int8Rescale& by) noexcept {
        return (Way == Rounding::once ? by.shift > int8_sum_bits : by.shift >= 31) &&
               high_part(by) <= INT16_MAX;
    }

    [[gnu::always_inline]] Sum operator()(Sum x) const noexcept {
        const Sum high = Vectors::with_product(high_added_, x, high_),
                  low = Vectors::with_product(low_added_, x, low_);
        const unsigned of_low = std::min(bits_, 16U);
        const Sum whole =
            Vectors::added(Vectors::shifted_left(high, 16 - of_low), Vectors::shifted_right(low, of_low));
        const Sum sum = Vectors::shifted_right(whole, bits_ - of_low);
        if (Way == Rounding::once || rest_ == 0)
            return sum;
        // Halves away from 0.
        const Sum halves =
            Vectors::shifted_right(Vectors::added(sum, Vectors::shifted_right(sum, 31)), rest_ - 1);
        return Vectors::shifted_right(Vectors::added(halves, Vectors::broadcast(1)), 1);
    }

  private:
    /// Both with a sign.
    static std::int32_t low_part(const Int8Rescale& by) noexcept {
        return static_cast<std::int16_t>(by.multiplier & 0xFFFF);
    }
    static std::int32_t high_part(const Int8Rescale& by) noexcept {
        return static_cast<std::int32_t>((std::int64_t(by.multiplier) - low_part(by)) >> 16);
    }

    unsigned bits_, rest_;
    Sum high_, low_, high_added_, low_added_;
};

/// The sum of two, which stays in registers.
template <class Vectors, Rounding Way, bool Subtracts>
[[gnu::noinline]] void int8_add_two(std::span<const std::int8_t* const> inputs, const Int8Rescale* summands,
                                    const Int8Rescale& total, std::int32_t low, std::size_t count,
                                    std::int8_t* y) noexcept {
    const Int8Summand<Vectors, Way> first(summands[0]), second(summands[1]);
    const std::int8_t *const a = inputs[0], *const b = inputs[1];
    with_int8_scale<Vectors, Way>(
        total, total.zero_point, [&](const auto& scale) __attribute__((always_inline)) {
            const auto add = [&](std::size_t i, std::size_t here) __attribute__((always_inline)) {
                const auto left = first(Vectors::widened(a + i, here)),
                           right = second(Vectors::widened(b + i, here));
                const typename Vectors::Sum one[] = {
                    scale(Subtracts ? Vectors::difference(left, right) : Vectors::added(left, right))};
                Vectors::template store<1>(one, low, here, y + i);
            };
            std::size_t i = 0;
            for (; i + Vectors::lanes <= count; i += Vectors::lanes)
                add(i, Vectors::lanes);
            if (i < count)
                add(i, count - i);
        });
}

/// A block of numbers at a time.
template <class Vectors, Rounding Way, bool Subtracts>
[[gnu::noinline]] void int8_add_blocks(std::span<const std::int8_t* const> inputs,
                                       const Int8Rescale* summands, const Int8Rescale& total,
                                       std::int32_t low, std::size_t count, std::int8_t* y) noexcept {
    constexpr std::size_t block = Vectors::lanes, blocks = 16;
    typename Vectors::Sum sums[blocks];
    for (std::size_t first = 0; first < count; first += blocks * block) {
        const std::size_t here = std::min(blocks * block, count - first);
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            const auto add = [&](const auto& summand_of) __attribute__((always_inline)) {
                for (std::size_t i = 0; i < here; i += block) {
                    const auto summand =
                        summand_of(Vectors::widened(inputs[k] + first + i, std::min(block, here - i)));
                    auto& sum = sums[i / block];
                    if (k == 0)
                        sum = summand;
                    else
                        sum = Subtracts ? Vectors::difference(sum, summand) : Vectors::added(sum, summand);
                }
            };
            if (Int8Summand<Vectors, Way>::takes(summands[k]))
                add(Int8Summand<Vectors, Way>(summands[k]));
            else
                with_int8_scale<Vectors, Way>(
                    summands[k], 0, [&](const auto& scale) __attribute__((always_inline)) {
                        const auto zero_point = Vectors::broadcast(summands[k].zero_point);
                        add([&](auto x) __attribute__((always_inline)) {
                            return scale(
                                Vectors::shifted_left(Vectors::difference(x, zero_point), int8_sum_bits));
                        });
                    });
        }
        with_int8_scale<Vectors, Way>(
            total, total.zero_point, [&](const auto& scale) __attribute__((always_inline)) {
                for (std::size_t i = 0; i < here; i += block) {
                    const typename Vectors::Sum one[] = {scale(sums[i / block])};
                    Vectors::template store<1>(one, low, std::min(block, here - i), y + first + i);
                }
            });
    }
}

} // namespace detail

/// y = the sum of the inputs, each times its factor, or of two the first less the second if it `Subtracts`;
/// the factors are at most ½, or of two inputs below 2, and the sum has `int8_sum_bits` behind the point
/// before the last, `total`, brings it to the output's scale. The output may be one of the inputs.
template <Rounding Way, bool Subtracts>
[[gnu::noinline]] inline void int8_add(std::span<const std::int8_t* const> inputs,
                                       const Int8Rescale* summands, const Int8Rescale& total,
                                       std::int32_t low, std::size_t count, std::int8_t* y) noexcept {
    if constexpr (has_quads<detail::Int8QuadVectors>) {
        using Summand = detail::Int8Summand<detail::Int8QuadVectors, Way>;
        if (inputs.size() == 2 && Summand::takes(summands[0]) && Summand::takes(summands[1]))
            return detail::int8_add_two<detail::Int8QuadVectors, Way, Subtracts>(inputs, summands, total, low,
                                                                                 count, y);
        return detail::int8_add_blocks<detail::Int8QuadVectors, Way, Subtracts>(inputs, summands, total, low,
                                                                                count, y);
    }
    for (std::size_t i = 0; i < count; ++i) {
        std::int32_t sum = 0;
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            const std::int32_t x = inputs[k][i] - summands[k].zero_point;
            const std::int32_t summand = core::multiply<Way>(x * (1 << int8_sum_bits), summands[k].factor());
            sum += Subtracts && k > 0 ? -summand : summand;
        }
        const std::int32_t value = core::multiply<Way>(sum, total.factor()) + total.zero_point;
        y[i] = static_cast<std::int8_t>(std::min(std::max(value, low), core::int8_max));
    }
}

/// y = the product of the inputs, each less its zero point, brought to the output's scale by `total`: of up
/// to three inputs it fits 32 bits. The output may be one of the inputs.
template <Rounding Way>
[[gnu::noinline]] inline void int8_multiply(std::span<const std::int8_t* const> inputs,
                                            const std::int8_t* zero_points, const Int8Rescale& total,
                                            std::int32_t low, std::size_t count, std::int8_t* y) noexcept {
    const core::OutputScale<Way> scale(total.factor());
    for (std::size_t i = 0; i < count; ++i) {
        std::int32_t product = 1;
        for (std::size_t k = 0; k < inputs.size(); ++k)
            product *= inputs[k][i] - zero_points[k];
        const std::int32_t value = scale(product) + total.zero_point;
        y[i] = static_cast<std::int8_t>(std::min(std::max(value, low), core::int8_max));
    }
}

/// Runs of `extent` elements brought to another scale, one every `pitch` elements of the output.
template <Rounding Way>
[[gnu::noinline]] inline void int8_rescale(const std::int8_t* x, std::size_t runs, std::size_t extent,
                                           const Int8Rescale& input, std::int32_t zero_point, std::int8_t* y,
                                           std::size_t pitch) noexcept {
    for (std::size_t run = 0; run < runs; ++run, x += extent, y += pitch)
        for (std::size_t i = 0; i < extent; ++i)
            y[i] = static_cast<std::int8_t>(
                std::clamp(core::multiply<Way>(x[i] - input.zero_point, input.factor()) + zero_point,
                           core::int8_min, core::int8_max));
}

} // namespace burin::kernels
