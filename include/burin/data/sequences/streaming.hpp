#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

// What a device keeps of a series while it comes in, step by step. No heap; a zeroed struct is a fresh one.

namespace burin::data::sequences {

/// The last Length steps of a series of so many channels.
///
///     sequences::RollingWindow<24, 2> window;
///     window.push(measured);                                   // 2 numbers
///     if (window.is_full())
///         window.copy(sample), answer = predictor(parameters, sample);   // [24, 2], the oldest first
template <std::size_t Length, std::size_t Channels = 1, std::floating_point Scalar = float>
struct RollingWindow {
    static_assert(Length > 0 && Channels > 0, "a window has at least one step and one channel");
    static constexpr std::size_t size = Length * Channels;

    std::array<Scalar, size> values{};
    std::uint32_t next = 0; ///< The step that is overwritten next, the oldest.
    std::uint32_t count = 0;

    constexpr void push(std::span<const Scalar, Channels> step) noexcept {
        std::copy(step.begin(), step.end(), values.begin() + static_cast<std::ptrdiff_t>(next * Channels));
        next = next + 1 == Length ? 0 : next + 1;
        count += count < Length;
    }
    constexpr void push(Scalar value) noexcept
        requires(Channels == 1)
    {
        push(std::span<const Scalar, 1>(&value, 1));
    }

    constexpr bool is_full() const noexcept { return count == Length; }

    /// The window as a sample, the oldest step first. Steps that have not come yet are 0.
    constexpr void copy(std::span<Scalar, size> out) const noexcept {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(next * Channels);
        std::copy(values.begin(), begin, std::copy(begin, values.end(), out.begin()));
    }

    /// What came so many steps ago, 0 for the last one, below Length. NaN where nothing has come yet: a lag.
    constexpr Scalar ago(std::size_t steps, std::size_t channel = 0) const noexcept {
        if (steps >= count)
            return std::numeric_limits<Scalar>::quiet_NaN();
        const std::size_t place = (std::size_t{next} + Length - 1 - steps) % Length;
        return values[place * Channels + channel];
    }
};

/// The difference of each value from that a season before, Order times over, step by step; and back.
///
///     sequences::Difference<1, 24> daily;               // of hours
///     const float change = daily.push(temperature);     // NaN for the first 24
///     const float forecast = daily.undo(answer);        // the temperature that this change leads to
///
/// `undo` takes a difference for the next value and goes on from what it finds, so that several steps ahead
/// can be undone; on a copy, where the true values are still to come.
template <std::size_t Order = 1, std::size_t Season = 1, std::floating_point Scalar = float>
struct Difference {
    static_assert(Order > 0 && Season > 0, "a difference has an order and a season of at least 1");

    std::array<Scalar, Order * Season> before{}; ///< Of each order the last season.
    std::uint32_t place = 0;
    std::uint32_t count = 0;

    constexpr Scalar push(Scalar value) noexcept {
        for (std::size_t order = 0; order < Order; ++order) {
            Scalar& old = before[order * Season + place];
            const Scalar earlier = old;
            old = value;
            if (count < (order + 1) * Season) { // There is nothing a season before.
                step();
                return std::numeric_limits<Scalar>::quiet_NaN();
            }
            value -= earlier;
        }
        step();
        return value;
    }

    /// NaN before there is a difference.
    constexpr Scalar undo(Scalar difference) noexcept {
        if (count < Order * Season)
            return std::numeric_limits<Scalar>::quiet_NaN();
        for (std::size_t order = Order; order-- > 0;) {
            Scalar& old = before[order * Season + place];
            difference += old;
            old = difference;
        }
        step();
        return difference;
    }

  private:
    constexpr void step() noexcept {
        place = place + 1 == Season ? 0 : place + 1;
        count += count < Order * Season;
    }
};

} // namespace burin::data::sequences
