#include "burin/data/dataset.hpp"
#include "burin/layers/dense.hpp"
#include "burin/many_classes/code_book.hpp"
#include "burin/many_classes/multi_label.hpp"
#include "burin/many_classes/one_vs_rest.hpp"
#include "burin/many_classes/pairwise.hpp"
#include "burin/many_classes/temperature.hpp"
#include "burin/metrics/calibration_bins.hpp"
#include "reference/many_classes.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin;
namespace expected = reference::many_classes;

namespace {

constexpr std::size_t classes = 4;

template <class To = double, class From, std::size_t Count>
std::vector<To> vector_of(const From (&values)[Count]) {
    std::vector<To> result;
    for (const From value : values)
        result.push_back(static_cast<To>(value));
    return result;
}

} // namespace

TEST_CASE("count_votes: scikit-learn's one-vs-one decision on given scores, ties among them") {
    const std::size_t pairs = many_classes::pair_count(classes),
                      rows = std::size(expected::pair_scores) / pairs;
    std::vector<double> votes(rows * classes);
    for (std::size_t row = 0; row < rows; ++row)
        many_classes::count_votes(std::span<const double>(expected::pair_scores).subspan(row * pairs, pairs),
                                  std::span(votes).subspan(row * classes, classes));
    check_close(votes, expected::pair_votes, 1e-14);
    CHECK(many_classes::detail::largest_of_rows(votes, classes) ==
          vector_of<Label>(expected::pair_predictions));
}

TEST_CASE("couple: the solution of the linear system") {
    const std::size_t pairs = many_classes::pair_count(classes),
                      rows = std::size(expected::coupled) / classes;
    std::vector<double> found(rows * classes);
    for (std::size_t row = 0; row < rows; ++row)
        many_classes::couple(
            std::span<const double>(expected::pair_probabilities).subspan(row * pairs, pairs),
            std::span(found).subspan(row * classes, classes));
    check_close(found, expected::coupled, 1e-10);
    // Models that are certain, and agree.
    std::array<double, 3> certain{};
    many_classes::couple(std::array{0.0, 0.0, 0.0}, certain);
    CHECK(certain[0] == doctest::Approx(1).epsilon(1e-6));
    many_classes::couple(std::array{1.0, 1.0, 1.0}, certain);
    CHECK(certain[2] == doctest::Approx(1).epsilon(1e-6));
    std::array<double, 2> two{};
    many_classes::couple(std::array{0.3}, two);
    CHECK(two[1] == doctest::Approx(0.3).epsilon(1e-12));
}

TEST_CASE("normalize_rows: scikit-learn's one-vs-rest probabilities") {
    auto rows = vector_of(expected::rest_probabilities);
    CHECK(many_classes::detail::largest_of_rows(rows, classes) ==
          vector_of<Label>(expected::rest_predictions));
    many_classes::normalize_rows(std::span(rows), classes);
    check_close(rows, expected::rest_normalized, 1e-15);
    std::vector<float> none(4);
    many_classes::normalize_rows(std::span(none), 4);
    CHECK(none == std::vector<float>(4, 0.25F));
}

TEST_CASE("CodeBook: decoding is scikit-learn's; the logistic one weighs how sure the answers are") {
    std::vector<bool> answers;
    for (const int answer : expected::book)
        answers.push_back(answer == 1);
    const many_classes::CodeBook book(classes, answers);
    REQUIRE(book.questions() == 7);
    const auto given = vector_of(expected::book_answers);
    for (std::size_t row = 0; row < std::size(expected::book_predictions); ++row) {
        const std::span<const double> scores = std::span(given).subspan(row * 7, 7);
        std::array<double, classes> distances{}, losses{};
        book.hamming(scores, distances);
        CHECK(std::ranges::min_element(distances) - distances.begin() == expected::book_predictions[row]);
        book.logistic_loss(scores, losses);
        for (std::size_t each = 0; each < classes; ++each) {
            double sum = 0;
            for (std::size_t question = 0; question < 7; ++question)
                sum += std::log(1 +
                                std::exp(book.answer(each, question) ? -scores[question] : scores[question]));
            CHECK(losses[each] == doctest::Approx(sum).epsilon(1e-12));
        }
    }
    std::array<double, classes> losses{};
    std::array<double, 7> sure{};
    for (std::size_t question = 0; question < 7; ++question)
        sure[question] = book.answer(2, question) ? 1000 : -1000;
    book.logistic_loss(std::span<const double>(sure), losses);
    CHECK(losses[2] == 0);
    CHECK(losses[0] == doctest::Approx(1000 * 4));
}

