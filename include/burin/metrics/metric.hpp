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
/// A metric adds up what it sees, without allocating:
///
///     static constexpr std::string_view name;
///     void reset();
///     template <Shape Output, class Scalar, class Target>   // Target: Label, or as the outputs
///     void update(const Scalar* outputs, const Target* targets, std::size_t rows,
///                 const Scalar* weights = nullptr);          // one a row, null for ones
///     double result() const;
///     void merge(const M& other);                            // adds what another has seen
///
/// Weights and `merge` are those of Burin's own metrics; a metric of yours may do without. One that can't
/// judge all outputs may have `static constexpr Sentence reject(const Shape& output)`, which says why, as
/// losses do. `fit` and `evaluate` give no weights, unless a metric is `Weighted`. A row whose weight is 0
/// does not count, whatever is in it.
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

/// Whether `fit` and `evaluate` give a metric the samples' weights: a metric says so itself, as Weighted
/// does.
template <class M>
inline constexpr bool takes_weights = requires { requires bool(M::takes_weights); };

/// Whether a metric takes the targets of a loss that has neither one for each output nor a label for each
/// position, such as GaussianNLL and CTC: a metric that reads those says so itself, and others are refused.
template <class M>
inline constexpr bool takes_any_targets = requires { requires bool(M::takes_any_targets); };

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

/// A share of correct answers. Counts are sums of weights.
struct Share {
    double correct = 0;
    double count = 0;

    constexpr double value() const { return count == 0 ? 0.0 : correct / count; }
    constexpr void add(bool is_right, double weight = 1) {
        correct += is_right ? weight : 0.0;
        count += weight;
    }
    constexpr void merge(const Share& other) {
        correct += other.correct;
        count += other.count;
    }
    constexpr std::array<double, 2> state() const { return {correct, count}; }
    constexpr void restore(const std::array<double, 2>& state) {
        correct = state[0];
        count = state[1];
    }
};

/// A mean of numbers. The count is the sum of their weights.
struct Mean {
    double sum = 0;
    double count = 0;

    constexpr double value() const { return count == 0 ? 0.0 : sum / count; }
    constexpr void add(double number, double weight = 1) {
        sum += weight * number;
        count += weight;
    }
    constexpr void merge(const Mean& other) {
        sum += other.sum;
        count += other.count;
    }
    constexpr std::array<double, 2> state() const { return {sum, count}; }
    constexpr void restore(const std::array<double, 2>& state) {
        sum = state[0];
        count = state[1];
    }
};

/// Calls visit(position, weight) for each of the positions that `rows` rows have, and that count.
template <std::size_t Positions, class Scalar, class Visit>
constexpr void for_each_position(std::size_t rows, const Scalar* weights, Visit visit) noexcept {
    for (std::size_t row = 0; row < rows; ++row) {
        const double weight = weights == nullptr ? 1.0 : static_cast<double>(weights[row]);
        if (weight == 0)
            continue;
        for (std::size_t position = row * Positions; position < (row + 1) * Positions; ++position)
            visit(position, weight);
    }
}

/// The index of the largest of `count` values, the first of equals. As in PyTorch NaN counts as
/// the largest: so `values[argmax(values, count)]` is a number only if all are.
template <class Scalar>
constexpr std::size_t argmax(const Scalar* values, std::size_t count) noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i)
        if (!(values[i] <= values[best]) && values[best] == values[best])
            best = i;
    return best;
}

/// Whether the largest of `count` values is this one. If there is a NaN, none is.
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
