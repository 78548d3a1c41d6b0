#include "burin/metrics/hosted/boxes.hpp"
#include "burin/metrics/hosted/text.hpp"
#include "reference/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace burin;
using namespace burin::metrics;
namespace data = reference::metrics;

namespace {

// As in tests/reference/metrics.py.
const std::vector<std::string> references{"the cat is on the mat",
                                          "there is a cat on the mat",
                                          "the dog sat beside the big red barn today",
                                          "he read the book because he was interested in world history",
                                          "short",
                                          "a b c d"};
const std::vector<std::string> answers{"the the the the the the the",
                                       "the cat the cat on the mat",
                                       "the dog sat next to the big red barn",
                                       "he was interested in world history because he read the book",
                                       "short",
                                       "a b c e"};

doctest::Approx close(double value) { return doctest::Approx(value).epsilon(1e-12); }

} // namespace

TEST_CASE("edit_distance: nltk's values") {
    const std::pair<const char*, const char*> pairs[] = {{"kitten", "sitting"},      {"", "abc"},     {"abc", ""}, {"flaw", "lawn"},
                                                         {"intention", "execution"}, {"same", "same"}};
    for (std::size_t i = 0; i < std::size(pairs); ++i)
        CHECK(edit_distance(pairs[i].first, pairs[i].second) == data::distances[i]);
    CHECK(edit_distance("grün", "grun") == 1);
    CHECK(edit_distance("a\xff", "a\xfe") == 1); // No UTF-8.
    CHECK(edit_distance("\xf0\x9f", "") == 2);
    CHECK(edit_distance(Symbols{1, 2, 3}, Symbols{2, 3}) == 1);
}

TEST_CASE("error rates: jiwer's values") {
    CHECK(word_error_rate(references, answers) == close(data::error_rates[0]));
    CHECK(character_error_rate(references, answers) == close(data::error_rates[1]));
    CHECK(word_error_rate({"a"}, {"a b c"}) == 2);
    CHECK_THROWS_WITH_AS(word_error_rate({" "}, {"a"}), "error_rate: expected a symbol in the references, got none", Error);
    CHECK_THROWS_WITH_AS(word_error_rate({"a"}, {}),
                         "error_rate: expected an answer for each reference, and at least one, got 0 answers for 1 references", Error);
}

TEST_CASE("bleu: sacrebleu's values") {
    CHECK(bleu(references, answers) == close(data::bleu[0]));
    CHECK(bleu(references, answers, {.smoothing = Smoothing::none}) == close(data::bleu[0]));
    const std::vector<std::string> poor{"a cat sat here", "on a mat"}, found{"the cat sat down here", "on mats"};
    CHECK(bleu(poor, found) == close(data::bleu_exp[0]));
    CHECK(bleu(poor, found, {.smoothing = Smoothing::floor}) == close(data::bleu_floor[0]));
    CHECK(bleu(poor, found, {.smoothing = Smoothing::add_one}) == close(data::bleu_add_k[0]));
    CHECK(bleu(poor, found, {.smoothing = Smoothing::none}) == 0);
}

TEST_CASE("bleu: sacrebleu's values, with two references") {
    std::vector<std::vector<std::string>> two;
    for (const std::string& reference : references) {
        std::string other = reference;
        for (std::size_t at = other.find("the"); at != std::string::npos; at = other.find("the"))
            other.replace(at, 3, "a");
        two.push_back({reference, other});
    }
    CHECK(bleu(two, answers) == close(data::bleu_two[0]));
    CHECK(bleu(two, answers, {.longest = 2}) == close(data::bleu_bigrams[0]));
}

TEST_CASE("bleu: edges") {
    const std::vector<std::string> same{"one two three four"};
    CHECK(bleu(same, same) == 1);
    CHECK(bleu(same, std::vector<std::string>{""}) == 0);
    CHECK(bleu(same, std::vector<std::string>{"five six"}) == 0);
    CHECK(bleu(std::vector<std::vector<Symbols>>{{{1, 2, 3, 4}}}, {{1, 2, 3, 4}}) == 1);
    CHECK_THROWS_WITH_AS(bleu(std::vector<std::vector<std::string>>{{}}, {"a"}), "bleu: answer 0: expected a reference, got none", Error);
}

