#include "burin/data/dataset.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/hinge.hpp"
#include "burin/many_classes.hpp"
#include "burin/parallel/pool.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<1>>;
constexpr std::size_t classes = 5;

/// Five clouds on a circle, which straight lines tell from the rest.
data::Dataset<> clouds(std::size_t rows = 200) {
    const auto noise = random_numbers<float>(2 * rows, 3, -0.5, 0.5);
    std::vector<float> x(2 * rows);
    std::vector<Label> labels(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        labels[row] = static_cast<Label>(row % classes);
        const double angle = 6.2831853 * labels[row] / classes;
        x[2 * row] = static_cast<float>(2 * std::cos(angle)) + noise[2 * row];
        x[2 * row + 1] = static_cast<float>(2 * std::sin(angle)) + noise[2 * row + 1];
    }
    return {Shape(2), std::move(x), std::move(labels)};
}

struct Counts {
    std::size_t epochs = 0;
    void on_epoch_end(auto&) { ++epochs; }
};
Counts counts;

const auto options = Fit{.loss = losses::BinaryCrossentropy{},
                         .optimizer = optimizers::Adam{.learning_rate = 0.05},
                         .epochs = 30,
                         .verbose = false};

double accuracy(const std::vector<Label>& answers, const data::Dataset<>& data) {
    double right = 0;
    REQUIRE(answers.size() == data.size());
    for (std::size_t i = 0; i < answers.size(); ++i)
        right += answers[i] == data.target(i)[0];
    return right / static_cast<double>(answers.size());
}

/// Rows that add up to 1, and say what is predicted.
void check_probabilities(const std::vector<float>& probabilities, const std::vector<Label>& answers) {
    REQUIRE(probabilities.size() == answers.size() * classes);
    std::size_t agreeing = 0;
    const auto likeliest = many_classes::detail::largest_of_rows(probabilities, classes);
    for (std::size_t row = 0; row < answers.size(); ++row) {
        double sum = 0;
        for (std::size_t each = 0; each < classes; ++each)
            sum += static_cast<double>(probabilities[row * classes + each]);
        CHECK(sum == doctest::Approx(1).epsilon(1e-5));
        agreeing += likeliest[row] == answers[row];
    }
    CHECK(agreeing >= answers.size() * 9 / 10);
}

} // namespace

TEST_CASE("OneVsRest: learns all classes, with the same bits on two threads as on one") {
    const auto data = clouds();
    many_classes::OneVsRest<Net> classifier(classes, 1), other(classes, 1), seeded(classes, 2);
    {
        const parallel::Threads two(2);
        classifier.fit(data, options);
    }
    const parallel::Threads one(1);
    other.fit(data, options);
    REQUIRE(classifier.members().size() == classes);
    const auto scores = classifier.scores(data);
    CHECK(scores == other.scores(data));
    CHECK(classifier.members()[0].parameters().values != classifier.members()[1].parameters().values);
    CHECK(seeded.members()[0].parameters().values != classifier.members()[0].parameters().values);
    CHECK(accuracy(classifier.predict(data), data) > 0.97);
    check_probabilities(classifier.predict_proba(data), classifier.predict(data));
    REQUIRE(classifier.histories().size() == classes);
    CHECK(classifier.histories()[4]["loss"].back() < classifier.histories()[4]["loss"].front());
}

TEST_CASE("OneVsOne: a model for each pair, trained on the samples of the two") {
    const auto data = clouds();
    many_classes::OneVsOne<Net> classifier(classes, 1);
    classifier.fit(data, options);
    REQUIRE(classifier.members().size() == 10);
    CHECK(accuracy(classifier.predict(data), data) > 0.97);
    check_probabilities(classifier.predict_proba(data), classifier.predict(data));

    // The first member saw the classes 0 and 1 alone.
    std::vector<float> x;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < data.size(); ++i)
        if (data.target(i)[0] < 2) {
            x.insert(x.end(), data.input(i).begin(), data.input(i).end());
            labels.push_back(data.target(i)[0]);
        }
    const data::Dataset<> two(Shape(2), x, labels);
    many_classes::OneVsOne<Net> pair(2, 1);
    pair.fit(two, options);
    CHECK(pair.members()[0].parameters().values == classifier.members()[0].parameters().values);
}

