#include "reference/more_losses.hpp"

#include "burin/losses/binary_crossentropy.hpp"
#include "burin/losses/binary_focal_crossentropy.hpp"
#include "burin/losses/categorical_focal_crossentropy.hpp"
#include "burin/losses/sparse_categorical_focal_crossentropy.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace r = reference::more_losses;

namespace {

constexpr auto sum = Reduction::sum;

} // namespace

TEST_CASE("BinaryCrossentropy agrees with PyTorch, with smoothing and with weights of the positives") {
    check_loss<Shape(12)>(BinaryCrossentropy{.label_smoothing = 0.1}, r::z, r::b, r::bce_smooth_value,
                          r::bce_smooth_gradient);
    check_loss<Shape(12)>(BinaryCrossentropy{.pos_weight = 2.5}, r::z, r::b, r::bce_pos_weight_value,
                          r::bce_pos_weight_gradient);
    check_loss<Shape(4, 3)>(BinaryCrossentropy{.pos_weights = r::class_weights, .reduction = sum}, r::z,
                            r::shares, r::bce_pos_weights_value, r::bce_pos_weights_gradient);
}

TEST_CASE("BinaryFocalCrossentropy agrees with torchvision's formula in PyTorch") {
    check_loss<Shape(12)>(BinaryFocalCrossentropy{}, r::z, r::b, r::binary_focal_value,
                          r::binary_focal_gradient);
    check_loss<Shape(12)>(BinaryFocalCrossentropy{.alpha = 0.75, .gamma = 0.5, .reduction = sum}, r::z, r::b,
                          r::binary_focal_sum_value, r::binary_focal_sum_gradient);
    check_loss<Shape(12)>(BinaryFocalCrossentropy{.alpha = -1, .gamma = 1.5, .label_smoothing = 0.1}, r::z,
                          r::b, r::binary_focal_smooth_value, r::binary_focal_smooth_gradient);
    check_loss<Shape(12)>(BinaryFocalCrossentropy{}, r::z, r::shares, r::binary_focal_weighted_value,
                          r::binary_focal_weighted_gradient, r::sample_weights);
}

TEST_CASE("CategoricalFocalCrossentropy agrees with Keras's formula in PyTorch") {
    check_loss<Shape(4, 3)>(CategoricalFocalCrossentropy{}, r::z, r::p, r::categorical_focal_value,
                            r::categorical_focal_gradient);
    check_loss<Shape(4, 3)>(CategoricalFocalCrossentropy{.alpha = 1,
                                                         .gamma = 1.5,
                                                         .label_smoothing = 0.1,
                                                         .class_weights = r::class_weights,
                                                         .reduction = sum},
                            r::z, r::p, r::categorical_focal_smooth_value,
                            r::categorical_focal_smooth_gradient);
}

TEST_CASE("SparseCategoricalFocalCrossentropy agrees with Keras's formula in PyTorch") {
    using Sparse = SparseCategoricalFocalCrossentropy;
    check_loss<Shape(4, 3)>(Sparse{}, r::z, r::labels, r::sparse_focal_value, r::sparse_focal_gradient);
    check_loss<Shape(4, 3)>(Sparse{.alpha = 1, .gamma = 0.5, .class_weights = r::class_weights}, r::z,
                            r::labels, r::sparse_focal_weights_value, r::sparse_focal_weights_gradient,
                            r::sample_weights);
    check_loss<Shape(4, 3)>(Sparse{.ignore_index = 1}, r::z, r::labels, r::sparse_focal_ignore_value,
                            r::sparse_focal_ignore_gradient);
}

namespace {

template <Shape Output>
void check_shape(std::size_t rows) {
    const auto shares = random_numbers(rows * Output.size(), 7, 0, 1);
    std::vector<double> weights = random_numbers(Output.last(), 8, 0.5, 3);
    check_loss_gradient<Output>(BinaryCrossentropy{.label_smoothing = 0.2, .pos_weights = weights}, shares,
                                rows);
    check_loss_gradient<Output>(BinaryFocalCrossentropy{.gamma = 1.5, .label_smoothing = 0.1}, shares, rows);
    if constexpr (Output.last() > 1) {
        std::vector<Label> labels;
        for (std::size_t i = 0; i < rows * Output.size() / Output.last(); ++i)
            labels.push_back(static_cast<Label>(i * 7 % Output.last()));
        check_loss_gradient<Output>(CategoricalFocalCrossentropy{.label_smoothing = 0.2}, shares, rows);
        check_loss_gradient<Output>(
            SparseCategoricalFocalCrossentropy{.gamma = 0.5, .class_weights = weights}, labels, rows);
    }
}

} // namespace

