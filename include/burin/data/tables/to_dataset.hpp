#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/table.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

/// Which columns of a table become what.
struct DatasetColumns {
    std::string target;                  ///< The class, or the number to be predicted.
    std::string weight{};                ///< Of the samples; 1 each where none is named.
    std::vector<std::string> features{}; ///< In this order; all others where none are named.
};

/// Samples that were rows, and what their numbers mean.
template <class Target, class Scalar>
struct TableSamples {
    Dataset<Target, Scalar> samples;
    std::vector<std::string> features; ///< The names of a sample's numbers.
    std::vector<std::string> classes;  ///< What each label is called; empty where the target has no texts.
};

namespace detail {

/// `to_dataset: row 3, column 'age': expected …, got …`.
[[noreturn]] inline void refuse_value(std::size_t row, std::string_view column, const std::string& expected,
                                      const std::string& found) {
    throw Error("to_dataset: row " + std::to_string(row) + ", column " + burin::core::quoted(column) +
                ": expected " + expected + ", got " + found);
}

template <class To>
To value_as(double value, std::size_t row, std::string_view column) {
    const auto result = static_cast<To>(value);
    if (std::isfinite(value) && !std::isfinite(result))
        refuse_value(row, column, "a number within the range of float", number_text(value));
    return result;
}

} // namespace detail

/// Rows as samples: numbers as they are, categories as their codes, what is missing as NaN. The target is a
/// class for `Target` Label: a category (whose texts are the classes) or a whole number from 0 on; and else a
/// number.
///
///     const auto [samples, features, classes] = data::to_dataset(table, {.target = "left"});
///     const auto priced = data::to_dataset<float>(table, {.target = "price",
///                                                         .features = {"area", "rooms"}});
///
/// Throws Error, naming row and column: for a target or a weight that is missing, for what is no class, for
/// what exceeds the range of Scalar; and for dates, of which `date_parts` makes numbers.
template <class Target = Label, class Scalar = float>
TableSamples<Target, Scalar> to_dataset(const Table& table, const DatasetColumns& columns) {
    return core::within_memory("to_dataset", [&] {
        TableSamples<Target, Scalar> result;
        std::vector<Column> chosen;
        for (const std::string& name : columns.features)
            chosen.push_back(table.column(name));
        result.features = columns.features;
        for (std::size_t c = 0; columns.features.empty() && c < table.columns(); ++c)
            if (table.names()[c] != columns.target && table.names()[c] != columns.weight) {
                chosen.push_back(table.column(c));
                result.features.push_back(table.names()[c]);
            }
        if (chosen.empty())
            throw Error("to_dataset: expected at least one feature, got none");
        std::vector<Scalar> inputs(table.rows() * result.features.size());
        for (std::size_t f = 0; f < result.features.size(); ++f) {
            const std::string& name = result.features[f];
            const Column& column = chosen[f];
            if (column.type() == ColumnType::date)
                throw Error("to_dataset: column " + burin::core::quoted(name) +
                            ": expected numbers or categories, got dates; date_parts makes numbers of them");
            for (std::size_t row = 0; row < table.rows(); ++row)
                inputs[row * result.features.size() + f] =
                    detail::value_as<Scalar>(column.value(row), row, name);
        }
        const Column& target = table.column(columns.target);
        std::vector<Target> targets(table.rows());
        for (std::size_t row = 0; row < targets.size(); ++row) {
            const double value = target.value(row);
            if (target.is_missing(row))
                detail::refuse_value(row, columns.target, "a target", "a missing one");
            if constexpr (std::is_same_v<Target, Label>) {
                if (!(value >= 0 && value < no_label && value == std::floor(value)) ||
                    target.type() == ColumnType::date)
                    detail::refuse_value(row, columns.target, "a label (a text, or a whole number from 0 on)",
                                         number_text(value));
                targets[row] = static_cast<Label>(value);
            } else {
                if (target.type() != ColumnType::number)
                    detail::refuse_value(row, columns.target, "a number", name_of(target.type()));
                targets[row] = detail::value_as<Target>(value, row, columns.target);
            }
        }
        if constexpr (std::is_same_v<Target, Label>)
            result.classes.assign(target.categories().begin(), target.categories().end());
        std::vector<Scalar> weights;
        if (!columns.weight.empty()) {
            const std::span<const double> given = table.numbers(columns.weight);
            for (std::size_t row = 0; row < given.size(); ++row) {
                if (!(given[row] >= 0 && std::isfinite(given[row])))
                    detail::refuse_value(row, columns.weight, "a weight of at least 0",
                                         number_text(given[row]));
                weights.push_back(detail::value_as<Scalar>(given[row], row, columns.weight));
            }
        }
        result.samples = Dataset<Target, Scalar>(Shape(result.features.size()), std::move(inputs),
                                                 std::move(targets), std::move(weights));
        return result;
    });
}

} // namespace burin::data
