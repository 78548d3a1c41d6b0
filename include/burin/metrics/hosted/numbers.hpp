#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::metrics {

namespace detail {

template <class Range>
concept NumberRange =
    std::ranges::input_range<Range> && std::is_arithmetic_v<std::ranges::range_value_t<Range>>;

} // namespace detail

/// What the metrics of whole data sets take: numbers of any arithmetic type in a row (a vector, an array, a
/// span, or a list in braces), as doubles. Empty weights stand for ones.
class Numbers {
  public:
    Numbers() = default;
    Numbers(std::initializer_list<double> values) : values_(values) {}
    template <detail::NumberRange Range>
    Numbers(const Range& range) {
        if constexpr (std::ranges::sized_range<Range>)
            values_.reserve(std::ranges::size(range));
        for (const auto value : range)
            values_.push_back(static_cast<double>(value));
    }

    std::size_t size() const noexcept { return values_.size(); }
    bool empty() const noexcept { return values_.empty(); }
    double operator[](std::size_t index) const noexcept { return values_[index]; }
    std::span<const double> span() const noexcept { return values_; }
    const double* data() const noexcept { return values_.data(); }

  private:
    std::vector<double> values_;
};

namespace detail {

/// Throws Error unless all are finite.
inline void check_finite(const Numbers& numbers, std::string_view who, std::string_view what) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!std::isfinite(numbers[i]))
            throw Error(std::string(who) + ": " + std::string(what) + " " + std::to_string(i) +
                        ": expected a finite number, got " + std::to_string(numbers[i]));
}

/// Throws Error unless there are `count`, and any at all. `what` is the plural.
inline void check_count(std::size_t found, std::size_t expected, std::string_view who,
                        std::string_view what) {
    if (expected == 0)
        throw Error(std::string(who) + ": expected at least one sample, got none");
    if (found != expected)
        throw Error(std::string(who) + ": expected " + std::to_string(expected) + " " + std::string(what) +
                    ", got " + std::to_string(found));
}

/// The same of scores of yes; who has those of several classes has forgotten to say so.
inline void check_scores_of_yes(std::size_t found, std::size_t expected, std::string_view who,
                                std::string_view what) {
    if (expected != 0 && found > expected && found % expected == 0)
        throw Error(std::string(who) + ": expected " + std::to_string(expected) + " " + std::string(what) +
                    ", got " + std::to_string(found) + "; if these are of " +
                    std::to_string(found / expected) + " classes, say how many: `" + std::string(who) +
                    "(labels, " + std::string(what) + ", " + std::to_string(found / expected) + ", …)`");
    check_count(found, expected, who, what);
}

/// Throws Error unless there are none, or one for each of `count` samples, finite and not negative, and not
/// all of them 0.
inline void check_weights(const Numbers& weights, std::size_t count, std::string_view who) {
    if (weights.empty())
        return;
    check_count(weights.size(), count, who, "weights");
    check_finite(weights, who, "weight");
    double sum = 0;
    for (const double weight : weights.span()) {
        if (weight < 0)
            throw Error(std::string(who) + ": expected weights that are not negative, got " +
                        std::to_string(weight));
        sum += weight;
    }
    if (sum == 0)
        throw Error(std::string(who) + ": expected a weight above 0, got none");
}

inline double weight_at(const Numbers& weights, std::size_t index) noexcept {
    return weights.empty() ? 1.0 : weights[index];
}

} // namespace detail

/// Classes in a row, given as integers or as whole numbers, counted from 0; `no_label` stands for none.
/// Throws Error if one is no class.
class Labels {
  public:
    Labels() = default;
    Labels(std::initializer_list<Label> labels) : labels_(labels) {}
    template <detail::NumberRange Range>
    Labels(const Range& range) {
        if constexpr (std::ranges::sized_range<Range>)
            labels_.reserve(std::ranges::size(range));
        for (const auto value : range) {
            const auto number = static_cast<double>(value);
            if (!(number >= 0 && number <= static_cast<double>(no_label) && number == std::floor(number)))
                throw Error("labels: label " + std::to_string(labels_.size()) +
                            ": expected a class, counted from 0, got " + std::to_string(number));
            labels_.push_back(static_cast<Label>(number));
        }
    }

    std::size_t size() const noexcept { return labels_.size(); }
    bool empty() const noexcept { return labels_.empty(); }
    Label operator[](std::size_t index) const noexcept { return labels_[index]; }
    std::span<const Label> span() const noexcept { return labels_; }
    const Label* data() const noexcept { return labels_.data(); }

  private:
    std::vector<Label> labels_;
};

} // namespace burin::metrics
