#include "burin/report/svg_plot.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using burin::report::Line;
using burin::report::log_ticks;
using burin::report::svg_plot;
using burin::report::ticks;

namespace {

std::vector<std::string> labels(const burin::report::Ticks& axis) {
    std::vector<std::string> result;
    for (std::size_t i = 0; i < axis.places.size(); ++i)
        result.push_back(axis.label(i));
    return result;
}

using Labels = std::vector<std::string>;

/// The points of every polyline.
std::vector<std::string> polylines(const std::string& svg) {
    std::vector<std::string> result;
    const std::string mark = "points=\"";
    for (std::size_t at = svg.find(mark); at != std::string::npos; at = svg.find(mark, at)) {
        at += mark.size();
        result.push_back(svg.substr(at, svg.find('"', at) - at));
    }
    return result;
}

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t result = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size()))
        ++result;
    return result;
}

} // namespace

TEST_CASE("ticks: round numbers with as many decimals as they need") {
    CHECK(labels(ticks(0, 1, 5)) == Labels{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
    CHECK(labels(ticks(0.93, 0.985, 6)) == Labels{"0.93", "0.94", "0.95", "0.96", "0.97", "0.98"});
    CHECK(labels(ticks(-1.2, 3.9, 6)) == Labels{"-1", "0", "1", "2", "3"});
    CHECK(labels(ticks(0, 2300, 5)) == Labels{"0", "500", "1000", "1500", "2000"});
    CHECK(labels(ticks(1e-5, 5e-5, 4)) == Labels{"0.00001", "0.00002", "0.00003", "0.00004", "0.00005"});
}

TEST_CASE("ticks: whole numbers only, where asked for") {
    CHECK(labels(ticks(1, 3, 8, true)) == Labels{"1", "2", "3"});
    CHECK(labels(ticks(1, 3, 8)) == Labels{"1.0", "1.5", "2.0", "2.5", "3.0"});
    CHECK(labels(ticks(1, 20, 8, true)) == Labels{"5", "10", "15", "20"});
}

TEST_CASE("ticks: never more than asked for and one, and always some") {
    for (double high = 1e-6; high < 1e9; high *= 1.37) {
        const auto axis = ticks(0, high, 6);
        CAPTURE(high);
        CHECK(axis.places.size() >= 3);
        CHECK(axis.places.size() <= 7);
    }
}

TEST_CASE("ticks: logarithmic ones are powers of ten, or round numbers between them") {
    CHECK(labels(log_ticks(-6, 0, 8)) == Labels{"1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1", "1"});
    CHECK(labels(log_ticks(-20.5, 20.5, 8)) == Labels{"1e-20", "1e-10", "1", "1e+10", "1e+20"});
    CHECK(labels(log_ticks(-3, -2, 8)) == Labels{"0.001", "0.002", "0.005", "0.01"});
    CHECK(labels(log_ticks(0.9, 2.1, 8)) == Labels{"10", "20", "50", "100"});
    CHECK(log_ticks(0.1, 0.2, 8).places.size() >= 2);
}

TEST_CASE("svg_plot: on a logarithmic axis equal factors are equal ways; what has no logarithm is left out") {
    const std::vector<Line> lines{{"loss", {0.001, 0.01, 0.1, 0, -1, 1}, {1, 1, 0, 7, 7, 1}}};
    const std::string svg = svg_plot(lines, {.width = 640, .height = 400, .log_x = true});
    const std::vector<std::string> drawn = polylines(svg);
    REQUIRE(drawn.size() == 2);
    CHECK(drawn[0] == "70.0,34.0 253.3,34.0 436.7,350.0");
    CHECK(drawn[1] == "620.0,34.0 620.0,34.0");
    CHECK(count(svg, ">0.001<") == 1);
    CHECK(count(svg, "nan") == 0);
}

TEST_CASE("svg_plot: the extreme values touch the edges of the axes") {
    const std::vector<Line> lines{{"loss", {1, 2, 3}, {10, 5, 0}}};
    const std::string svg = svg_plot(lines, {.width = 640, .height = 400});
    REQUIRE(polylines(svg).size() == 1);
    CHECK(polylines(svg)[0] == "70.0,34.0 345.0,192.0 620.0,350.0");
    CHECK(count(svg, ">loss</text>") == 1);
    CHECK(svg.substr(0, 5) == "<svg ");
    CHECK(svg.substr(svg.size() - 7) == "</svg>\n");
    CHECK(count(svg, "<text") == count(svg, "</text>"));
}

TEST_CASE("svg_plot: each line has a colour of its own and a place in the legend") {
    const std::vector<Line> lines{{"loss", {1, 2}, {1, 0}}, {"val_loss", {1, 2}, {1, 0.5}}};
    const std::string svg = svg_plot(lines);
    CHECK(polylines(svg).size() == 2);
    CHECK(count(svg, "stroke=\"#0072B2\"") == 2);
    CHECK(count(svg, "stroke=\"#D55E00\"") == 2);
    CHECK(count(svg, ">val_loss</text>") == 1);
}

TEST_CASE("svg_plot: the legend stays out of the way of lines that end high and of lines that end low") {
    const std::string low = svg_plot(std::vector<Line>{{"loss", {1, 2, 3}, {2, 1, 0}}});
    CHECK(count(low, "y=\"48.0\" text-anchor=\"end\" dy=\"0.35em\">loss<") == 1);
    const std::string high = svg_plot(std::vector<Line>{{"accuracy", {1, 2, 3}, {0, 1, 2}}});
    CHECK(count(high, "y=\"334.0\" text-anchor=\"end\" dy=\"0.35em\">accuracy<") == 1);
}

TEST_CASE("svg_plot: a value that is not finite interrupts its line") {
    constexpr double inf = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<Line> lines{{"loss", {1, 2, 3, 4, 5, 6}, {2, 1, inf, 0, nan, 1}}};
    const std::vector<std::string> drawn = polylines(svg_plot(lines));
    REQUIRE(drawn.size() == 3);
    CHECK(count(drawn[0], ",") == 2);
    CHECK(drawn[1] == "400.0,350.0 400.0,350.0");
    CHECK(count(svg_plot(lines), "inf") == 0);
    CHECK(count(svg_plot(lines), "nan") == 0);
}

TEST_CASE("svg_plot: no lines, no points and constant lines have axes, too") {
    for (const std::vector<Line>& lines :
         {std::vector<Line>{}, std::vector<Line>{{"empty", {}, {}}}, std::vector<Line>{{"zero", {1}, {0}}},
          std::vector<Line>{{"constant", {1, 2}, {1e-30, 1e-30}}},
          std::vector<Line>{{"huge", {1, 2}, {1e300, 1e300}}},
          std::vector<Line>{{"hugest", {1, 2}, {1.79e308, 1.79e308}}},
          std::vector<Line>{{"least", {1, 2}, {0, 5e-324}}},
          std::vector<Line>{{"farthest", {-1.79e308, 1.79e308}, {-1.79e308, 1.79e308}}}}) {
        const std::string svg = svg_plot(lines);
        CAPTURE(svg);
        CHECK(count(svg, "<text") >= 4);
        CHECK(count(svg, "nan") == 0);
        CHECK(count(svg, "inf") == 0);
        CHECK(count(svg, "?") == 0);
    }
}

TEST_CASE("svg_plot: names are text, whatever they contain") {
    const std::vector<Line> lines{{"a<b> & \"c\"", {1, 2}, {1, 2}}, {"\x1b[2J\xff", {1}, {1}}};
    const std::string svg = svg_plot(lines, {.title = "x < y"});
    CHECK(count(svg, "a&lt;b&gt; &amp; &quot;c&quot;</text>") == 1);
    CHECK(count(svg, ">x &lt; y</text>") == 1);
    CHECK(count(svg, ">\\x1B[2J\\xFF</text>") == 1);
}

TEST_CASE("svg_plot: curves of a history, over epochs from 1") {
    burin::History history;
    history.append({{"loss", 1.0}, {"accuracy", 0.5}});
    history.append({{"loss", 0.5}, {"accuracy", 0.8}});
    const std::vector<std::string> names{"loss"};
    const std::string svg = svg_plot(history, names);
    CHECK(polylines(svg) == std::vector<std::string>{"70.0,34.0 620.0,350.0"});
    CHECK(count(svg, ">epoch</text>") == 1);
    CHECK(count(svg, ">1</text>") == 1);
    CHECK(count(svg, ">2</text>") == 1);
    const std::vector<std::string> missing{"val_loss"};
    CHECK_THROWS_AS(svg_plot(history, missing), burin::Error);
}

TEST_CASE("save_svg: writes the image, or throws and leaves nothing") {
    std::string directory = (std::filesystem::temp_directory_path() / "burin_plot_XXXXXX").string();
    REQUIRE(mkdtemp(directory.data()) != nullptr);
    const std::string path = directory + "/plot.svg";
    const std::string svg = svg_plot(std::vector<Line>{{"loss", {1, 2}, {1, 0}}});
    burin::report::save_svg(path, svg);
    std::ifstream file(path);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == svg);
    CHECK_THROWS_AS(burin::report::save_svg(directory + "/missing/plot.svg", svg), burin::Error);
    CHECK(std::distance(std::filesystem::directory_iterator(directory), {}) == 1);
    std::filesystem::remove_all(directory);
}
