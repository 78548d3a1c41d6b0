#include "reference/more_losses.hpp"

#include "burin/losses/ctc.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace r = reference::more_losses;

namespace {

constexpr auto sum = Reduction::sum;

/// The labels of the reference, their padding made no_label.
std::vector<Label> reference_labels(std::size_t rows, bool last_is_blank = false) {
    std::vector<Label> labels;
    for (std::size_t i = 0; i < 7 * rows; ++i)
        labels.push_back(r::ctc_labels[i] == 0 ? no_label : r::ctc_labels[i] - (last_is_blank ? 1 : 0));
    return labels;
}

/// The probability of `labels`, summed over every way to name the frames from `t` on.
double probability_of_all(std::span<const double> probabilities, std::size_t classes,
                          const std::vector<Label>& labels, std::size_t t, std::vector<Label>& path) {
    if (t * classes == probabilities.size()) {
        std::vector<Label> collapsed;
        for (std::size_t i = 0; i < path.size(); ++i)
            if (path[i] != 0 && (i == 0 || path[i] != path[i - 1]))
                collapsed.push_back(path[i]);
        return collapsed == labels ? 1 : 0;
    }
    double total = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        path.push_back(static_cast<Label>(c));
        total +=
            probabilities[t * classes + c] * probability_of_all(probabilities, classes, labels, t + 1, path);
        path.pop_back();
    }
    return total;
}

} // namespace

TEST_CASE("CTC agrees with PyTorch's ctc_loss, of sequences of all lengths") {
    const std::span five(r::ctc_z, 5 * 55);
    check_loss<Shape(11, 5)>(CTC<7>{}, five, reference_labels(5), r::ctc_value, r::ctc_gradient);
    check_loss<Shape(11, 5)>(CTC<7>{.reduction = sum}, five, reference_labels(5), r::ctc_sum_value,
                             r::ctc_sum_gradient, nullptr, 2e-5);
    check_loss<Shape(11, 5)>(CTC<7>{.blank = 4, .reduction = sum}, five, reference_labels(5, true),
                             r::ctc_last_blank_value, r::ctc_last_blank_gradient, nullptr, 2e-5);
    check_loss<Shape(11, 5)>(CTC<7>{}, five, reference_labels(5), r::ctc_weighted_value,
                             r::ctc_weighted_gradient, r::sample_weights);
    check_loss<Shape(11, 5)>(CTC<7>{.zero_infinity = true}, r::ctc_z, reference_labels(6),
                             r::ctc_zero_infinity_value, r::ctc_zero_infinity_gradient);
}

TEST_CASE("CTC is the sum over all ways to name the frames") {
    const std::vector<double> z = random_numbers(6 * 3, 3, -2, 2);
    std::vector<double> probabilities(z.size());
    for (std::size_t t = 0; t < 6; ++t) {
        double all = 0;
        for (std::size_t c = 0; c < 3; ++c)
            all += std::exp(z[t * 3 + c]);
        for (std::size_t c = 0; c < 3; ++c)
            probabilities[t * 3 + c] = std::exp(z[t * 3 + c]) / all;
    }
    const CTC<3> loss{.reduction = sum};
    for (const std::vector<Label>& labels :
         {std::vector<Label>{}, {1}, {2, 1}, {1, 1}, {2, 2, 2}, {1, 2, 1}}) {
        std::vector<Label> padded = labels, path;
        padded.resize(3, no_label);
        const auto found = losses::value<Shape(6, 3)>(loss, z.data(), padded.data(), nullptr, 1);
        CHECK(
            found.total ==
            doctest::Approx(-std::log(probability_of_all(probabilities, 3, labels, 0, path))).epsilon(1e-12));
    }
}

