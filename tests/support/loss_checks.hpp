#pragma once

#include "burin/losses/loss.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <type_traits>
#include <vector>

// What is checked is in functions of no loss, so that it is compiled once.

/// A loss with its gradient and alone against a reference.
inline void check_values(double found, double alone, double expected, double tolerance, bool same) {
    CHECK(found == doctest::Approx(alone).epsilon(tolerance));
    if (same)
        CHECK(found == alone);
    INFO("expected " << expected << ", got " << found);
    CHECK(std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected)));
}

/// Value and gradient in Scalar against those of a reference, with the gradient written over the outputs.
/// `weights` may be null.
template <burin::Shape Output, class Scalar, class Loss, class Outputs, class Targets>
void check_loss_in(const Loss& loss, const Outputs& outputs, const Targets& targets, const double* weights,
                   double value, const double* gradient, double tolerance) {
    using namespace burin;
    using Target = losses::TargetOf<Loss, Scalar>;
    std::vector<Scalar> y(std::begin(outputs), std::end(outputs));
    const std::vector<double> expected(gradient, gradient + y.size());
    const std::size_t rows = y.size() / Output.size();
    std::vector<Target> t;
    for (const auto target : targets)
        t.push_back(static_cast<Target>(target));
    REQUIRE(t.size() >= rows * losses::target_size<Loss>(Output));
    std::vector<Scalar> w;
    for (std::size_t i = 0; weights != nullptr && i < rows; ++i)
        w.push_back(static_cast<Scalar>(weights[i]));
    const Scalar* const row_weights = weights == nullptr ? nullptr : w.data();

    const auto alone = losses::value<Output>(loss, y.data(), t.data(), row_weights, rows);
    const auto both =
        losses::value_and_gradient<Output>(loss, y.data(), t.data(), row_weights, y.data(), rows);
    check_values(static_cast<double>(reduce(loss, both)), static_cast<double>(reduce(loss, alone)), value,
                 tolerance, losses::target_size<Loss>(Output) == 0);
    check_close(y, expected, tolerance);
}

/// The same in double and in float.
template <burin::Shape Output, std::size_t Count, class Loss, class Outputs, class Targets>
void check_loss(const Loss& loss, const Outputs& outputs, const Targets& targets, const double (&value)[1],
                const double (&gradient)[Count], const double* weights = nullptr,
                double float_tolerance = 3e-6) {
    REQUIRE(std::size(outputs) == Count);
    check_loss_in<Output, double>(loss, outputs, targets, weights, value[0], gradient, 1e-13);
    check_loss_in<Output, float>(loss, outputs, targets, weights, value[0], gradient, float_tolerance);
}

inline void check_in_place(double found, double value, const std::vector<double>& in_place,
                           const std::vector<double>& gradient) {
    CHECK(found == doctest::Approx(value));
    CHECK(in_place == gradient);
}

/// The gradient against central differences for this output shape and number of rows, with and without
/// weights; the same over the outputs.
template <burin::Shape Output, class Loss, class Target>
void check_loss_gradient(const Loss& loss, const std::vector<Target>& targets, std::size_t rows,
                         double low = -3, double high = 3) {
    using namespace burin;
    std::vector<double> outputs = random_numbers(rows * Output.size(), 5, low, high),
                        gradient(outputs.size());
    const std::vector<double> weights = random_numbers(rows, 6, 0.1, 2);
    for (const double* w : {static_cast<const double*>(nullptr), weights.data()}) {
        const auto value = [&] {
            return reduce(loss, losses::value<Output>(loss, outputs.data(), targets.data(), w, rows));
        };
        losses::value_and_gradient<Output>(loss, outputs.data(), targets.data(), w, gradient.data(), rows);
        check_gradient(value, outputs, gradient);
        auto in_place = outputs;
        const auto found = losses::value_and_gradient<Output>(loss, in_place.data(), targets.data(), w,
                                                              in_place.data(), rows);
        check_in_place(reduce(loss, found), value(), in_place, gradient);
    }
}

/// `rows` samples of an output, and what some loss says of them.
template <class Scalar>
struct AnyLossCase {
    static constexpr std::size_t rows = 37, marked = 19; ///< The marked row is made odd.

    std::size_t size, targets_of_one, classes;
    bool has_labels;
    std::vector<Scalar> outputs, numbers, weights, gradient; ///< Targets are numbers or labels.
    std::vector<burin::Label> labels;
    Scalar value = 0;

    AnyLossCase(burin::Shape output, std::size_t targets, bool labelled)
        : size(output.size()), targets_of_one(targets), classes(output.last()), has_labels(labelled) {
        reset();
    }

    void reset() {
        outputs = random_numbers<Scalar>(rows * size, 1, -2, 2);
        weights = random_numbers<Scalar>(rows, 2, 0.5, 2);
        gradient.assign(rows * size, 0);
        if (has_labels) {
            labels.resize(rows * targets_of_one);
            for (std::size_t i = 0; i < labels.size(); ++i)
                labels[i] = static_cast<burin::Label>(i % classes);
        } else
            numbers = random_numbers<Scalar>(rows * targets_of_one, 3, 0, 1);
    }

