#include "burin/report/classification_report.hpp"
#include "burin/report/classification_report_svg.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

evaluation::Predictions three_classes() {
    auto result = evaluation::Predictions::of_classes(
        {0, 1, 2, 2, 2, 1},
        {0.7, 0.2, 0.1, 0.5, 0.3, 0.2, 0.1, 0.1, 0.8, 0.1, 0.2, 0.7, 0.2, 0.5, 0.3, 0.1, 0.8, 0.1}, 3);
    result.names = {"class 0", "<class 1>", "class 2"};
    return result;
}

} // namespace

TEST_CASE("classification_report: scikit-learn's table") {
    CHECK(report::classification_report(three_classes()) ==
          "              precision    recall  f1-score   support\n"
          "\n"
          "     class 0       0.50      1.00      0.67         1\n"
          "   <class 1>       0.50      0.50      0.50         2\n"
          "     class 2       1.00      0.67      0.80         3\n"
          "\n"
          "    accuracy                           0.67         6\n"
          "   macro avg       0.67      0.72      0.66         6\n"
          "weighted avg       0.75      0.67      0.68         6\n");
    const auto labels =
        evaluation::Predictions::of_yes_or_no({1, 0, 0, 1, 1, 1}, {0.9, 0.2, 0.3, 0.1, 0.8, 0.9}, 2);
    CHECK(report::classification_report(labels, {.digits = 3}) ==
          "              precision    recall  f1-score   support\n"
          "\n"
          "           0      1.000     1.000     1.000         2\n"
          "           1      1.000     0.500     0.667         2\n"
          "\n"
          "   micro avg      1.000     0.750     0.857         4\n"
          "   macro avg      1.000     0.750     0.833         4\n"
          "weighted avg      1.000     0.750     0.833         4\n"
          " samples avg      0.667     0.667     0.667         4\n");
}

TEST_CASE("classification_report: columns stay below each other whatever the names are") {
    auto answers = three_classes();
    answers.names = {"Größe in Öl, gemäß", "a\x1B[2J", "plain"};
    const std::string text = report::classification_report(answers);
    CHECK(text.find("\nGröße in Öl, gemäß       0.50 ") != std::string::npos);
    CHECK(text.find("\n          a\\x1B[2J       0.50 ") != std::string::npos);
    CHECK(text.find("\n             plain       1.00 ") != std::string::npos);
}

TEST_CASE("classification_report: answers that are no numbers are wrong") {
    auto answers = three_classes();
    answers.probabilities[0] = std::nan("");
    const std::string text = report::classification_report(answers);
    CHECK(text.find("class 0       0.00      0.00      0.00         1") != std::string::npos);
    CHECK(text.find("accuracy                           0.50         6") != std::string::npos);
    CHECK(report::confusion_matrix_svg(answers.confusion()).find("<svg") == 0);
    CHECK_THROWS_WITH_AS(report::roc_svg(answers), "roc_curve: score 0: expected a finite number, got nan", Error);
}

TEST_CASE("confusion_matrix_svg: a cell for each pair, and its share of the row") {
    const std::string svg = report::confusion_matrix_svg(three_classes().confusion(), {.names = three_classes().names});
    CHECK(count(svg, "<rect") == 5 + 1); // Those that are not empty, and the paper.
    CHECK(count(svg, "<title>") == 5);
    CHECK(count(svg, "<line") == 8);
    CHECK(svg.find("<title>class 2, predicted &lt;class 1&gt;: 1 (33.3 %)</title>") != std::string::npos);
    CHECK(svg.find("fill-opacity=\"0.667\"") != std::string::npos);
    CHECK(svg.find("prefers-color-scheme: dark") != std::string::npos);
    CHECK(svg.find(">predicted</text>") != std::string::npos);
    CHECK(svg.find(">true</text>") != std::string::npos);
    // Of many classes neighbours are one.
    metrics::Confusion many(250);
    many.add(249, 0, 2);
    many.add(248, 100);
    const std::string grouped = report::confusion_matrix_svg(many, {.most_cells = 100});
    CHECK(count(grouped, "<title>") == 2);
    CHECK(count(grouped, "<line") == 2 * 85);
    CHECK(grouped.find("249, predicted 0–2: 2 (100.0 %)") != std::string::npos);
    CHECK(grouped.find("246–248, predicted 99–101: 1 (100.0 %)") != std::string::npos);
}

TEST_CASE("curves: the worst of many classes, with their areas") {
    const std::string roc = report::roc_svg(three_classes());
    CHECK(count(roc, "<polyline") == 4);
    CHECK(roc.find("class 0 (area 1.000)") != std::string::npos);
    CHECK(roc.find("chance") != std::string::npos);
    CHECK(roc.find(">ROC</text>") != std::string::npos);
    const std::string one = report::roc_svg(three_classes(), {}, 1);
    CHECK(count(one, "<polyline") == 2);
    CHECK(one.find(">ROC: the worst 1 of 3 classes</text>") != std::string::npos);
    CHECK(report::pr_svg(three_classes(), {}, 2).find(">Precision and recall: the worst 2 of 3 classes</text>") != std::string::npos);
    CHECK(one.find("&lt;class 1&gt; (area 0.875)") != std::string::npos);
    const std::string pr = report::pr_svg(three_classes());
    CHECK(count(pr, "<polyline") == 3);
    CHECK(pr.find("class 2 (average precision 1.000)") != std::string::npos);
    // There is no curve of a class that never occurs.
    const auto single = evaluation::Predictions::of_yes_or_no({1, 1}, {0.5, 0.6});
    CHECK(count(report::roc_svg(single), "<polyline") == 1);
    CHECK(count(report::pr_svg(single), "<polyline") == 1);
}

TEST_CASE("reliability_svg: what was found beside what should be") {
    const std::string svg = report::reliability_svg(three_classes(), 5);
    CHECK(count(svg, "<polyline") == 3);
    // A marker for each bin with answers, and one in the legend.
    CHECK(count(svg, "<circle") == 2 + 1);
    CHECK(svg.find("found (calibration error 0.") != std::string::npos);
    const auto right = evaluation::Predictions::of_yes_or_no({1, 0}, {1, 0});
    CHECK(report::reliability_svg(right).find("calibration error 0.000") != std::string::npos);
}

TEST_CASE("classification_report_svg: all pictures in one") {
    const std::string svg = report::classification_report_svg(three_classes());
    CHECK(count(svg, "<svg") == 6);
    CHECK(count(svg, "</svg>") == 6);
    // The table is above the pictures.
    const std::size_t table = svg.find(">   &lt;class 1&gt;       0.50      0.50      0.50         2</text>");
    CHECK(table < svg.find("Confusion matrix"));
    CHECK(svg.find("precision    recall  f1-score   support</text>") < table);
    const auto labels = evaluation::Predictions::of_yes_or_no({1, 0, 0, 1}, {0.9, 0.2, 0.3, 0.1}, 2);
    CHECK(count(report::classification_report_svg(labels), "<svg") == 5);
}
