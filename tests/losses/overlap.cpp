#include "reference/more_losses.hpp"

#include "burin/losses/dice.hpp"
#include "burin/losses/jaccard.hpp"
#include "burin/losses/tversky.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace r = reference::more_losses;

namespace {

constexpr auto sum = Reduction::sum;

} // namespace

TEST_CASE(
    "Losses of masks agree with MONAI's formulas in PyTorch: a mask for each of the last axis, or one") {
    check_loss<Shape(4, 3)>(BinaryDice{.smooth = 1}, r::z, r::b, r::binary_dice_value,
                            r::binary_dice_gradient);
    check_loss<Shape(12)>(BinaryDice{.reduction = sum}, r::z, r::b, r::binary_dice_one_value,
                          r::binary_dice_one_gradient);
    check_loss<Shape(4, 3)>(BinaryDice{.smooth = 1}, r::z, r::b, r::binary_dice_weighted_value,
                            r::binary_dice_weighted_gradient, r::sample_weights);
    check_loss<Shape(2, 2, 3)>(BinaryJaccard{.smooth = 1}, r::z, r::b, r::binary_jaccard_value,
                               r::binary_jaccard_gradient);
    check_loss<Shape(4, 3)>(BinaryTversky{.alpha = 0.3, .beta = 0.7, .reduction = sum}, r::z, r::b,
                            r::binary_tversky_value, r::binary_tversky_gradient);
}

TEST_CASE("Losses of classes agree with MONAI's formulas in PyTorch, with labels that are ignored") {
    check_loss<Shape(4, 3)>(SparseCategoricalDice{.smooth = 1}, r::z, r::labels, r::sparse_dice_value,
                            r::sparse_dice_gradient);
    check_loss<Shape(4, 3)>(SparseCategoricalDice{.smooth = 1, .ignore_index = 1}, r::z, r::labels,
                            r::sparse_dice_ignore_value, r::sparse_dice_ignore_gradient, r::sample_weights);
    check_loss<Shape(2, 2, 3)>(SparseCategoricalJaccard{.reduction = sum}, r::z, r::labels,
                               r::sparse_jaccard_value, r::sparse_jaccard_gradient);
    check_loss<Shape(4, 3)>(SparseCategoricalTversky{.alpha = 0.3, .beta = 0.7, .smooth = 1}, r::z, r::labels,
                            r::sparse_tversky_value, r::sparse_tversky_gradient);
}

namespace {

template <Shape Output>
void check_shape(std::size_t rows) {
    const auto shares = random_numbers(rows * Output.size(), 7, 0, 1);
    check_loss_gradient<Output>(BinaryTversky{.alpha = 0.2, .beta = 0.9, .smooth = 0.5}, shares, rows);
    if constexpr (Output.last() > 1) {
        std::vector<Label> labels;
        for (std::size_t i = 0; i < rows * Output.size() / Output.last(); ++i)
            labels.push_back(static_cast<Label>(i * 7 % Output.last()));
        check_loss_gradient<Output>(SparseCategoricalDice{.smooth = 0.5, .ignore_index = 1}, labels, rows);
    }
}

} // namespace

TEST_CASE("losses of overlap: gradients match central differences at odd sizes") {
    check_shape<Shape(1)>(3);
    check_shape<Shape(17)>(2);
    check_shape<Shape(3, 5, 1)>(2);
    check_shape<Shape(5, 7)>(2);
}

TEST_CASE("losses of overlap: masks of many positions are as those of few, and the value needs no gradient") {
    // The same position over and over.
    constexpr std::size_t positions = 1021;
    const std::vector<float> z(positions * 2, 0.3f), t(positions * 2, 1.0f);
    const BinaryDice loss{.smooth = 0};
    const auto found = losses::value<Shape(positions, 2)>(loss, z.data(), t.data(), nullptr, 1);
    const double p = 1 / (1 + std::exp(-0.3));
    CHECK(static_cast<double>(reduce(loss, found)) == doctest::Approx(1 - 2 * p / (p + 1)).epsilon(1e-6));
    const auto one = losses::value<Shape(positions, 2, 1)>(loss, z.data(), t.data(), nullptr, 1);
    CHECK(static_cast<double>(reduce(loss, one)) == doctest::Approx(1 - 2 * p / (p + 1)).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("losses of overlap: extreme logits and empty masks give finite values and gradients",
                   Scalar, float, double) {
    const auto check = [](const auto& loss, const auto& targets, Scalar e) {
        std::array<Scalar, 6> z{e, -e, -e, -e, e, -e};
        const auto found =
            losses::value_and_gradient<Shape(2, 3)>(loss, z.data(), targets.data(), nullptr, z.data(), 1);
        for (Scalar g : z)
            CHECK(std::isfinite(g));
        return static_cast<double>(reduce(loss, found));
    };
    const std::array<Scalar, 6> right{1, 0, 0, 0, 1, 0}, wrong{0, 1, 0, 1, 0, 0};
    const std::array<Label, 2> labels{0, 1}, other_labels{1, 0};
    for (const Scalar e : {Scalar(104), Scalar(745), Scalar(1e4)})
        for (const double smooth : {0.0, 1e-5}) {
            // Of three masks one is and should be empty.
            CHECK(check(BinaryDice{.smooth = smooth}, right, e) == doctest::Approx(0));
            CHECK(check(BinaryDice{.smooth = smooth}, wrong, e) == doctest::Approx(2.0 / 3).epsilon(1e-4));
            CHECK(check(SparseCategoricalJaccard{.smooth = smooth}, labels, e) == doctest::Approx(0));
            CHECK(check(SparseCategoricalJaccard{.smooth = smooth}, other_labels, e) ==
                  doctest::Approx(2.0 / 3).epsilon(1e-4));
        }
}

TEST_CASE_TEMPLATE("losses of overlap: what is no number spoils its sample alone, and none of weight 0",
                   Scalar, float, double) {
    check_not_a_number<Scalar, Shape(19)>(BinaryDice{}, Spoils::sample);
    check_weightless<Scalar, Shape(19)>(BinaryDice{});
    check_weightless<Scalar, Shape(3, 5)>(BinaryTversky{});
    check_not_a_number<Scalar, Shape(3, 5)>(SparseCategoricalDice{}, Spoils::sample);
    check_weightless<Scalar, Shape(3, 5)>(SparseCategoricalDice{});
}

TEST_CASE("losses of overlap: what is no number spoils its own mask, and ignored positions nothing") {
    std::vector<double> z = random_numbers(12, 1);
    const std::vector<double> t(12, 1.0);
    z[4] = std::numeric_limits<double>::quiet_NaN();
    const BinaryDice loss{};
    std::vector<double> gradient(12);
    losses::value_and_gradient<Shape(4, 3)>(loss, z.data(), t.data(), nullptr, gradient.data(), 1);
    for (std::size_t i = 0; i < 12; ++i)
        CHECK(std::isnan(gradient[i]) == (i % 3 == 1));

    const SparseCategoricalDice of_classes{.ignore_index = 9};
    const std::vector<Label> labels{0, 9, 1, 2};
    const auto found =
        losses::value_and_gradient<Shape(4, 3)>(of_classes, z.data(), labels.data(), nullptr, z.data(), 1);
    CHECK(std::isfinite(found.total));
    for (std::size_t i = 0; i < 12; ++i)
        CHECK((i / 3 == 1 ? z[i] == 0 : std::isfinite(z[i])));
}
