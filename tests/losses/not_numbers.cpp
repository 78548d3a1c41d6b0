#include "burin/losses/activity.hpp"
#include "burin/losses/binary_crossentropy.hpp"
#include "burin/losses/categorical_crossentropy.hpp"
#include "burin/losses/gaussian_kl.hpp"
#include "burin/losses/hinge.hpp"
#include "burin/losses/huber.hpp"
#include "burin/losses/kl_divergence.hpp"
#include "burin/losses/mean_absolute_error.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/multi_class_hinge.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace {

/// Whether each element of an output has a loss of its own.
template <class Loss>
constexpr Spoils spoils_of =
    std::is_same_v<losses::TargetOf<Loss, float>, Label> || losses::link_of<Loss> == Link::softmax
        ? Spoils::sample
        : Spoils::element;

template <class Scalar, Shape Output>
void for_all_losses(const auto& check) {
    for (const auto reduction : {Reduction::mean, Reduction::sum}) {
        check.template operator()<Scalar, Output>(MeanSquaredError{reduction});
        check.template operator()<Scalar, Output>(MeanAbsoluteError{reduction});
        check.template operator()<Scalar, Output>(Huber{.reduction = reduction});
        check.template operator()<Scalar, Output>(BinaryCrossentropy{.reduction = reduction});
        check.template operator()<Scalar, Output>(Hinge{reduction});
        check.template operator()<Scalar, Output>(ActivityL1{reduction});
        check.template operator()<Scalar, Output>(ActivityL2{reduction});
        if constexpr (Output.size() % 2 == 0)
            check.template operator()<Scalar, Output>(GaussianKL{reduction});
        if constexpr (Output.last() > 1) {
            check.template operator()<Scalar, Output>(SparseCategoricalCrossentropy{.reduction = reduction});
            check.template operator()<Scalar, Output>(
                SparseCategoricalCrossentropy{.label_smoothing = 0.1, .reduction = reduction});
            check.template operator()<Scalar, Output>(CategoricalCrossentropy{.reduction = reduction});
            check.template operator()<Scalar, Output>(
                CategoricalCrossentropy{.label_smoothing = 0.1, .reduction = reduction});
            check.template operator()<Scalar, Output>(KLDivergence{reduction});
            check.template operator()<Scalar, Output>(MultiClassHinge{.reduction = reduction});
        }
    }
}

// One output, rows side by side in vectors, and rows too long for that.
template <class Scalar>
void for_all_shapes(const auto& check) {
    for_all_losses<Scalar, Shape(1)>(check);
    for_all_losses<Scalar, Shape(4)>(check);
    for_all_losses<Scalar, Shape(19)>(check);
    for_all_losses<Scalar, Shape(150)>(check);
}

} // namespace

TEST_CASE_TEMPLATE("losses: an output, target or weight that is no number makes loss and gradient none",
                   Scalar, float, double) {
    for_all_shapes<Scalar>([]<class S, Shape Output, class Loss>(const Loss& loss) {
        check_not_a_number<S, Output>(loss, spoils_of<Loss>);
    });
}

TEST_CASE_TEMPLATE("losses: a sample of weight 0 does not count, not even if it is no number", Scalar, float,
                   double) {
    for_all_shapes<Scalar>(
        []<class S, Shape Output>(const auto& loss) { check_weightless<S, Output>(loss); });
}

namespace {

/// Positions that do not count by their label, with and without sample weights, among those that do: every
/// third, whole blocks of them, and all.
template <class Scalar, std::size_t Classes>
void check_uncounted_labels(SparseCategoricalCrossentropy loss, Label uncounted) {
    const auto is_uncounted = [](int pattern, std::size_t row) {
        return pattern == 0 ? row % 3 == 1 : pattern == 1 ? row >= 5 : true;
    };
    for (const int pattern : {0, 1, 2})
        for (const bool weighted : {false, true}) {
            LossCase<Scalar, Shape(Classes), SparseCategoricalCrossentropy> with(loss);
            constexpr std::size_t rows = with.rows;
            for (std::size_t row = 0; row < rows; ++row)
                with.labels[row] = is_uncounted(pattern, row) ? uncounted : static_cast<Label>(row % 3);
            auto without = with;
            for (std::size_t row = 0; row < rows; ++row)
                if (is_uncounted(pattern, row)) {
                    with.outputs_of(row)[row % Classes] = not_a_number<Scalar>;
                    // Whatever the sample's weight is, too.
                    with.weights[row] = std::numeric_limits<Scalar>::infinity();
                }
            with.run(weighted);
            without.run(weighted);
            INFO(Classes << " classes, pattern " << pattern << ", weighted: " << weighted);
            CHECK(std::isfinite(with.value));
            CHECK(with.value == without.value);
            CHECK(with.gradient == without.gradient);
            for (std::size_t row = 0; row < rows; ++row)
                if (is_uncounted(pattern, row))
                    for (std::size_t c = 0; c < Classes; ++c)
                        CHECK(with.gradient[row * Classes + c] == 0);
        }
}

} // namespace