    void run(bool weighted) {
        const Scalar alone = compute(weighted ? weights.data() : nullptr);
        CHECK((std::isnan(alone) ? std::isnan(value)
                                 : std::abs(alone - value) <= Scalar(1e-5) * std::abs(alone)));
    }

    bool has_numbers() const { return !numbers.empty(); }
    Scalar* outputs_of(std::size_t row) { return outputs.data() + row * size; }
    bool is_number(std::size_t row, std::size_t element) const {
        return std::isfinite(gradient[row * size + element]);
    }

  private:
    /// Sets value and gradient; returns the value that is found alone.
    virtual Scalar compute(const Scalar* row_weights) = 0;
};

template <class Scalar, burin::Shape Output, class Loss>
struct LossCase final : AnyLossCase<Scalar> {
    using Target = burin::losses::TargetOf<Loss, Scalar>;
    static constexpr bool labelled = std::is_same_v<Target, burin::Label>;

    Loss loss;

    explicit LossCase(const Loss& given)
        : AnyLossCase<Scalar>(Output, burin::losses::target_size<Loss>(Output), labelled), loss(given) {}

  private:
    Scalar compute(const Scalar* w) override {
        using namespace burin;
        const Target* targets;
        if constexpr (labelled)
            targets = this->labels.data();
        else
            targets = this->numbers.data();
        const Scalar* const y = this->outputs.data();
        this->value = reduce(
            loss, losses::value_and_gradient<Output>(loss, y, targets, w, this->gradient.data(), this->rows));
        return reduce(loss, losses::value<Output>(loss, y, targets, w, this->rows));
    }
};

/// What a number that is none spoils.
enum class Spoils { element, sample, batch };

template <class Scalar>
constexpr Scalar not_a_number = std::numeric_limits<Scalar>::quiet_NaN();

/// An output, a target or a weight that is no number makes the loss and the gradient that it takes part in
/// none, and leaves others alone.
template <class Scalar>
void check_not_a_number_in(AnyLossCase<Scalar>& one, Spoils spoils) {
    const std::size_t size = one.size, marked = one.marked;
    for (const bool weighted : {false, true})
        for (const std::size_t element : {std::size_t(0), size / 2, size - 1}) {
            INFO("element " << element << " of " << size << ", weighted: " << weighted);
            one.reset();
            const auto check = [&](std::size_t at) {
                one.run(weighted);
                CHECK(std::isnan(one.value));
                CHECK_FALSE(one.is_number(marked, at));
                if (spoils == Spoils::element)
                    for (std::size_t other = 0; other < size; ++other)
                        CHECK(one.is_number(marked, other) == (other != at));
                if (spoils != Spoils::batch)
                    for (std::size_t row = 0; row < one.rows; ++row)
                        if (row != marked)
                            CHECK(one.is_number(row, at));
            };
            one.outputs_of(marked)[element] = not_a_number<Scalar>;
            check(element);
            one.reset();
            if (one.has_numbers()) {
                // The targets of a sample may be fewer than its outputs.
                const std::size_t target = element * one.targets_of_one / size;
                one.numbers[marked * one.targets_of_one + target] = not_a_number<Scalar>;
                check(element);
                one.reset();
            }
            one.weights[marked] = not_a_number<Scalar>;
            one.run(true);
            CHECK(std::isnan(one.value));
            CHECK_FALSE(one.is_number(marked, element));
        }
}
template <class Scalar, burin::Shape Output, class Loss>
void check_not_a_number(const Loss& loss, Spoils spoils) {
    LossCase<Scalar, Output, Loss> one(loss);
    check_not_a_number_in<Scalar>(one, spoils);
}

/// The marked row holds what is no number; whatever makes its weight 0, all is as without it.
template <class Scalar>
void check_weightless_in(AnyLossCase<Scalar>& with, AnyLossCase<Scalar>& without) {
    const std::size_t marked = with.marked;
    for (const Scalar odd : {not_a_number<Scalar>, std::numeric_limits<Scalar>::infinity(),
                             -std::numeric_limits<Scalar>::infinity()}) {
        with.reset();
        without.reset();
        with.weights[marked] = without.weights[marked] = 0;
        std::fill_n(with.outputs_of(marked), with.size, odd);
        if (with.has_numbers())
            std::fill_n(with.numbers.data() + marked * with.targets_of_one, with.targets_of_one, odd);
        with.run(true);
        without.run(true);
        CHECK(std::isfinite(with.value));
        CHECK(with.value == without.value);
        CHECK(with.gradient == without.gradient);
        for (std::size_t element = 0; element < with.size; ++element)
            CHECK(with.gradient[marked * with.size + element] == 0);
    }
}
template <class Scalar, burin::Shape Output, class Loss>
void check_weightless(const Loss& loss) {
    LossCase<Scalar, Output, Loss> with(loss), without(loss);
    check_weightless_in<Scalar>(with, without);
}