TEST_CASE("CodeBook: exhaustive and random books keep all words apart") {
    for (const std::size_t count : {3U, 4U, 5U, 8U}) {
        const auto book = many_classes::CodeBook::exhaustive(count);
        CHECK(book.questions() == (std::size_t{1} << (count - 1)) - 1);
        CHECK(book.least_distance() == std::size_t{1} << (count - 2));
    }
    const auto book = many_classes::CodeBook::random(10, 1);
    CHECK(book.questions() == 34);
    CHECK(book.least_distance() >= 10);
    const auto same = many_classes::CodeBook::random(10, 1), other = many_classes::CodeBook::random(10, 2);
    bool is_same = true, is_other = false;
    for (std::size_t each = 0; each < 10; ++each)
        for (std::size_t question = 0; question < 34; ++question) {
            is_same = is_same && book.answer(each, question) == same.answer(each, question);
            is_other = is_other || book.answer(each, question) != other.answer(each, question);
        }
    CHECK(is_same);
    CHECK(is_other);

    CHECK(error_of([] { many_classes::CodeBook::exhaustive(12); }) ==
          "CodeBook::exhaustive: expected 3 to 11 classes, got 12; use CodeBook::random for more");
    CHECK(error_of([] { many_classes::CodeBook::random(9, 1, 3); }) ==
          "CodeBook::random: expected enough questions to tell 9 classes apart, got 3");
    CHECK(error_of([] { many_classes::CodeBook(2, {true, true}); }) ==
          "CodeBook: question 0: expected classes that answer yes and classes that answer no");
    CHECK(error_of([] { many_classes::CodeBook(3, {true, true, false}); }) ==
          "CodeBook: expected a word of its own for each class, got the same for two");
}

namespace {

double calibration_error(std::span<const double> probabilities, std::span<const Label> labels) {
    const std::size_t count = probabilities.size() / labels.size();
    std::array<metrics::CalibrationBin, 10> bins{};
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto own = probabilities.subspan(row * count, count);
        const auto best = std::ranges::max_element(own);
        bins[metrics::calibration_bin(*best, bins.size())].add(
            *best, best - own.begin() == static_cast<std::ptrdiff_t>(labels[row]));
    }
    return metrics::expected_calibration_error(bins.data(), bins.size());
}

} // namespace

TEST_CASE("Temperature: the one of the largest likelihood, as SciPy finds it") {
    const auto logits = vector_of(expected::logits), single = vector_of(expected::single_logits);
    const auto labels = vector_of<Label>(expected::labels), yes = vector_of<Label>(expected::single_labels);
    const auto fit = [](const auto& numbers, const auto& answers) {
        return many_classes::Temperature::fit(std::span(numbers), std::span<const Label>(answers)).value;
    };
    // SciPy's search by values alone is good to half the digits.
    CHECK(fit(std::vector<double>(logits), labels) ==
          doctest::Approx(expected::temperature[0]).epsilon(1e-6));
    CHECK(fit(std::vector<double>(single), yes) ==
          doctest::Approx(expected::single_temperature[0]).epsilon(1e-6));
    CHECK(fit(vector_of<float>(expected::logits), labels) ==
          doctest::Approx(expected::temperature[0]).epsilon(1e-6));

    // All of it right: the surer the better; all of it wrong: as unsure as may be.
    CHECK(fit(std::vector<double>{5, -5, -5, 5}, std::vector<Label>{0, 1}) < 0.1);
    CHECK(fit(std::vector<double>{5, -5, -5, 5}, std::vector<Label>{1, 0}) ==
          doctest::Approx(100).epsilon(1e-6));
    CHECK(fit(std::vector<double>{2, 2, 2, 2}, std::vector<Label>{1, 0}) == 1);

    const auto refused = [&](std::vector<double> numbers, std::vector<Label> answers) {
        return error_of([&] { fit(numbers, answers); });
    };
    CHECK(refused({1, 2, 3}, {0, 1}) ==
          "Temperature: expected the logits of each of 2 samples, got 3 numbers");
    CHECK(refused({1, 2}, {2}) == "Temperature: sample 0: expected a label below 2, got 2");
    CHECK(refused({1, std::nan("")}, {0}) == "Temperature: expected finite logits, got nan");
}

