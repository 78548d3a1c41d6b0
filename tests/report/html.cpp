#include "burin/report/html.hpp"
#include "burin/data/dataset.hpp"
#include "burin/evaluation/classification.hpp"
#include "burin/graph/forms.hpp"
#include "burin/initializers/zeros.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/search/parallel_coordinates.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/validation/scores.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// Its outputs are its first three inputs.
using Net = Sequential<Input<2, 2>, Flatten, Dense<3>>;

Model<Net> model() {
    Model<Net> model(ModelOptions{.initializer = initializers::Zeros{}});
    for (std::size_t i = 0; i < 3; ++i)
        model["1.weight"][i * 3 + i] = 1;
    model.set_links(engine::Links<1>{Link::softmax});
    return model;
}

/// The second is wrong by more than the fourth; the others are right.
data::Dataset<> samples() {
    return {Shape{2, 2}, {5, 0, 0, 0, /**/ 0, 9, 0, 0, /**/ 0, 0, 3, 0, /**/ 1, 0, 0, 0}, {0, 2, 2, 1}};
}

History history() {
    History history;
    history.append({{"loss", 1.5}, {"a<b>", 0.25}, {"val_loss", 1.75}}, 2);
    history.append({{"loss", 0.5}, {"a<b>", 0.75}, {"val_loss", 0.875}}, 1);
    return history;
}

std::string path() {
    const char* const wanted = std::getenv("BURIN_PAGE");
    return wanted != nullptr ? wanted
                             : (std::filesystem::temp_directory_path() / "burin-test-page.html").string();
}

std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

} // namespace

TEST_CASE(
    "html: a page has its title, a section a part, and a picture a metric with its validation beside it") {
    report::html(path(), report::Title{"A & B"}, history(), Evaluation({{"loss", 0.25}}),
                 report::mistakes(model(), samples(), {.names = {"no", "yes", "<maybe>"}}),
                 report::network<Net, 8>(), report::timings(model(), samples()),
                 evaluation::classification(model(), samples()), report::Section{"Mine", "<p>own</p>"});
    const std::string page = read(path());
    CHECK(page.find("<title>A &amp; B</title>") != std::string::npos);
    CHECK(count(page, "<section id=\"part") == 7);
    CHECK(count(page, "<a href=\"#part") == 7);
    // loss with val_loss, and a<b>.
    CHECK(count(page.substr(0, page.find("Worst mistakes</h2>")), "<polyline") == 3);
    CHECK(page.find("weighted avg") != std::string::npos);
    CHECK(page.find("2 epochs in 3 s, 1.5 s each") != std::string::npos);
    CHECK(page.find("<b>0.75</b><span>a&lt;b&gt;</span>") != std::string::npos);
    CHECK(page.find("<td>Dense&lt;3&gt;</td>") != std::string::npos);
    CHECK(page.find("inference, one sample") != std::string::npos);
    CHECK(page.find("<p>own</p>") != std::string::npos);
    // Nothing is fetched.
    CHECK(page.find("<script") == std::string::npos);
    CHECK(count(page, "http") == count(page, "xmlns=\"http://www.w3.org/2000/svg\""));
}

TEST_CASE("html: regression, cross-validation and search have sections of their own") {
    const evaluation::NumberPredictions numbers{.predicted = {1, 2, 4}, .targets = {1, 2, 3}};
    const validation::Scores scores(
        {{Evaluation({{"loss", 0.25}}), {}, 8, 2}, {Evaluation({{"loss", 0.75}}), {}, 8, 2}});
    const search::Settings settings({{"rate", search::Value(0.5)}});
    const search::Results results({{.number = 0, .settings = settings, .scores = {{1, 0.9}}}}, {}, true);
    const search::Space space{search::Uniform{"rate", 0, 1}};
    report::html(path(), numbers, scores, results, search::section(results, space));
    const std::string page = read(path());
    CHECK(count(page, "<section id=\"part") == 4);
    CHECK(page.find("<b>0.5</b><span>r_squared</span>") != std::string::npos);
    CHECK(count(page, "<circle") == 3 + 1); // A dot a sample, and one in the legend.
    CHECK(page.find("<tr class=\"below\"><td>mean</td><td class=\"number\"></td><td "
                    "class=\"number\"></td><td class=\"number\">0.5000</td>") != std::string::npos);
    CHECK(count(page, "<td class=\"number\">0.9</td>") == 2);
    CHECK(count(page, "stroke=\"#D55E00\" stroke-width=\"3\"") == 1); // The best trial.
    CHECK(error_of([&] { (void)report::regression_svg(numbers, 1); }) ==
          "regression_svg: expected an output below 1, got 1");
}