TEST_CASE("box_iou") {
    CHECK(box_iou({0, 0, 2, 2}, {1, 1, 3, 3}) == close(1.0 / 7));
    CHECK(box_iou({0, 0, 2, 2}, {0, 0, 2, 2}) == 1);
    CHECK(box_iou({0, 0, 1, 1}, {1, 0, 2, 1}) == 0);
    CHECK(box_iou({0, 0, 0, 0}, {0, 0, 0, 0}) == 0);
    for (const double s : {1e-200, 1e200, 1e307})
        CHECK(box_iou({0, 0, 2 * s, 2 * s}, {s, s, 3 * s, 3 * s}) == close(1.0 / 7));
    CHECK(box_iou({-1e308, -1e308, 1e308, 1e308}, {-1e308, -1e308, 1e308, 1e308}) == 1);
}

TEST_CASE("mean_average_precision: pycocotools's and PASCAL's values") {
    std::vector<TrueBox> truth;
    std::vector<FoundBox> found;
    for (std::size_t i = 0; i < std::size(data::boxes); i += 6) {
        const double* const b = data::boxes + i;
        truth.push_back({static_cast<std::size_t>(b[0]), static_cast<Label>(b[1]), {b[2], b[3], b[4], b[5]}});
    }
    for (std::size_t i = 0; i < std::size(data::detections); i += 7) {
        const double* const b = data::detections + i;
        found.push_back({static_cast<std::size_t>(b[0]), static_cast<Label>(b[1]), {b[2], b[3], b[4], b[5]}, b[6]});
    }
    const BoxScores coco = mean_average_precision(truth, found);
    CHECK(coco.mean() == close(data::coco[0]));
    CHECK(coco.at(0.5) == close(data::coco[1]));
    CHECK(coco.at(0.75) == close(data::coco[2]));
    CHECK(coco.mean_recall() == close(data::coco[5]));
    CHECK(mean_average_precision(truth, found, 4, {.most = 1}).mean_recall() == close(data::coco[3]));
    CHECK(mean_average_precision(truth, found, 4, {.most = 10}).mean_recall() == close(data::coco[4]));
    const BoxScores pascal = mean_average_precision(truth, found, 0, BoxOptions::pascal());
    const BoxScores old = mean_average_precision(truth, found, 0, BoxOptions::pascal(Interpolation::points_11));
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(coco.of_class(c) == close(data::coco_classes[c]));
        CHECK(pascal.of_class(c) == close(data::voc[c]));
        CHECK(old.of_class(c) == close(data::voc2007[c]));
    }
    CHECK(std::isnan(coco.of_class(3)));
    CHECK_THROWS_WITH_AS(coco.at(0.3), "BoxScores: expected a threshold that was asked for, got 0.300000", Error);
}

TEST_CASE("mean_average_precision: edges") {
    const Box box{0, 0, 4, 4};
    CHECK(std::isnan(mean_average_precision({}, {}).mean()));
    CHECK(std::isnan(mean_average_precision({}, {{0, 0, box, 1}}).mean()));
    CHECK(mean_average_precision({{0, 0, box}}, {}).mean() == 0);
    CHECK(mean_average_precision({{0, 0, box}}, {{0, 0, box, 0.1}}).mean() == 1);
    CHECK(mean_average_precision({{0, 0, box}}, {{1, 0, box, 0.1}}).mean() == 0);
    CHECK_THROWS_WITH_AS(mean_average_precision({{0, 0, {4, 0, 0, 4}}}, {}),
                         "mean_average_precision: true box 0: expected a box that ends behind where it begins, got left 4.000000, "
                         "top 0.000000, right 0.000000, bottom 4.000000",
                         Error);
    CHECK_THROWS_WITH_AS(mean_average_precision({}, {{0, 0, box, std::nan("")}}),
                         "mean_average_precision: found box 0: expected a finite score, got nan", Error);
    CHECK_THROWS_WITH_AS(mean_average_precision({{0, no_label, box}}, {}),
                         "mean_average_precision: expected at most 1048576 classes, got 4294967296", Error);
    CHECK_THROWS_WITH_AS(mean_average_precision({{0, 5, box}}, {}, 3), "mean_average_precision: expected labels below 3, got 5", Error);
}
