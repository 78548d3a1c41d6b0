#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/search/settings.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace burin::search {

/// Any number from `low` to `high`, all alike. A grid has `points` of them, evenly spaced.
struct Uniform {
    std::string name;
    double low, high;
    std::size_t points = 3;
};

/// The same where factors count: each power of ten alike. Above 0.
struct LogUniform {
    std::string name;
    double low, high;
    std::size_t points = 3;
};

/// The whole numbers low, low + step, … up to `high`.
struct Integer {
    std::string name;
    std::int64_t low, high;
    std::int64_t step = 1;
};

/// One of some numbers or words.
struct Choice {
    std::string name;
    std::vector<Value> values;
};

using Dimension = std::variant<Uniform, LogUniform, Integer, Choice>;

namespace detail {

/// `part` of the way from low to high.
inline double between(const Uniform& range, double part) {
    return std::min(range.low + part * (range.high - range.low), range.high);
}
inline double between(const LogUniform& range, double part) {
    return std::clamp(std::pow(range.low, 1 - part) * std::pow(range.high, part), range.low, range.high);
}

template <class Range>
inline constexpr bool is_continuous = std::is_same_v<Range, Uniform> || std::is_same_v<Range, LogUniform>;

/// How many values there are, or points of a grid.
template <class Range>
std::size_t count_of(const Range& range) {
    if constexpr (is_continuous<Range>)
        return range.points;
    else if constexpr (std::is_same_v<Range, Integer>)
        return static_cast<std::size_t>((range.high - range.low) / range.step) + 1;
    else
        return range.values.size();
}

template <class Range>
Value value_at(const Range& range, std::size_t index) {
    if constexpr (is_continuous<Range>)
        return between(range, range.points == 1
                                  ? 0.5
                                  : static_cast<double>(index) / static_cast<double>(range.points - 1));
    else if constexpr (std::is_same_v<Range, Integer>)
        return range.low + static_cast<std::int64_t>(index) * range.step;
    else
        return range.values[index];
}

inline std::string problem_of(const Uniform& range) {
    if (!(std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high &&
          range.points > 0))
        return "expected finite bounds, the lower first, and a point or more";
    return std::isfinite(range.high - range.low) ? "" : "expected bounds a finite distance apart";
}
inline std::string problem_of(const LogUniform& range) {
    return range.low > 0 && std::isfinite(range.high) && range.low < range.high && range.points > 0
               ? ""
               : "expected finite bounds above 0, the lower first, and a point or more";
}
inline std::string problem_of(const Integer& range) {
    constexpr std::int64_t most = std::int64_t{1} << 31;
    return -most <= range.low && range.low <= range.high && range.high <= most && range.step > 0
               ? ""
               : "expected bounds within ±2^31, the lower first, and a step of 1 or more";
}
inline std::string problem_of(const Choice& choice) {
    for (const Value& value : choice.values)
        if (value.is_number() && !std::isfinite(*value.number()))
            return "expected finite numbers to choose from";
    return choice.values.empty() ? "expected values to choose from" : "";
}

} // namespace detail

/// The settings that there are, each with a name and what it can be.
///
///     const search::Space space{search::LogUniform{"learning_rate", 1e-4, 1e-1},
///                               search::Uniform{"smoothing", 0, 0.2},
///                               search::Integer{"warm_up", 0, 500, 100},
///                               search::Choice{"shuffle", {"yes", "no"}}};
///
/// Throws Error for a range that is none, and for two of one name.
class Space {
  public:
    Space(std::initializer_list<Dimension> dimensions) : Space(std::vector<Dimension>(dimensions)) {}
    explicit Space(std::vector<Dimension> dimensions) : dimensions_(std::move(dimensions)) {
        for (std::size_t i = 0; i < size(); ++i) {
            for (std::size_t before = 0; before < i; ++before)
                if (name(before) == name(i))
                    throw Error("Space: expected a name for each setting, got " +
                                burin::core::quoted(name(i)) + " twice");
            const std::string problem =
                std::visit([](const auto& range) { return detail::problem_of(range); }, dimensions_[i]);
            if (!problem.empty())
                throw Error("Space: " + name(i) + ": " + problem + ", got others");
        }
    }

    std::size_t size() const noexcept { return dimensions_.size(); }
    const std::vector<Dimension>& dimensions() const noexcept { return dimensions_; }
    const std::string& name(std::size_t index) const {
        return std::visit([](const auto& range) -> const std::string& { return range.name; },
                          dimensions_[index]);
    }

    /// Settings that depend on the seed and the number of the trial alone.
    Settings random(std::uint64_t seed, std::size_t trial) const {
        const RandomStream stream{seed, Purpose::searching, 0};
        return make([&](const auto& range, std::size_t index) -> Value {
            const std::uint64_t position = std::uint64_t{trial} * size() + index;
            if constexpr (detail::is_continuous<std::remove_cvref_t<decltype(range)>>) {
                return detail::between(range, stream.uniform(position));
            } else {
                const std::uint64_t count = detail::count_of(range);
                if (count <= std::numeric_limits<std::uint32_t>::max())
                    return detail::value_at(range, stream.below(static_cast<std::uint32_t>(count), position));
                // The same product with a fraction of 64 bits, count being 2^32 or one more.
                const RandomStream second{seed, Purpose::searching, 1};
                const std::uint64_t high = stream.word(position) * count,
                                    low = (second.word(position) * count) >> 32;
                const std::uint64_t carry = ((high & 0xFFFFFFFF) + low) >> 32;
                return detail::value_at(range, static_cast<std::size_t>((high >> 32) + carry));
            }
        });
    }

    /// Points of the grid, less than 2^32; and one of them, of which the last setting changes fastest.
    std::size_t grid_size() const {
        std::size_t points = 1;
        for (const Dimension& dimension : dimensions_) {
            const std::size_t count =
                std::visit([](const auto& range) { return detail::count_of(range); }, dimension);
            if (count > std::numeric_limits<std::uint32_t>::max() / points)
                throw Error("Space: expected a grid of at most 2^32 points, got more");
            points *= count;
        }
        return points;
    }
    Settings grid_point(std::size_t point) const {
        std::size_t below = grid_size();
        return make([&](const auto& range, std::size_t) {
            const std::size_t count = detail::count_of(range);
            below /= count;
            return detail::value_at(range, point / below % count);
        });
    }

  private:
    template <class Draw>
    Settings make(Draw draw) const {
        std::vector<Settings::Named> values;
        for (std::size_t i = 0; i < size(); ++i)
            values.push_back({name(i), std::visit([&](const auto& range) { return Value(draw(range, i)); },
                                                  dimensions_[i])});
        return Settings(std::move(values));
    }

    std::vector<Dimension> dimensions_;
};

} // namespace burin::search
