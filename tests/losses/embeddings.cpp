#include "reference/more_losses.hpp"

#include "burin/losses/contrastive.hpp"
#include "burin/losses/cosine_similarity.hpp"
#include "burin/losses/info_nce.hpp"
#include "burin/losses/triplet.hpp"
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
const std::vector<double> no_targets;

} // namespace

TEST_CASE("CosineSimilarity agrees with PyTorch's cosine_similarity") {
    check_loss<Shape(12)>(CosineSimilarity{}, r::z, r::t, r::cosine_value, r::cosine_gradient);
    check_loss<Shape(4, 3)>(CosineSimilarity{.reduction = sum}, r::z, r::t, r::cosine_positions_value,
                            r::cosine_positions_gradient);
}

TEST_CASE("Contrastive agrees with its formula in PyTorch") {
    check_loss<Shape(2, 6)>(Contrastive{.margin = 8}, r::z, r::alike, r::contrastive_value,
                            r::contrastive_gradient);
    check_loss<Shape(12)>(Contrastive{.margin = 6}, r::z, r::partly_alike, r::contrastive_weighted_value,
                          r::contrastive_weighted_gradient, r::sample_weights);
}

TEST_CASE("Triplet agrees with PyTorch's TripletMarginLoss, with and without swap") {
    check_loss<Shape(3, 4)>(Triplet{}, r::z, no_targets, r::triplet_value, r::triplet_gradient);
    check_loss<Shape(12)>(Triplet{.margin = 3, .swap = true, .reduction = sum}, r::z, no_targets,
                          r::triplet_swap_value, r::triplet_swap_gradient);
}

TEST_CASE("InfoNCE agrees with PyTorch's cross_entropy of cosines, in groups, with weights and both ways") {
    check_loss<Shape(2, 6)>(InfoNCE<6>{.temperature = 0.5}, r::z, no_targets, r::info_nce_value,
                            r::info_nce_gradient);
    check_loss<Shape(12)>(InfoNCE<4>{.reduction = sum}, r::z, no_targets, r::info_nce_groups_value,
                          r::info_nce_groups_gradient, nullptr, 3e-5);
    check_loss<Shape(2, 6)>(InfoNCE{.temperature = 0.5, .symmetric = true}, r::z, no_targets,
                            r::info_nce_symmetric_value, r::info_nce_symmetric_gradient, r::sample_weights);
}

namespace {

template <std::size_t Size>
void check_shape(std::size_t rows) {
    const auto shares = random_numbers(rows, 7, 0, 1);
    check_loss_gradient<Shape(2 * Size)>(Contrastive{.margin = 4}, shares, rows);
    check_loss_gradient<Shape(3, Size)>(Triplet{.margin = 5}, no_targets, rows);
    check_loss_gradient<Shape(3 * Size)>(Triplet{.margin = 5, .swap = true}, no_targets, rows);
    if constexpr (Size > 1) {
        check_loss_gradient<Shape(3, Size)>(CosineSimilarity{}, random_numbers(rows * 3 * Size, 7), rows);
        check_loss_gradient<Shape(2, Size)>(InfoNCE<5>{.temperature = 0.3, .symmetric = true}, no_targets,
                                            rows);
    }
}

} // namespace

TEST_CASE("losses of embeddings: gradients match central differences at odd sizes") {
    check_shape<1>(3);
    check_shape<2>(7);
    check_shape<7>(2);
    check_shape<17>(3);
}

TEST_CASE("losses of embeddings refuse outputs that hold something else") {
    static_assert(Contrastive::reject(Shape(3, 4)).view() ==
                  "expected two embeddings as `[2 * n]` or `[2, ...]`, got `[3, 4]`");
    static_assert(Triplet::reject(Shape(8)).view() ==
                  "expected anchor, positive and negative as `[3 * n]` or `[3, ...]`, got `[8]`");
    static_assert(InfoNCE<>::reject(Shape(7)).view() ==
                  "expected query and key as `[2 * n]` or `[2, ...]`, got `[7]`");
    static_assert(!CosineSimilarity::reject(Shape(5, 1)).empty());
    static_assert(Triplet::target_size(Shape(3, 4)) == 0 && Contrastive::target_size(Shape(2, 4)) == 1);
}

TEST_CASE_TEMPLATE("losses of embeddings: huge, tiny and equal vectors give finite gradients", Scalar, float,
                   double) {
    const auto check = []<Shape Output>(const auto& loss, std::vector<Scalar> y, std::vector<Scalar> t) {
        const std::size_t rows = y.size() / Output.size();
        const auto found =
            losses::value_and_gradient<Output>(loss, y.data(), t.data(), nullptr, y.data(), rows);
        for (const Scalar g : y)
            CHECK(std::isfinite(g));
        return static_cast<double>(reduce(loss, found));
    };
    const Scalar huge = std::sqrt(std::numeric_limits<Scalar>::max()) * 8, tiny = Scalar(1) / huge;
    for (const Scalar s : {Scalar(1), huge, tiny}) {
        const bool counts = s * 1 > Scalar(1e-8);
        CHECK(check.template operator()<Shape(2)>(CosineSimilarity{}, {3 * s, 4 * s}, {4, 3}) ==
              doctest::Approx(counts ? -0.96 : 0).epsilon(1e-6));
        CHECK(check.template operator()<Shape(2, 2)>(InfoNCE<2>{.temperature = 1}, {s, 0, s, 0, 0, s, 0, s},
                                                     {}) ==
              doctest::Approx(s * 1 > Scalar(1e-12) ? std::log1p(std::exp(-1.0)) : std::log(2.0))
                  .epsilon(1e-6));
    }
    CHECK(check.template operator()<Shape(3)>(Triplet{.margin = 0}, {huge, 0, huge}, {}) ==
          doctest::Approx(static_cast<double>(huge)));
    CHECK(check.template operator()<Shape(3, 2)>(Triplet{.epsilon = 0}, {1, 2, 1, 2, 1, 2}, {}) == 1);
    CHECK(check.template operator()<Shape(2, 2)>(Contrastive{}, {1, 2, 1, 2}, {0}) == 0.5);
    CHECK(check.template operator()<Shape(2, 2)>(Contrastive{}, {1, 2, 1, 2}, {1}) == 0);
    CHECK(check.template operator()<Shape(2, 2)>(CosineSimilarity{}, {0, 0, 0, 0}, {1, 2, 0, 0}) == 0);
    // Cold: similarities of ±1000, whose exponentials overflow.
    CHECK(check.template operator()<Shape(2, 2)>(InfoNCE<2>{.temperature = 1e-3, .symmetric = true},
                                                 {1, 0, -1, 0, 0, 1, 0, -1},
                                                 {}) == doctest::Approx(1000).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("losses of embeddings: what is no number spreads as far as it counts", Scalar, float,
                   double) {
    check_not_a_number<Scalar, Shape(5, 3)>(CosineSimilarity{}, Spoils::sample);
    check_weightless<Scalar, Shape(5, 3)>(CosineSimilarity{});
    check_not_a_number<Scalar, Shape(2, 9)>(Contrastive{}, Spoils::sample);
    check_weightless<Scalar, Shape(2, 9)>(Contrastive{});
    check_not_a_number<Scalar, Shape(3, 7)>(Triplet{.margin = 9}, Spoils::sample);
    check_weightless<Scalar, Shape(3, 7)>(Triplet{.swap = true});
    check_not_a_number<Scalar, Shape(2, 5)>(InfoNCE<8>{}, Spoils::batch);
    check_weightless<Scalar, Shape(2, 5)>(InfoNCE<8>{.symmetric = true});
}
