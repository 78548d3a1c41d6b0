#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/dataset.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

/// A table of numbers as samples: column `target_column` is the target, the others are the features, divided
/// by `divisor`. Labels must be whole numbers from 0 on. Throws Error if they are not, or there is no such
/// column.
template <class Target = Label, class Scalar = float>
Dataset<Target, Scalar> from_table(const csv::Numbers& table, std::size_t target_column, Shape shape,
                                   double divisor = 1) {
    if (target_column >= table.columns)
        throw Error("from_table: expected a target column below " + std::to_string(table.columns) + ", got " +
                    std::to_string(target_column));
    if (shape.size() != table.columns - 1)
        throw Error("from_table: expected a shape of " + std::to_string(table.columns - 1) +
                    " features, got one of " + std::to_string(shape.size()));
    std::vector<Scalar> inputs;
    std::vector<Target> targets;
    inputs.reserve(table.rows() * shape.size());
    for (std::size_t row = 0; row < table.rows(); ++row)
        for (std::size_t column = 0; column < table.columns; ++column) {
            const double value = table(row, column);
            if (column != target_column) {
                inputs.push_back(static_cast<Scalar>(value / divisor));
            } else {
                if constexpr (std::is_same_v<Target, Label>)
                    if (!(value >= 0 && value <= std::numeric_limits<Label>::max()) ||
                        value != std::floor(value))
                        throw Error(
                            "from_table: row " + std::to_string(row) + ", column " + std::to_string(column) +
                            ": expected a label (a whole number from 0 on), got " + std::to_string(value));
                targets.push_back(static_cast<Target>(value));
            }
        }
    return Dataset<Target, Scalar>(shape, std::move(inputs), std::move(targets));
}

} // namespace burin::data
