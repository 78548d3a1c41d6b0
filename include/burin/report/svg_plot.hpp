#pragma once

#include "burin/report/svg.hpp"
#include "burin/report/ticks.hpp"
#include "burin/training/history.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::report {

/// How a line is drawn: through its points, as dots alone, or both.
enum class Mark { line, dots, line_and_dots };

/// One line of a plot. Where a value is not finite the line is interrupted.
struct Line {
    std::string name;
    std::vector<double> x; ///< As many as `y`.
    std::vector<double> y;
    Mark mark = Mark::line;
};

/// Where the names of the lines stand; `automatic` is at the right, above or below.
enum class Legend { automatic, upper_left, lower_left };

struct PlotOptions {
    std::string title{};
    std::string x_label{};
    std::string y_label{};
    std::size_t width = 640; ///< Pixels.
    std::size_t height = 400;
    std::vector<double> x_shows{}; ///< Places that the axis has, besides those of the lines.
    std::vector<double> y_shows{};
    Legend legend = Legend::automatic;
    bool log_x = false; ///< Whether x is drawn by its logarithm; what is not above 0 interrupts its line.
};

namespace detail {

/// Smallest and largest of some values, the finite ones.
struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void include(double value) {
        if (!std::isfinite(value))
            return;
        low = std::min(low, value);
        high = std::max(high, value);
    }

    /// An axis needs some length, with or without values.
    void widen() {
        if (low > high) {
            low = 0;
            high = 1;
        } else if (const double least = 1e-9 * std::max({std::abs(low), std::abs(high), tiny});
                   high - low <= least) {
            const double margin = std::abs(low) < tiny ? 1 : 0.1 * std::abs(low);
            low = std::max(low - margin, std::numeric_limits<double>::lowest());
            high = std::min(high + margin, std::numeric_limits<double>::max());
        }
    }

    /// The halves' difference does not overflow.
    double place(double value) const { return (value / 2 - low / 2) / (high / 2 - low / 2); }

    static constexpr double tiny = 1e-290;
};

/// Draws in a rectangle of the page, whose axes have the ranges given.
class SvgPlot {
  public:
    SvgPlot(std::span<const Line> lines, const PlotOptions& options)
        : options_(options), svg_(options.width, options.height) {
        bool whole = true;
        for (const Line& line : lines)
            for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i) {
                x_.include(scaled(line.x[i]));
                if (std::isfinite(scaled(line.x[i])))
                    y_.include(line.y[i]);
                whole = whole && line.x[i] == std::floor(line.x[i]);
            }
        for (const double x : options.x_shows)
            x_.include(scaled(x));
        for (const double y : options.y_shows)
            y_.include(y);
        x_.widen();
        y_.widen();
        right_ = static_cast<double>(options.width) - 20;
        bottom_ = static_cast<double>(options.height) - 50;

