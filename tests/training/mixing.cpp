#include "burin/data/dataset.hpp"
#include "burin/data/preprocessing.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/losses/categorical_crossentropy.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/cut_mix.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/mix_up.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// The largest distance of the share of numbers up to x from what it should be.
template <class Distribution>
double distance(double alpha, Distribution up_to) {
    std::vector<double> numbers(4'000);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        detail::Draws draws(RandomStream{7, Purpose::augmentation, static_cast<std::uint32_t>(i)});
        numbers[i] = detail::beta_number(alpha, draws);
    }
    std::sort(numbers.begin(), numbers.end());
    double worst = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        worst = std::max(worst, std::abs(up_to(numbers[i]) - (static_cast<double>(i) + 0.5) / 4'000));
    return worst;
}

using Net = Sequential<Input<4, 5, 2>, Flatten, Dense<3>>;
using Loss = losses::CategoricalCrossentropy;

/// A batch of its own memory: five images, of which all elements of the k-th are k + 1, and targets.
struct Images {
    std::vector<float> inputs, targets, weights{1, 2, 3, 4, 5};
    fitting::TrainingBatch<Net, Loss, float> batch;

    Images() {
        for (int k = 0; k < 5; ++k) {
            inputs.insert(inputs.end(), 40, static_cast<float>(k + 1));
            targets.insert(targets.end(), {static_cast<float>(k == 0), static_cast<float>(k == 4), 0.5f});
        }
        batch.inputs = {inputs};
        std::get<0>(batch.targets) = targets;
        batch.weights = weights;
        batch.rows = 5;
    }
};

} // namespace

TEST_CASE("beta_number: the distribution that it should have") {
    // Kolmogorov's statistic is above 1.95 / √n once in a thousand.
    const double limit = 1.95 / std::sqrt(4'000.0), pi = std::acos(-1.0);
    CHECK(distance(0.5, [=](double x) { return 2 / pi * std::asin(std::sqrt(x)); }) < limit);
    CHECK(distance(1, [](double x) { return x; }) < limit);
    CHECK(distance(2, [](double x) { return x * x * (3 - 2 * x); }) < limit);
    CHECK(distance(3, [](double x) { return x * x * x * (10 - 15 * x + 6 * x * x); }) < limit);
    for (const double alpha : {1e-300, 1e-6, 1e6}) {
        detail::Draws draws(RandomStream{1});
        const double number = detail::beta_number(alpha, draws);
        CHECK((number >= 0 && number <= 1));
    }
    // In the limit, one of both or halves.
    std::size_t ones = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        detail::Draws draws(RandomStream{seed});
        const double number = detail::beta_number(1e-310, draws);
        CHECK((number == 0 || number == 1));
        ones += number == 1;
        CHECK(detail::beta_number(HUGE_VAL, draws) == 0.5);
    }
    CHECK((ones > 30 && ones < 70));
    for (const double alpha : {0.0, -1.0, std::nan("")}) {
        detail::Draws draws(RandomStream{1});
        CHECK(detail::beta_number(alpha, draws) == 1);
    }
}

TEST_CASE("MixUp: pairs of samples, inputs, targets and weights by the same shares") {
    Images images;
    const RandomStream stream{3, Purpose::augmentation, 9};
    MixUp{.alpha = 1}(images.batch, stream);
    detail::Draws draws(stream);
    const double share = detail::beta_number(1, draws);
    REQUIRE((share > 0.01 && share < 0.99));
    const double first = share * 1 + (1 - share) * 5, second = share * 2 + (1 - share) * 4;
    const double expected[] = {first, second, 3, 6 - second, 6 - first};
    for (std::size_t k = 0; k < 5; ++k) {
        CHECK(static_cast<double>(images.inputs[40 * k]) == doctest::Approx(expected[k]).epsilon(1e-6));
        CHECK(static_cast<double>(images.inputs[40 * k + 39]) == doctest::Approx(expected[k]).epsilon(1e-6));
        CHECK(static_cast<double>(images.weights[k]) == doctest::Approx(expected[k]).epsilon(1e-6));
        CHECK(images.targets[3 * k + 2] == 0.5f);
    }
    CHECK(static_cast<double>(images.targets[0]) == doctest::Approx(share).epsilon(1e-6));
    CHECK(static_cast<double>(images.targets[1]) == doctest::Approx(1 - share).epsilon(1e-6));
    CHECK(static_cast<double>(images.targets[12]) == doctest::Approx(1 - share).epsilon(1e-6));

    Images plain, same;
    MixUp{.alpha = 0}(same.batch, stream);
    CHECK(same.inputs == plain.inputs);
    CHECK(same.targets == plain.targets);
}

TEST_CASE("CutMix: a rectangle is exchanged, and targets are mixed by its area") {
    bool large = false, none = false, part = false;
    for (std::uint32_t step = 0; step < 300; ++step) {
        Images images;
        CutMix{}(images.batch, RandomStream{5, Purpose::augmentation, step});
        // Where the first image is the last one's: a rectangle, of whole pixels.
        std::size_t top = 4, bottom = 0, left = 5, right = 0, area = 0;
        for (std::size_t y = 0; y < 4; ++y)
            for (std::size_t x = 0; x < 5; ++x) {
                const std::size_t at = (y * 5 + x) * 2;
                const bool is_cut = images.inputs[at] == 5;
                REQUIRE(images.inputs[at] == (is_cut ? 5 : 1));
                REQUIRE(images.inputs[at + 1] == images.inputs[at]);
                REQUIRE(images.inputs[160 + at] == (is_cut ? 1 : 5));
                REQUIRE(images.inputs[40 + at] == (is_cut ? 4 : 2));
                REQUIRE(images.inputs[80 + at] == 3);
                if (!is_cut)
                    continue;
                top = std::min(top, y), bottom = std::max(bottom, y + 1);
                left = std::min(left, x), right = std::max(right, x + 1);
                ++area;
            }
        REQUIRE(area == (area == 0 ? 0 : (bottom - top) * (right - left)));
        const double share = 1 - static_cast<double>(area) / 20;
        REQUIRE(static_cast<double>(images.targets[0]) == doctest::Approx(share).epsilon(1e-6));
        REQUIRE(static_cast<double>(images.targets[12]) == doctest::Approx(1 - share).epsilon(1e-6));
        none = none || area == 0;
        part = part || (area > 2 && area < 12);
        large = large || area >= 12;
    }
    CHECK(none);
    CHECK(part);
    CHECK(large);
}

TEST_CASE("MixUp and CutMix: what can't be mixed is told") {
    using Labels = fitting::TrainingBatch<Net, losses::SparseCategoricalCrossentropy, float>;
    CHECK(
        std::string(detail::MixedTargets<"MixUp", Labels>::problem.view()) ==
        "MixUp: expected targets that can be mixed, got labels; use `losses::CategoricalCrossentropy{}` with "
        "`data::one_hot(train, classes)`");
    using Flat = fitting::TrainingBatch<Sequential<Input<8>, Dense<3>>, Loss, float>;
    CHECK(std::string(detail::CutImages<Flat>::problem.view()) ==
          "CutMix: expected one input `[height, width]` or `[height, width, channels]`, got `[8]`");
    CHECK(detail::MixedTargets<"MixUp", Flat>::problem.empty());
}

TEST_CASE("fit: a batch is augmented before it is trained on, by seed and step alone") {
    const auto labelled = [] {
        std::vector<Label> labels(30);
        for (std::size_t i = 0; i < 30; ++i)
            labels[i] = static_cast<Label>(i % 3);
        return data::Dataset<Label>(Shape(4, 5, 2), random_numbers<float>(30 * 40, 1), labels);
    }();
    const auto samples = data::one_hot(labelled, 3);
    Fit options{.loss = Loss{}, .batch_size = batch<8>, .epochs = 2, .augment = MixUp{}, .verbose = false};
    const auto trained = [&](const auto& how) {
        Model<Net> model({.seed = 1});
        fit(model, samples, how);
        return model.parameters().values;
    };
    const auto mixed = trained(options);
    CHECK(trained(options) == mixed);
    options.augment.alpha = 0;
    CHECK(trained(options) != mixed);
    CHECK(trained(Fit{.loss = Loss{}, .batch_size = batch<8>, .epochs = 2, .verbose = false}) ==
          trained(options));
    // One of the user's own, told each step once.
    std::vector<std::uint32_t> steps;
    std::size_t rows = 0;
    trained(Fit{.loss = Loss{},
                .batch_size = batch<8>,
                .augment =
                    [&](auto& part, const RandomStream& stream) {
                        steps.push_back(stream.substream);
                        rows += part.rows;
                        CHECK(part.inputs[0].size() == 40 * part.rows);
                        CHECK(part.weights.empty());
                    },
                .verbose = false});
    CHECK(steps == std::vector<std::uint32_t>{0, 1, 2, 3});
    CHECK(rows == 30);
}
