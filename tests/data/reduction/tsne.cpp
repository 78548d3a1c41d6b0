#include "burin/data/reduction/tsne.hpp"
#include "burin/report/scatter_svg.hpp"

#include "reference/reduction.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

using burin::Label;
using namespace burin::data;
namespace expected = reference::reduction;

namespace {

constexpr std::size_t width = 8, count = 60;
const std::span<const double> cloud(expected::cloud);

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

} // namespace

TEST_CASE("similarities: scikit-learn's, as near as its search for the perplexity ends") {
    const std::vector<double> found = similarities(cloud, width, 10);
    std::vector<double> upper;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j) {
            sum += found[i * count + j];
            if (j > i && upper.size() < 200)
                upper.push_back(found[i * count + j]);
        }
    CHECK(sum == doctest::Approx(1).epsilon(1e-12));
    // Of numbers of some 0.001.
    check_close(upper, expected::similarities, 1e-7);
}

TEST_CASE("divergence: value and gradient are scikit-learn's") {
    const std::vector<double> similar = similarities(cloud, width, 10);
    std::vector<double> gradient(2 * count), kernel(count * count);
    CHECK(divergence(similar, expected::place, gradient, kernel) ==
          doctest::Approx(expected::place_cost[0]).epsilon(1e-5));
    check_close(gradient, expected::place_gradient, 1e-6);
}

TEST_CASE("tsne: ends as near as scikit-learn's, groups stay together, and nothing is drawn") {
    // Two directions of the cloud, as near to each other as principal components are to start at.
    std::vector<double> start;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t k = 0; k < 2; ++k)
            start.push_back(1e-5 * cloud[i * width + k]);
    const Embedding found = tsne(cloud, width, start, {.perplexity = 10});
    // Where it ends depends on where it starts: scikit-learn's runs end at 0.160 to 0.172.
    CHECK(found.divergence < 1.1 * expected::end_cost[0]);
    CHECK(found.divergence > 0.8 * expected::end_cost[0]);
    CHECK(tsne(cloud, width, start, {.perplexity = 10}).places == found.places);
    // The nearest of each is of its group, which are twenty samples each.
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t nearest = i;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t j = 0; j < count; ++j) {
            const double away = std::hypot(found.places[2 * i] - found.places[2 * j],
                                           found.places[2 * i + 1] - found.places[2 * j + 1]);
            if (j != i && away < least) {
                least = away;
                nearest = j;
            }
        }
        CHECK(nearest / 20 == i / 20);
    }
}

TEST_CASE("tsne: points that are equal, few of them, and what is refused") {
    const std::vector<double> equal(12, 1), start(8);
    for (const double place : tsne(equal, 3, start, {.perplexity = 2, .steps = 20}).places)
        CHECK(std::isfinite(place));
    const std::vector<double> two{0, 1e200}, apart{0, 0, 1e-4, 0};
    for (const double place : tsne(two, 1, apart, {.perplexity = 1.5, .steps = 20}).places)
        CHECK(std::isfinite(place));
    CHECK(error_of([&] { tsne(equal, 3, start, {.perplexity = 4}); }) ==
          "tsne: expected a perplexity from 1 to below 4, the number of points, got 4");
    CHECK(
        error_of([&] { tsne(equal, 5, start); }) ==
        "tsne: expected two or more points of 5 numbers, and two numbers of each to start at, got 12 and 8");
    CHECK(error_of([&] {
              tsne(std::vector<double>{1, std::nan(""), 2}, 1, std::vector<double>(6), {.perplexity = 2});
          }) == "tsne: point 1, feature 0: expected a finite number, got nan");
}

TEST_CASE("scatter_svg: a mark for each sample, and one for each class in the legend") {
    std::vector<double> places;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < 30; ++i) {
        places.push_back(static_cast<double>(i));
        places.push_back(static_cast<double>(i * i));
        labels.push_back(static_cast<Label>(i % 15));
    }
    const std::string svg =
        burin::report::scatter_svg(places, labels, {.title = "a < b", .names = {"first", "second"}});
    CHECK(occurrences(svg, "<circle") == 2 * 7 + 7);
    CHECK(occurrences(svg, "<path") == 2 * 8 + 8);
    CHECK(occurrences(svg, ">first<") == 1);
    CHECK(occurrences(svg, ">14<") == 1);
    CHECK(occurrences(svg, "a &lt; b") == 1);
    CHECK(occurrences(svg, "prefers-color-scheme: dark") == 1);
    CHECK(occurrences(svg, "nan") == 0);
    places[3] = std::nan("");
    CHECK(occurrences(burin::report::scatter_svg(places, labels), "<circle") == 2 * 7 + 6);
    CHECK(occurrences(burin::report::scatter_svg({}, {}), "<circle") == 0);
    CHECK(error_of([&] { burin::report::scatter_svg(places, {}); }) ==
          "scatter_svg: expected two numbers for each of 0 labels, got 60");
}
