#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

/// A table of numbers as samples: column `target_column` is the target, the others are the features, divided
/// by `divisor`. Labels must be whole numbers from 0 on. Throws Error, naming row and column (from 0), if
/// they are not, if there is no such column, if the divisor is 0 or not finite, and where a finite number of
/// the table exceeds the range of the sample's type; NaN and infinity, which a table has only if its reader
/// was told to allow them, stay as they are.
template <class Target = Label, class Scalar = float, std::floating_point Number>
Dataset<Target, Scalar> from_table(const csv::NumbersOf<Number>& table, std::size_t target_column,
                                   Shape shape, double divisor = 1) {
    if (target_column >= table.columns)
        throw Error("from_table: expected a target column below " + std::to_string(table.columns) + ", got " +
                    std::to_string(target_column));
    if (shape.size() != table.columns - 1)
        throw Error("from_table: expected a shape of " + std::to_string(table.columns - 1) +
                    " features, got one of " + std::to_string(shape.size()));
    if (divisor == 0 || !std::isfinite(divisor))
        throw Error("from_table: expected a divisor that is finite and not 0, got " + number_text(divisor));
    return core::within_memory("from_table", [&] {
        const auto require = [&](bool holds, std::size_t row, std::size_t column, const char* expected) {
            if (holds)
                return;
            const std::string place = table.file.empty() ? "" : " in " + table.place(row, column);
            throw Error("from_table: row " + std::to_string(row) + ", column " + std::to_string(column) +
                        ": expected " + expected + ", got " + number_text(table(row, column)) +
                        place.substr(0, place.rfind(':')));
        };
        const auto convert = [&]<class To>(To, double value, std::size_t row, std::size_t column) {
            const auto result = static_cast<To>(value);
            require(std::isfinite(result) || !std::isfinite(table(row, column)), row, column,
                    sizeof(To) == sizeof(float) ? "a number within the range of float"
                                                : "a number within the range of double");
            return result;
        };
        std::vector<Scalar> inputs;
        std::vector<Target> targets;
        inputs.reserve(table.rows() * shape.size());
        targets.reserve(table.rows());
        for (std::size_t row = 0; row < table.rows(); ++row)
            for (std::size_t column = 0; column < table.columns; ++column) {
                const auto value = static_cast<double>(table(row, column));
                if (column != target_column) {
                    inputs.push_back(convert(Scalar{}, value / divisor, row, column));
                } else if constexpr (std::is_same_v<Target, Label>) {
                    require(value >= 0 && value <= std::numeric_limits<Label>::max() &&
                                value == std::floor(value),
                            row, column, "a label (a whole number from 0 on)");
                    targets.push_back(static_cast<Label>(value));
                } else {
                    targets.push_back(convert(Target{}, value, row, column));
                }
            }
        return Dataset<Target, Scalar>(shape, std::move(inputs), std::move(targets));
    });
}

} // namespace burin::data