TEST_CASE("CTC: gradients match central differences for one frame, primes and squares of them") {
    check_loss_gradient<Shape(1, 2)>(CTC<1>{}, std::vector<Label>{1, no_label}, 2);
    check_loss_gradient<Shape(2, 3)>(CTC<2>{}, std::vector<Label>{2, 1, 1, no_label}, 2);
    check_loss_gradient<Shape(7, 17)>(CTC<4>{}, std::vector<Label>{16, 16, 3, 1, 5, 7, 9, 11}, 2);
    check_loss_gradient<Shape(16, 5)>(CTC<9>{.blank = 2}, std::vector<Label>{0, 1, 3, 4, 4, 3, 1, 0, 0}, 1);
    check_loss_gradient<Shape(17, 4)>(CTC<3>{}, std::vector<Label>{3, 3, 3}, 1);
}

TEST_CASE("CTC: what has no alignment has an infinite loss, or none at all") {
    const std::vector<double> z = random_numbers(3 * 3, 1);
    const std::vector<Label> labels{1, 1, 1};
    std::vector<double> gradient(9);
    const auto infinite = losses::value_and_gradient<Shape(3, 3)>(CTC<3>{}, z.data(), labels.data(), nullptr,
                                                                  gradient.data(), 1);
    CHECK(infinite.total == std::numeric_limits<double>::infinity());
    CHECK(std::isnan(gradient[4]));
    const auto zero = losses::value_and_gradient<Shape(3, 3)>(CTC<3>{.zero_infinity = true}, z.data(),
                                                              labels.data(), nullptr, gradient.data(), 1);
    CHECK(zero.total == 0);
    CHECK(gradient == std::vector<double>(9, 0.0));
}

TEST_CASE("CTC: padding may be any label, and stand between labels") {
    const std::vector<double> z = random_numbers(5 * 4, 1);
    const std::vector<Label> usual{3, 1, no_label}, odd{3, 77, 1};
    const CTC<3> loss{}, other{.ignore_index = 77};
    CHECK(losses::value<Shape(5, 4)>(loss, z.data(), usual.data(), nullptr, 1).total ==
          losses::value<Shape(5, 4)>(other, z.data(), odd.data(), nullptr, 1).total);
    CHECK(CTC<3>{.ignore_index = -1}.ignore_index == loss.ignore_index);
}

TEST_CASE_TEMPLATE("CTC: extreme logits give finite values and gradients", Scalar, float, double) {
    const std::vector<Label> labels{1, 2};
    for (const double extreme : {88.0, 104.0, 745.0, 1e4}) {
        const auto e = static_cast<Scalar>(extreme);
        std::vector<Scalar> z{e, -e, -e, e, -e, -e, e, -e, -e};
        const auto found = losses::value_and_gradient<Shape(3, 3)>(CTC<2>{.reduction = sum}, z.data(),
                                                                   labels.data(), nullptr, z.data(), 1);
        // Two of the frames are no blanks, in one of three ways; repeats cost more.
        CHECK(static_cast<double>(found.total) == doctest::Approx(4 * extreme - std::log(3.0)).epsilon(1e-5));
        for (const Scalar g : z)
            CHECK(std::isfinite(g));
    }
}

TEST_CASE_TEMPLATE("CTC: what is no number spoils its sample alone, and none of weight 0", Scalar, float,
                   double) {
    // Labels of the case are 0 and more, of which the last class is the blank.
    check_not_a_number<Scalar, Shape(9, 4)>(CTC<3>{.blank = 3, .ignore_index = 3}, Spoils::sample);
    check_weightless<Scalar, Shape(9, 4)>(CTC<3>{.blank = 3, .ignore_index = 3});
}

TEST_CASE("CTC refuses outputs that are no frames of classes, or too few") {
    static_assert(CTC<4>::target_size(Shape(9, 3)) == 4);
    static_assert(CTC<4>::reject(Shape(9, 3)).empty());
    static_assert(CTC<4>::reject(Shape(9)).view() ==
                  "expected logits `[time, classes]` of blank and at least one other class, got `[9]`");
    static_assert(!CTC<4>::reject(Shape(9, 1)).empty());
    static_assert(CTC<4>::reject(Shape(3, 5)).view() ==
                  "expected a frame for each of up to 4 labels, got `[3, 5]`");
}