TEST_CASE(
    "html: a confusion matrix of up to 15 classes fits its column, a larger one takes the whole width") {
    const auto page_of = [](std::size_t classes) {
        return report::section(
                   evaluation::Predictions::of_classes({0}, std::vector<double>(classes, 0.1), classes))
            .html;
    };
    CHECK(count(page_of(15), "<figure class=\"wide\"><div class=\"scroll\">") == 0);
    CHECK(count(page_of(15), "<figure><svg") >= 1);
    CHECK(count(page_of(16), "<figure class=\"wide\"><div class=\"scroll\"><svg") == 1);
}

TEST_CASE("html: a title is the file's name where none is given, and a file that can't be written is named") {
    report::html(path(), Evaluation({{"loss", 0.25}}));
    const std::string page = read(path());
    CHECK(page.find("<h1>" + path().substr(path().rfind('/') + 1) + "</h1>") != std::string::npos);
    CHECK(error_of([] { report::html("/nowhere/run.html", History{}); }).starts_with("/nowhere/run.html"));
    if (std::getenv("BURIN_PAGE") == nullptr)
        std::filesystem::remove(path());
}

TEST_CASE("mistakes: the worst first, each with what it was taken for") {
    const auto worst = report::worst_mistakes(model(), samples());
    REQUIRE(worst.size() == 2);
    CHECK(worst[0].sample == 1);
    CHECK(worst[0].badness == doctest::Approx(1 - 1 / (2 + std::exp(9.0))));
    CHECK(worst[0].caption == "2, taken for 1 (1 against 0.000123)");
    CHECK(worst[1].sample == 3);
    CHECK(worst[1].badness == doctest::Approx(1 - 1 / (2 + std::exp(1.0))));
    CHECK(worst[1].caption == "1, taken for 0 (0.576 against 0.212)");
    CHECK(report::worst_mistakes(model(), samples(), {.count = 1}).size() == 1);
    CHECK(report::mistakes(model(), samples().subset(0, 1)).html == "<p>None.</p>\n");
    // Images of which all pixels are alike, or none a number, are drawn as well.
    const float most = std::numeric_limits<float>::max();
    for (const float value : {0.0f, 3e7f, -3e7f, most, -most, std::nanf("")}) {
        const data::Dataset<> alike(Shape{2, 2}, std::vector<float>(4, value), {1});
        CHECK(count(report::mistakes(model(), alike).html, "<img ") == 1);
    }
}

TEST_CASE("mistakes: of numbers, the largest error first") {
    const data::Dataset<float> data(Shape{2, 2}, {1, 2, 3, 0, /**/ 0, 0, 0, 0}, {1, 2, 6, /**/ 0.5f, 0, 0});
    const auto worst = report::worst_mistakes(model(), data);
    REQUIRE(worst.size() == 2);
    CHECK(worst[0].sample == 0);
    CHECK(worst[0].badness == doctest::Approx(1));
    CHECK(worst[1].badness == doctest::Approx(0.5 / 3));
    const data::Dataset<float> few(Shape{2, 2}, {1, 2, 3, 0}, {1});
    CHECK(error_of([&] { (void)report::worst_mistakes(model(), few); }) ==
          "worst_mistakes: expected 3 targets a sample, got 1");
}

TEST_CASE("base64: the examples of RFC 4648") {
    using report::detail::base64;
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64("\xff\xef") == "/+8=");
}
