#pragma once

#include "burin/io/atomic_file.hpp"
#include "burin/report/escaped.hpp"
#include "burin/report/ticks.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace burin::report {

namespace detail {

/// An SVG image while it is being drawn, in pixels from the upper left corner.
class SvgCanvas {
  public:
    SvgCanvas(std::size_t width, std::size_t height) {
        const std::string size =
            "width=\"" + std::to_string(width) + "\" height=\"" + std::to_string(height) + "\"";
        svg_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"burin\" " + size + " viewBox=\"0 0 " +
               std::to_string(width) + " " + std::to_string(height) +
               "\" font-family=\"sans-serif\" font-size=\"12\">\n";
        svg_ += dark;
        svg_ += "<rect " + size + " fill=\"white\"/>\n";
    }

    // For readers who asked for a dark page: paper, ink and grid are exchanged, colours stay.
    static constexpr std::string_view dark =
        "<style>@media (prefers-color-scheme: dark) {"
        "svg.burin [fill=\"white\"] {fill: #14171c} "
        "svg.burin text:not([fill]) {fill: #e4e6ea} "
        "svg.burin [stroke=\"black\"] {stroke: #a9afba} "
        "svg.burin [stroke=\"#ddd\"], svg.burin [stroke=\"#ccc\"] {stroke: #343a44} "
        "svg.burin [stroke=\"#000000\"] {stroke: #ffffff} "
        "svg.burin [fill=\"#000000\"] {fill: #ffffff}"
        "}</style>\n";

    std::string take() {
        svg_ += "</svg>\n";
        return std::move(svg_);
    }

    // Colours that most people with a colour vision deficiency tell apart: Okabe and Ito, "Color universal
    // design", 2008.
    static std::string_view colour(std::size_t index) {
        static constexpr std::array<std::string_view, 7> colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                                 "#E69F00", "#56B4E9", "#000000"};
        return colours[index % colours.size()];
    }

    static std::string pixels(double value) { return Ticks::number(value, 1); }

    /// `more` is attributes.
    void text(double x, double y, std::string_view more, std::string_view words) {
        svg_ += "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" ";
        svg_ += more;
        svg_ += '>';
        svg_ += escaped(words);
        svg_ += "</text>\n";
    }

    void line(double x1, double y1, double x2, double y2, std::string_view more) {
        svg_ += "<line x1=\"" + pixels(x1) + "\" y1=\"" + pixels(y1) + "\" x2=\"" + pixels(x2) + "\" y2=\"" +
                pixels(y2) + "\" ";
        svg_ += more;
        svg_ += "/>\n";
    }

    /// A rectangle with a text that shows where the mouse points at it.
    void box(double x, double y, double width, double height, std::string_view more, std::string_view tip) {
        svg_ += "<rect x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" width=\"" + pixels(width) +
                "\" height=\"" + pixels(height) + "\" ";
        svg_ += more;
        svg_ += "><title>" + escaped(tip) + "</title></rect>\n";
    }

    void raw(std::string_view elements) { svg_ += elements; }

  private:
    std::string svg_;
};

} // namespace detail

/// Writes an image to a file, whole or not at all. Throws Error.
inline void save_svg(const std::string& path, std::string_view svg) {
    io::write_file(path, svg);
}

} // namespace burin::report
