#pragma once

#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace burin::metrics {

/// Classes are the last axis of an output; the other axes are positions, each judged by itself.
///
/// A metric adds up what it sees:
///
///     static constexpr std::string_view name;
///     void reset();
///     template <Shape Output, class Scalar, class Target>
///     void update(const Scalar* outputs, const Target* targets, std::size_t rows);   // Target: Label, or as
///     outputs double result() const;

///
/// What it added up so far goes into a checkpoint in the middle of an epoch, and is put back, by
///
///     std::array<double, N> state() const;
///     void restore(const std::array<double, N>& state);
///
/// A metric without them tells, after going on in the middle of an epoch, of what came after that.

template <class T>
concept Metric = requires(T metric) {
    { T::name } -> std::convertible_to<std::string_view>;
    metric.reset();
    { static_cast<const T&>(metric).result() } -> std::convertible_to<double>;
};

/// What the outputs that a metric sees are, beyond their shape. `fit` and `evaluate` set what they
/// know, by the loss and the network's last layers, in a metric's member `scores` if it has one.
struct Scores {
    bool each_by_itself = false;    ///< Each output is a yes or no; else the last axis is one choice.
    bool are_probabilities = false; ///< Else logits, or scores of either sign.
};

/// A count that a file has as a number; 0 if it is none.
constexpr std::uint64_t to_count(double number) noexcept {
    return number >= 0 && number <= 0x1p53 ? static_cast<std::uint64_t>(number) : 0;
}

/// A share of correct answers.
struct Share {
    std::uint64_t correct = 0;
    std::uint64_t count = 0;

    constexpr double value() const {
        return count == 0 ? 0.0 : static_cast<double>(correct) / static_cast<double>(count);
    }
    constexpr std::array<double, 2> state() const {
        return {static_cast<double>(correct), static_cast<double>(count)};
    }
    constexpr void restore(const std::array<double, 2>& state) {
        correct = to_count(state[0]);
        count = to_count(state[1]);
    }
};

/// A mean of numbers.
struct Mean {
    double sum = 0;
    std::uint64_t count = 0;

    constexpr double value() const { return count == 0 ? 0.0 : sum / static_cast<double>(count); }
    constexpr std::array<double, 2> state() const { return {sum, static_cast<double>(count)}; }
    constexpr void restore(const std::array<double, 2>& state) {
        sum = state[0];
        count = to_count(state[1]);
    }
};

/// The index of the largest of `count` values, the first of equals. As in PyTorch what is no number counts as
/// the largest: so `values[argmax(values, count)]` is a number only if all are.
template <class Scalar>
constexpr std::size_t argmax(const Scalar* values, std::size_t count) noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i)
        if (!(values[i] <= values[best]) && values[best] == values[best])
            best = i;
    return best;
}

/// Whether the largest of `count` values is this one. If there is one that is no number, none is.
template <class Scalar>
constexpr bool has_answer(const Scalar* values, std::size_t count, std::size_t answer) noexcept {
    const std::size_t best = argmax(values, count);
    return best == answer && values[best] == values[best];
}

/// The class that a target stands for: the label, or the largest of a distribution.
template <std::size_t Classes, class Target>
constexpr std::size_t target_class(const Target* targets, std::size_t index) noexcept {
    if constexpr (std::is_same_v<Target, Label>)
        return targets[index];
    else
        return argmax(targets + index * Classes, Classes);
}

} // namespace burin::metrics
