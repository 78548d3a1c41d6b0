#pragma once

#include "burin/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

/// The cubic spline through points whose second derivative is 0 at both ends, as SciPy's
/// `CubicSpline(bc_type="natural")`: the least bent curve through them. Of two points it is the line, of one
/// it is constant.
///
///     const data::NaturalSpline curve(times, values);
///     const double between = curve(0.5);
///
/// Beyond the ends it goes on as its last piece. Throws Error unless there is a point at least and each is
/// right of the last.
class NaturalSpline {
  public:
    NaturalSpline(std::span<const double> x, std::span<const double> y)
        : x_(x.begin(), x.end()), y_(y.begin(), y.end()) {
        if (x.empty() || x.size() != y.size())
            throw Error("NaturalSpline: expected points, a place and a value each, got " +
                        std::to_string(x.size()) + " places and " + std::to_string(y.size()) + " values");
        for (std::size_t i = 1; i < x.size(); ++i)
            if (!(x[i] > x[i - 1]))
                throw Error("NaturalSpline: point " + std::to_string(i) +
                            ": expected a place right of that before");
        // The second derivatives m solve a tridiagonal system, from the first inner point to the last:
        // h₋ m₋ + 2 (h₋ + h) m + h m₊ = 6 (slope − slope₋).
        const std::size_t count = x.size();
        bend_.assign(count, 0);
        if (count < 3)
            return;
        std::vector<double> diagonal(count), right(count);
        for (std::size_t i = 1; i + 1 < count; ++i) {
            diagonal[i] = 2 * (x[i + 1] - x[i - 1]);
            right[i] = 6 * ((y[i + 1] - y[i]) / (x[i + 1] - x[i]) - (y[i] - y[i - 1]) / (x[i] - x[i - 1]));
            if (i > 1) {
                const double factor = (x[i] - x[i - 1]) / diagonal[i - 1];
                diagonal[i] -= factor * (x[i] - x[i - 1]);
                right[i] -= factor * right[i - 1];
            }
        }
        for (std::size_t i = count - 2; i > 0; --i)
            bend_[i] = (right[i] - (x[i + 1] - x[i]) * bend_[i + 1]) / diagonal[i];
    }

    double operator()(double place) const {
        if (x_.size() == 1)
            return y_[0];
        const auto above = std::upper_bound(x_.begin() + 1, x_.end() - 1, place);
        const auto i = static_cast<std::size_t>(above - x_.begin()) - 1;
        const double h = x_[i + 1] - x_[i], t = place - x_[i];
        const double slope = (y_[i + 1] - y_[i]) / h - h * (2 * bend_[i] + bend_[i + 1]) / 6;
        return y_[i] + t * (slope + t * (bend_[i] / 2 + t * (bend_[i + 1] - bend_[i]) / (6 * h)));
    }

  private:
    std::vector<double> x_, y_;
    std::vector<double> bend_; ///< The second derivative at each point.
};

} // namespace burin::data