TEST_CASE("Temperature: probabilities of a model that is too sure become as sure as they are right") {
    using Net = Sequential<Input<3>, Dense<3, NoBias>>;
    Model<Net, double> model;
    for (std::size_t i = 0; i < 9; ++i)
        model["0.weight"][i] = i % 4 == 0 ? 4 : 0; // Four times the input.
    // Labels drawn by softmax(x): the model's logits are four times too large.
    const std::size_t rows = 3000;
    const auto x = random_numbers(3 * rows, 1, -3, 3), drawn = random_numbers(rows, 2, 0, 1);
    std::vector<Label> labels(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const double a = std::exp(x[3 * row]), b = std::exp(x[3 * row + 1]), c = std::exp(x[3 * row + 2]);
        const double place = drawn[row] * (a + b + c);
        labels[row] = place < a ? 0 : place < a + b ? 1 : 2;
    }
    const data::Dataset<Label, double> all(Shape(3), x, labels);
    const auto temperature = many_classes::Temperature::fit(model, all.subset(0, rows / 2));
    CHECK(temperature.value == doctest::Approx(4).epsilon(0.1));
    const auto refused = [&](const auto& data) {
        return error_of([&] { (void)many_classes::Temperature::fit(model, data); });
    };
    CHECK(refused(data::Dataset<Label, double>::without_targets(Shape(3), {1, 2, 3})) ==
          "Temperature: expected one label a sample, got 0 targets");
    CHECK(refused(data::Dataset<Label, double>(Shape(3), {1, 2, 3}, {0, 1})) ==
          "Temperature: expected one label a sample, got 2 targets");
    for (const double wrong : {-1.0, 0.5, 3.0, std::nan("")})
        CHECK(refused(data::Dataset<double, double>(Shape(3), {1, 2, 3}, {wrong}))
                  .starts_with("Temperature: sample 0: expected a label below 3, got "));
    const auto test = all.subset(rows / 2, rows / 2);
    const auto test_labels = std::span<const Label>(labels).subspan(rows / 2);
    const auto before = predict_proba(model, test), after = temperature.predict_proba(model, test);
    const double error_before = calibration_error(before, test_labels),
                 error_after = calibration_error(after, test_labels);
    INFO("expected calibration error " << error_before << " before, " << error_after << " after");
    CHECK(error_before > 0.1);
    CHECK(error_after < 0.04);
    CHECK(many_classes::detail::largest_of_rows(before, 3) ==
          many_classes::detail::largest_of_rows(after, 3));
}

TEST_CASE("best_thresholds: the best F1 that there is, by scikit-learn's curve") {
    const auto chances = vector_of(expected::chances);
    const auto has = vector_of<Label>(expected::has);
    const auto thresholds =
        many_classes::best_thresholds(std::span<const double>(chances), std::span<const Label>(has), 3);
    for (std::size_t label = 0; label < 3; ++label) {
        double hits = 0, said = 0, all = 0;
        for (std::size_t row = 0; row < has.size() / 3; ++row) {
            const bool is = has[3 * row + label] == 1, says = chances[3 * row + label] > thresholds[label];
            hits += is && says;
            said += says;
            all += is;
        }
        CHECK(2 * hits / (said + all) == doctest::Approx(expected::best_f1[label]).epsilon(1e-12));
    }
    // Who misses much more than it says wrongly takes a lower one, and nobody has the last label.
    const std::vector<double> p{0.9, 0.1, 0.6, 0.2, 0.4, 0.3, 0.2, 0.4};
    const std::vector<Label> answers{1, 0, 0, 0, 1, 0, 0, 0};
    const auto strict = many_classes::best_thresholds(std::span(p), std::span(answers), 2, 0.5);
    CHECK(strict[0] == doctest::Approx(0.75));
    CHECK(many_classes::best_thresholds(std::span(p), std::span(answers), 2, 2)[0] == doctest::Approx(0.3));
    CHECK(strict[1] == 0.5);
    const std::vector<double> unknown{0.5, std::nan("")};
    CHECK(error_of([&] {
              many_classes::best_thresholds(std::span(unknown), std::span(answers).first(2), 1);
          }) == "best_thresholds: expected finite probabilities, got nan");
}