        draw_axes(whole);
        for (std::size_t i = 0; i < lines.size(); ++i)
            draw(lines[i], SvgCanvas::colour(i));
        const bool is_low = options.legend == Legend::lower_left ||
                            (options.legend == Legend::automatic && lines_end_high(lines));
        const double first = is_low ? bottom_ - 12 - 18 * static_cast<double>(lines.size()) : top;
        for (std::size_t i = 0; i < lines.size(); ++i)
            draw_legend(i, first, lines[i]);
    }

    std::string take() { return svg_.take(); }

  private:
    /// A value as it is measured along the axis.
    double scaled(double x) const { return options_.log_x ? std::log10(x) : x; }
    double at_x(double scaled) const { return left + (right_ - left) * x_.place(scaled); }
    double at_y(double value) const { return bottom_ - (bottom_ - top) * y_.place(value); }

    void draw_axes(bool whole) {
        constexpr std::string_view grid = "stroke=\"#ddd\"";
        constexpr std::string_view axis = "stroke=\"black\"";
        const Ticks across =
            options_.log_x ? log_ticks(x_.low, x_.high, 8) : ticks(x_.low, x_.high, 8, whole);
        for (std::size_t i = 0; i < across.places.size(); ++i) {
            const double x = at_x(across.places[i]);
            svg_.line(x, top, x, bottom_, grid);
            svg_.text(x, bottom_ + 16, "text-anchor=\"middle\"", across.label(i));
        }
        const Ticks up = ticks(y_.low, y_.high, 6);
        for (std::size_t i = 0; i < up.places.size(); ++i) {
            const double y = at_y(up.places[i]);
            svg_.line(left, y, right_, y, grid);
            svg_.text(left - 6, y, "text-anchor=\"end\" dy=\"0.35em\"", up.label(i));
        }
        svg_.line(left, bottom_, right_, bottom_, axis);
        svg_.line(left, top, left, bottom_, axis);

        const double middle = (left + right_) / 2;
        if (!options_.title.empty())
            svg_.text(middle, 20, "text-anchor=\"middle\" font-size=\"14\"", options_.title);
        if (!options_.x_label.empty())
            svg_.text(middle, bottom_ + 38, "text-anchor=\"middle\"", options_.x_label);
        if (!options_.y_label.empty()) {
            const double height = (top + bottom_) / 2;
            svg_.text(16, height,
                      "text-anchor=\"middle\" transform=\"rotate(-90 16 " + SvgCanvas::pixels(height) + ")\"",
                      options_.y_label);
        }
    }

    void draw(const Line& line, std::string_view stroke_colour) {
        if (line.mark != Mark::line)
            for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i)
                if (const double x = scaled(line.x[i]); std::isfinite(x) && std::isfinite(line.y[i]))
                    draw_dot(at_x(x), at_y(line.y[i]), stroke_colour);
        if (line.mark == Mark::dots)
            return;
        std::string points;
        std::size_t count = 0;
        // One value on its own is a dot: round ends show a path of no length.
        const auto finish = [&] {
            if (count == 1)
                points += " " + points;
            if (count > 0) {
                svg_.raw("<polyline fill=\"none\" stroke-width=\"2\" stroke-linecap=\"round\" "
                         "stroke-linejoin=\"round\" stroke=\"");
                svg_.raw(stroke_colour);
                svg_.raw("\" points=\"" + points + "\"/>\n");
            }
            points.clear();
            count = 0;
        };
        for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i) {
            if (const double x = scaled(line.x[i]); std::isfinite(x) && std::isfinite(line.y[i])) {
                // Appended piece by piece: of a literal + string g++ 12 falsely believes that it overlaps.
                if (count > 0)
                    points += ' ';
                points += SvgCanvas::pixels(at_x(x));
                points += ',';
                points += SvgCanvas::pixels(at_y(line.y[i]));
                ++count;
            } else {
                finish();
            }
        }
        finish();
    }

    /// Whether the lines are, at the right, rather where the upper legend would be than the lower one.
    bool lines_end_high(std::span<const Line> lines) const {
        double sum = 0;
        for (const Line& line : lines)
            for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i)
                if (const double x = scaled(line.x[i]);
                    std::isfinite(x) && std::isfinite(line.y[i]) && x_.place(x) > 0.7)
                    sum += y_.place(line.y[i]) - 0.5;
        return sum > 0;
    }

    void draw_dot(double x, double y, std::string_view colour) {
        svg_.raw("<circle r=\"3\" cx=\"" + SvgCanvas::pixels(x) + "\" cy=\"" + SvgCanvas::pixels(y) +
                 "\" fill-opacity=\"0.6\" fill=\"");
        svg_.raw(colour);
        svg_.raw("\"/>\n");
    }

    void draw_legend(std::size_t index, double first, const Line& line) {
        const std::string_view name = line.name;
        const double y = first + 14 + 18 * static_cast<double>(index);
        std::string look = "stroke-width=\"2\" stroke=\"";
        look += SvgCanvas::colour(index);
        look += "\"";
        const double x = options_.legend == Legend::automatic ? right_ - 28 : left + 8;
        if (line.mark != Mark::line)
            draw_dot(x + 10, y, SvgCanvas::colour(index));
        if (line.mark != Mark::dots)
            svg_.line(x, y, x + 20, y, look);
        if (options_.legend == Legend::automatic) {
            svg_.text(right_ - 34, y, "text-anchor=\"end\" dy=\"0.35em\"", name);
        } else {
            svg_.text(left + 34, y, "dy=\"0.35em\"", name);
        }
    }

    static constexpr double left = 70;
    static constexpr double top = 34;

    const PlotOptions& options_;
    Range x_, y_;
    double right_ = 0;
    double bottom_ = 0;
    SvgCanvas svg_;
};

} // namespace detail

/// A plot of lines as an SVG image: axes with round numbers, a grid, a legend.
inline std::string svg_plot(std::span<const Line> lines, const PlotOptions& options = {}) {
    return detail::SvgPlot(lines, options).take();
}

/// The curves of a training, such as `loss` and `val_loss`, over the epochs counted from 1. Throws Error if
/// nothing of that name was measured.
inline std::string svg_plot(const History& history, std::span<const std::string> names,
                            PlotOptions options = {}) {
    std::vector<Line> lines;
    for (const std::string& name : names) {
        Line line{name, {}, history[name]};
        for (std::size_t epoch = 1; epoch <= line.y.size(); ++epoch)
            line.x.push_back(static_cast<double>(epoch));
        lines.push_back(std::move(line));
    }
    if (options.x_label.empty())
        options.x_label = "epoch";
    return svg_plot(lines, options);
}

} // namespace burin::report