TEST_CASE("OutputCode: wrong answers of a member are made good") {
    const auto data = clouds();
    many_classes::OutputCode<Net> classifier(many_classes::CodeBook::exhaustive(classes), 1);
    classifier.fit(data, options);
    REQUIRE(classifier.members().size() == 15);
    const double whole = accuracy(classifier.predict(data), data);
    CHECK(whole > 0.9);
    CHECK(accuracy(classifier.predict(data, many_classes::Decoding::hamming), data) > 0.75);
    check_probabilities(classifier.predict_proba(data), classifier.predict(data));
    // A member that always says the contrary.
    for (float& parameter : classifier.members()[3].parameters().all())
        parameter = -parameter;
    CHECK(accuracy(classifier.predict(data), data) > 0.8);
}

TEST_CASE("Members: margins need no probabilities, and part of the data may be held out") {
    const auto data = clouds();
    many_classes::OneVsRest<Net> classifier(classes, 1);
    classifier.fit(data.shuffled(1), Fit{.loss = losses::Hinge{},
                                         .optimizer = optimizers::Adam{.learning_rate = 0.05},
                                         .epochs = 30,
                                         .validation = HeldOut{0.2},
                                         .callbacks = &counts});
    CHECK(counts.epochs == 0); // Of which each member had a copy.
    CHECK(accuracy(classifier.predict(data), data) > 0.9);
    CHECK(classifier.histories()[0]["val_loss"].size() == 30);
    CHECK(error_of([&] { classifier.predict_proba(data); }) ==
          "predict_proba: expected a model trained with a cross-entropy, got one whose loss knows no "
          "probabilities; use predict");
}

TEST_CASE("Members: data that do not fit are refused") {
    const auto data = clouds();
    CHECK(error_of([&] { (void)many_classes::OneVsRest<Net>(4).predict(data); }) ==
          "OneVsRest: expected a fitted strategy, got one that is not trained; call `fit`, or load its members");
    CHECK(error_of([] { many_classes::OneVsRest<Net> one(1); }) ==
          "OneVsRest: expected at least two classes, got 1");
    CHECK(error_of([&] { many_classes::OneVsRest<Net>(4).fit(data); }) ==
          "Dataset: sample 4: expected a label below 4, got 4");
    CHECK(error_of([&] { many_classes::OneVsOne<Net>(6).fit(data); }) ==
          "OneVsOne: member 4: expected samples of both kinds, got none of one");
}

TEST_CASE("MultiLabel: thresholds of its own for each label") {
    using Tags = Sequential<Input<3>, Dense<3>>;
    const std::size_t rows = 400;
    const auto x = random_numbers<float>(3 * rows, 1);
    std::vector<Label> labels(3 * rows);
    // The last one is rare, and noisy.
    const auto noise = random_numbers<float>(rows, 2, -0.5, 0.5);
    for (std::size_t row = 0; row < rows; ++row) {
        labels[3 * row] = x[3 * row] > 0 ? 1 : 0;
        labels[3 * row + 1] = x[3 * row] + x[3 * row + 1] > 0 ? 1 : 0;
        labels[3 * row + 2] = x[3 * row + 2] + noise[row] > 0.9F ? 1 : 0;
    }
    const data::Dataset<> data(Shape(3), x, labels);
    many_classes::MultiLabel<Tags> tags({.seed = 1});
    tags.fit(data, options);
    const auto measure = [&](std::size_t label) {
        const auto has = tags.predict(data);
        double hits = 0, both = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            hits += has[3 * row + label] == 1 && labels[3 * row + label] == 1;
            both += has[3 * row + label] + labels[3 * row + label];
        }
        return both == 0 ? 0.0 : 2 * hits / both;
    };
    CHECK(measure(0) > 0.95);
    const double before = measure(2);
    tags.fit_thresholds(data);
    CHECK(measure(2) > before);
    CHECK(tags.thresholds()[2] < 0.5);
    tags.set_thresholds({1, 0, 0.5});
    CHECK(measure(0) == 0);
    CHECK(error_of([&] { tags.set_thresholds({1}); }) ==
          "MultiLabel: expected a threshold for each of 3 labels, got 1");
}
