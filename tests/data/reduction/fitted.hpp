#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What a stage is fitted on, of points as reference values have them.
struct ReferenceSamples {
    std::span<const double> points;
    std::size_t columns;
    std::vector<double> targets{};

    std::size_t size() const { return points.size() / columns; }
    std::size_t width() const { return columns; }
    double operator()(std::size_t row, std::size_t column) const { return points[row * columns + column]; }
    bool has_targets() const { return !targets.empty(); }
    double target(std::size_t row) const { return targets[row]; }
    std::uint64_t seed() const { return 1; }
    [[noreturn]] void refuse(const std::string& sentence) const { throw burin::Error(sentence); }
};

/// What a stage of samples with `Width` features is once it is fitted.
template <class Stage, std::size_t Width>
auto fitted(const ReferenceSamples& samples) {
    typename Stage::template Fitted<burin::Shape(Width), double> result;
    Stage::fit(result, samples);
    return result;
}
