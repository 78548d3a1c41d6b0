#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::sequences {

/// Which windows of a series become samples.
struct Windows {
    std::size_t length = 1; ///< Steps that a network sees.
    std::vector<std::size_t> horizons{
        1};                    ///< What it is to predict: so many steps behind the last that it sees.
    std::size_t stride = 1;    ///< From the beginning of a window to that of the next.
    bool keep_missing = false; ///< Whether windows with a missing value are kept, as NaN; else left out.
};

namespace detail {

template <class Scalar>
Dataset<Scalar, Scalar> windows_of(const std::vector<std::span<const double>>& inputs,
                                   const std::vector<std::span<const double>>& targets,
                                   const Windows& options) {
    if (options.length == 0 || options.stride == 0 || options.horizons.empty() || inputs.empty() ||
        targets.empty())
        throw Error("windows: expected a length and a stride of at least 1, a horizon and a column, got a "
                    "length of " +
                    std::to_string(options.length) + ", a stride of " + std::to_string(options.stride) +
                    ", " + std::to_string(options.horizons.size()) + " horizons, " +
                    std::to_string(inputs.size()) + " columns and " + std::to_string(targets.size()) +
                    " targets");
    const std::size_t steps = inputs[0].size();
    if (std::count(options.horizons.begin(), options.horizons.end(), 0) > 0)
        throw Error("windows: expected horizons of at least 1, steps behind the window, got 0, which is its "
                    "own last step");
    const std::size_t farthest = *std::max_element(options.horizons.begin(), options.horizons.end());
    if (options.length > steps || farthest > steps - options.length)
        throw Error("windows: expected a series of at least " + std::to_string(options.length) + " and " +
                    std::to_string(farthest) + " steps, got " + std::to_string(steps));
    return core::within_memory("windows", [&] {
        std::vector<Scalar> samples, wanted;
        const std::size_t last = steps - options.length - farthest;
        for (std::size_t number = 0; number <= last / options.stride; ++number) {
            const std::size_t begin = number * options.stride;
            const std::size_t samples_before = samples.size(), wanted_before = wanted.size();
            bool missing = false;
            const auto take = [&](std::vector<Scalar>& to, double value) {
                missing = missing || std::isnan(value);
                to.push_back(static_cast<Scalar>(value));
            };
            for (std::size_t step = begin; step < begin + options.length; ++step)
                for (const auto& column : inputs)
                    take(samples, column[step]);
            for (const std::size_t horizon : options.horizons)
                for (const auto& column : targets)
                    take(wanted, column[begin + options.length - 1 + horizon]);
            if (missing && !options.keep_missing) {
                samples.resize(samples_before);
                wanted.resize(wanted_before);
            }
        }
        return Dataset<Scalar, Scalar>(Shape(options.length, inputs.size()), std::move(samples),
                                       std::move(wanted));
    });
}

} // namespace detail

/// Samples for forecasting: windows of a series, `[length, 1]`, whose targets are its values at the horizons.
///
///     const auto samples = sequences::windows(load, {.length = 24, .horizons = {1, 24}});
///
/// Windows in which a value is missing (NaN) are left out. Throws Error for a horizon of 0, which is the last
/// value that a window has, and for a series that is shorter than one window and the farthest horizon.
template <class Scalar = float>
Dataset<Scalar, Scalar> windows(std::span<const double> series, const Windows& options) {
    return detail::windows_of<Scalar>({series}, {series}, options);
}

/// The same of the columns of a table whose rows are steps: samples `[length, inputs]`, and for each horizon
/// all targets.
///
///     const sequences::Windows days{.length = 24, .horizons = {1, 2, 3}};
///     const auto samples = sequences::windows(table, {"load", "temperature"}, {"load"}, days);
template <class Scalar = float>
Dataset<Scalar, Scalar> windows(const Table& table, const std::vector<std::string>& inputs,
                                const std::vector<std::string>& targets, const Windows& options) {
    std::vector<std::span<const double>> in, out;
    for (const std::string& name : inputs)
        in.push_back(table.numbers(name));
    for (const std::string& name : targets)
        out.push_back(table.numbers(name));
    return detail::windows_of<Scalar>(in, out, options);
}

} // namespace burin::data::sequences
