#include "burin/burin.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <tuple>
#include <vector>

using namespace burin;

TEST_CASE("BinaryCrossentropy takes labels of 0 and 1 for probabilities, one an output") {
    const auto check = []<class Net>(std::type_identity<Net>) {
        constexpr std::size_t outputs = output_shape<Net>.size(), rows = 70;
        const auto inputs = random_numbers<float>(rows * 2, 1);
        std::vector<Label> labels(rows * outputs);
        for (std::size_t i = 0; i < labels.size(); ++i)
            labels[i] = static_cast<Label>(i % 3 == 0);
        const data::Dataset<Label> as_labels(Shape(2), inputs, labels);
        const data::Dataset<float> as_numbers(Shape(2), inputs,
                                              std::vector<float>(labels.begin(), labels.end()));
        const Fit options{.loss = losses::BinaryCrossentropy{}, .epochs = 2, .verbose = false};
        Model<Net> one({.seed = 1}), other({.seed = 1});
        CHECK(fit(one, as_labels, options)["loss"] == fit(other, as_numbers, options)["loss"]);
        CHECK(one.parameters().values == other.parameters().values);
        const Evaluation found = evaluate(one, as_labels, options.loss);
        CHECK(found["loss"] == evaluate(one, as_numbers, options.loss)["loss"]);
        CHECK(found["accuracy"] == evaluate(one, as_numbers, options.loss)["accuracy"]);
        labels[1] = 2;
        const data::Dataset<Label> wrong(Shape(2), inputs, labels);
        CHECK(error_of([&] { fit(one, wrong, options); }) ==
              "Dataset: sample " + std::to_string(1 / outputs) + ": expected a label below 2, got 2");
    };
    check(std::type_identity<Sequential<Input<2>, Dense<1>>>{});
    check(std::type_identity<Sequential<Input<2>, Dense<3>>>{});
}

TEST_CASE("ignore_index: -1 and -100 are labels like others") {
    using Net = Sequential<Input<2>, Dense<3>>;
    const auto inputs = random_numbers<float>(6 * 2, 1);
    const Model<Net> model({.seed = 1});
    const data::Dataset<Label> counted(Shape(2), std::vector<float>(inputs.begin(), inputs.begin() + 6),
                                       {0, 1, 2});
    const double expected = evaluate(model, counted, losses::SparseCategoricalCrossentropy{})["loss"];
    for (const int padding : {-1, -100, 7}) {
        const losses::SparseCategoricalCrossentropy loss{.ignore_index = padding};
        const auto label = static_cast<Label>(padding);
        const data::Dataset<Label> padded(Shape(2), inputs, {0, 1, 2, label, label, label});
        const Evaluation found = evaluate(model, padded, loss);
        CHECK(found["loss"] == doctest::Approx(expected).epsilon(1e-6));
        CHECK(found["accuracy"] ==
              evaluate(model, counted, losses::SparseCategoricalCrossentropy{})["accuracy"]);
        // As numbers, among the targets of several outputs or alone.
        const auto number = static_cast<float>(padding);
        const data::Dataset<float> numbers(Shape(2), inputs, {0, 1, 2, number, number, number});
        CHECK(evaluate(model, numbers, loss)["loss"] == found["loss"]);
        CHECK(error_of([&] { evaluate(model, padded, losses::SparseCategoricalCrossentropy{}); }) ==
              "Dataset: sample 3: expected a label below 3, got " + std::to_string(label));
        CHECK_FALSE(
            error_of([&] { evaluate(model, numbers, losses::SparseCategoricalCrossentropy{}); }).empty());
    }
    // None, unless one is given.
    static_assert(!losses::SparseCategoricalCrossentropy{}.ignore_index.is_given());
    static_assert(IgnoredLabel(-1).matches(no_label) && IgnoredLabel(-1).matches(core::to_label(-1.0)));
}

TEST_CASE("ignore_index: an enumerator is a label as a number is") {
    enum Tag : Label { name, place, padding };
    static_assert(IgnoredLabel(padding) == IgnoredLabel(2));
    CHECK(losses::SparseCategoricalCrossentropy{.ignore_index = padding}.ignore_index.matches(2));
}