TEST_CASE("losses of rare classes: gradients match central differences at odd sizes") {
    check_shape<Shape(1)>(9);
    check_shape<Shape(7)>(2);
    check_shape<Shape(17)>(2);
    check_shape<Shape(3, 5)>(3);
}

TEST_CASE("Focal losses without focus are the cross-entropy times alpha") {
    const std::vector<double> z = random_numbers(12, 1, -3, 3), t = random_numbers(12, 2, 0, 1);
    const BinaryFocalCrossentropy focal{.alpha = -1, .gamma = 0};
    const BinaryCrossentropy plain{};
    CHECK(reduce(focal, losses::value<Shape(12)>(focal, z.data(), t.data(), nullptr, 1)) ==
          doctest::Approx(reduce(plain, losses::value<Shape(12)>(plain, z.data(), t.data(), nullptr, 1))));
}

TEST_CASE_TEMPLATE("losses of rare classes: extreme logits give finite values and gradients", Scalar, float,
                   double) {
    const auto check = [](const auto& loss, const auto& targets, Scalar e) {
        std::array<Scalar, 6> z{e, -e, 0, -e, e, e};
        const auto found =
            losses::value_and_gradient<Shape(3)>(loss, z.data(), targets.data(), nullptr, z.data(), 2);
        INFO("logits of ±" << e << ": loss " << found.total);
        CHECK(std::isfinite(found.total));
        for (Scalar g : z)
            CHECK(std::isfinite(g));
        return reduce(loss, found);
    };
    const std::array<Scalar, 6> wrong{0, 1, 1, 0, 0, 1}, right{1, 0, 0, 0, 1, 1};
    const std::array<Label, 2> labels{1, 2};
    for (const double extreme : {88.0, 104.0, 745.0, 1e4}) {
        const auto e = static_cast<Scalar>(extreme);
        // Two negatives are missed by e, a positive of weight 3 too, and one logit is 0.
        CHECK(check(BinaryCrossentropy{.pos_weight = 3}, wrong, e) ==
              doctest::Approx((5 * extreme + 3 * std::log(2.0)) / 6).epsilon(1e-6));
        for (const double gamma : {0.0, 0.5, 1.0, 2.0}) {
            const BinaryFocalCrossentropy focal{.alpha = -1, .gamma = gamma};
            CHECK(check(focal, wrong, e) ==
                  doctest::Approx((3 * extreme + std::pow(0.5, gamma) * std::log(2.0)) / 6).epsilon(1e-6));
            CHECK(check(focal, right, e) ==
                  doctest::Approx(std::pow(0.5, gamma) * std::log(2.0) / 6).epsilon(1e-6));
            check(SparseCategoricalFocalCrossentropy{.gamma = gamma}, labels, e);
            check(CategoricalFocalCrossentropy{.gamma = gamma}, right, e);
        }
    }
}

TEST_CASE_TEMPLATE("losses of rare classes: what is no number spreads as far as it counts", Scalar, float,
                   double) {
    const auto check = []<Shape Output>() {
        const std::vector<double> weights(Output.last(), 1.5);
        const BinaryCrossentropy weighted{.label_smoothing = 0.1, .pos_weights = weights};
        const BinaryFocalCrossentropy binary{};
        const CategoricalFocalCrossentropy categorical{};
        const SparseCategoricalFocalCrossentropy sparse{};
        check_not_a_number<Scalar, Output>(weighted, Spoils::element);
        check_weightless<Scalar, Output>(weighted);
        check_not_a_number<Scalar, Output>(binary, Spoils::element);
        check_weightless<Scalar, Output>(binary);
        check_not_a_number<Scalar, Output>(categorical, Spoils::sample);
        check_weightless<Scalar, Output>(categorical);
        check_not_a_number<Scalar, Output>(sparse, Spoils::sample);
        check_weightless<Scalar, Output>(sparse);
    };
    check.template operator()<Shape(19)>();
}

TEST_CASE("SparseCategoricalFocalCrossentropy: ignored labels and classes of weight 0 do not count") {
    std::vector<double> z = random_numbers(10, 1), weights{1, 0, 1, 1, 1};
    const std::vector<Label> labels{1, 7};
    z[3] = z[8] = std::nan("");
    const SparseCategoricalFocalCrossentropy loss{.class_weights = weights, .ignore_index = 7};
    const auto found =
        losses::value_and_gradient<Shape(5)>(loss, z.data(), labels.data(), nullptr, z.data(), 2);
    CHECK(found.total == 0);
    CHECK(found.weight == 1);
    CHECK(z == std::vector<double>(10, 0.0));
}