TEST_CASE_TEMPLATE(
    "SparseCategoricalCrossentropy: ignored labels and classes of weight 0 do not count, not even "
    "if their logits are no numbers",
    Scalar, float, double) {
    const auto check = []<std::size_t Classes>() {
        std::vector<double> class_weights(Classes, 1.5);
        class_weights[3] = 0;
        for (const double smoothing : {0.0, 0.1}) {
            check_uncounted_labels<Scalar, Classes>({.label_smoothing = smoothing, .ignore_index = 1000},
                                                    1000);
            check_uncounted_labels<Scalar, Classes>(
                {.label_smoothing = smoothing, .class_weights = class_weights, .ignore_index = 2}, 2);
        }
        check_uncounted_labels<Scalar, Classes>({.class_weights = class_weights}, 3);
    };
    check.template operator()<4>();
    check.template operator()<19>();
    check.template operator()<150>();
}

TEST_CASE(
    "CategoricalCrossentropy: the share of a class of weight 0 does not count, not even if it is no number") {
    const std::vector<double> class_weights{1, 0, 2, 1};
    for (const double smoothing : {0.0, 0.1}) {
        const CategoricalCrossentropy loss{.label_smoothing = smoothing, .class_weights = class_weights};
        LossCase<float, Shape(4), CategoricalCrossentropy> with(loss), without(loss);
        with.numbers[with.marked * 4 + 1] = not_a_number<float>;
        with.run(false);
        without.run(false);
        CHECK(with.value == without.value);
        CHECK(with.gradient == without.gradient);
    }
}

namespace {

constexpr std::size_t many = (std::size_t(1) << 18) + 7;

/// Of many samples the loss in float is that of the same numbers in double, to six or seven digits.
template <Shape Output, class Loss>
void check_many(const Loss& loss, bool constant) {
    constexpr std::size_t targets_of_one = losses::target_size<Loss>(Output);
    using Target = losses::TargetOf<Loss, float>;
    const std::size_t samples = many / Output.size();
    auto outputs = random_numbers<float>(samples * Output.size(), 1, 0, 1);
    if (constant)
        std::fill(outputs.begin(), outputs.end(), 0.1f);
    std::vector<Target> targets(samples * targets_of_one);
    for (std::size_t i = 0; i < targets.size(); ++i)
        if constexpr (std::is_same_v<Target, Label>)
            targets[i] = constant ? 0 : static_cast<Label>(i % Output.last());
        else
            targets[i] = constant ? 0.7f : static_cast<float>(i % 7) / 7;
    const auto weights = random_numbers<float>(samples, 3, 0.1, 0.3);
    const std::vector<double> exact_outputs(outputs.begin(), outputs.end()),
        exact_weights(weights.begin(), weights.end());
    const std::vector<losses::TargetOf<Loss, double>> exact_targets(targets.begin(), targets.end());
    for (const bool weighted : {false, true}) {
        const auto found =
            value<Output>(loss, outputs.data(), targets.data(), weighted ? weights.data() : nullptr, samples);
        const auto exact = value<Output>(loss, exact_outputs.data(), exact_targets.data(),
                                         weighted ? exact_weights.data() : nullptr, samples);
        INFO("outputs of " << Output.size() << ", constant: " << constant << ", weighted: " << weighted
                           << ": expected " << exact.total << " and " << exact.weight << ", got "
                           << found.total << " and " << found.weight);
        CHECK(std::abs(static_cast<double>(found.total) / exact.total - 1) < 2e-6);
        CHECK(std::abs(static_cast<double>(found.weight) / exact.weight - 1) < 2e-6);
    }
}

} // namespace

TEST_CASE("losses: of 2^18 samples or elements they keep six or seven digits") {
    const auto check = []<Shape Output>(const auto& loss) {
        for (const bool constant : {false, true})
            check_many<Output>(loss, constant);
    };
    check.operator()<Shape(1)>(MeanSquaredError{});
    check.operator()<Shape(1)>(MeanAbsoluteError{});
    check.operator()<Shape(1)>(Huber{});
    check.operator()<Shape(1)>(BinaryCrossentropy{});
    check.operator()<Shape(1)>(Hinge{});
    check.operator()<Shape(1)>(ActivityL1{});
    check.operator()<Shape(2)>(GaussianKL{});
    check.operator()<Shape(2)>(SparseCategoricalCrossentropy{});
    check.operator()<Shape(2)>(CategoricalCrossentropy{});
    check.operator()<Shape(2)>(MultiClassHinge{});
    // One sample of that many elements, and rows that are too long to stand side by side.
    check.operator()<Shape(1 << 18)>(MeanAbsoluteError{});
    check.operator()<Shape(1 << 18)>(ActivityL2{});
    check.operator()<Shape(256)>(SparseCategoricalCrossentropy{.label_smoothing = 0.1});
    check.operator()<Shape(1 << 14, 16)>(CategoricalCrossentropy{});
}
