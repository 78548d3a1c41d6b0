#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Training samples as a pipeline hands them to a stage.
struct TrainingSamples {
    std::vector<double> values;
    std::size_t columns = 1;
    std::vector<double> targets{};
    std::uint64_t number = 0;

    std::size_t size() const { return values.size() / columns; }
    std::size_t width() const { return columns; }
    double operator()(std::size_t i, std::size_t c) const { return values[i * columns + c]; }
    std::vector<double> column(std::size_t c) const {
        std::vector<double> column;
        for (std::size_t i = 0; i < size(); ++i)
            column.push_back((*this)(i, c));
        return column;
    }
    std::span<const double> row(std::size_t i) const { return {&values[i * columns], columns}; }
    bool has_targets() const { return !targets.empty(); }
    double target(std::size_t i) const { return targets[i]; }
    double weight(std::size_t) const { return 1; }
    std::uint64_t seed() const { return number; }
    [[noreturn]] void refuse(std::string_view sentence) const { throw burin::Error(std::string(sentence)); }
};

template <class Range>
TrainingSamples samples_of(const Range& values, std::size_t columns) {
    return {{std::begin(values), std::end(values)}, columns};
}

/// One stage by itself, for samples of so many columns.
template <class Stage, std::size_t Columns, class Scalar = double>
struct Fitting {
    static constexpr burin::Shape input = burin::Shape(Columns);
    static constexpr std::size_t given = Stage::output_shape(input).size();

    typename Stage::template Fitted<input, Scalar> fitted{};

    Fitting() = default;
    explicit Fitting(const TrainingSamples& samples) {
        if constexpr (requires { Stage::fit(fitted, samples); })
            Stage::fit(fitted, samples);
    }

    /// What it makes of whole samples.
    template <class Range>
    std::vector<double> operator()(const Range& values) const {
        std::vector<double> results;
        for (std::size_t i = 0; i < std::size(values); i += Columns) {
            std::vector<Scalar> in(Columns), out(given);
            for (std::size_t c = 0; c < Columns; ++c)
                in[c] = static_cast<Scalar>(values[i + c]);
            fitted.apply(in.data(), out.data());
            results.insert(results.end(), out.begin(), out.end());
        }
        return results;
    }
};

template <class Stage, std::size_t Columns>
std::vector<double> applied(const auto& train, const auto& test) {
    return Fitting<Stage, Columns>(samples_of(train, Columns))(test);
}
