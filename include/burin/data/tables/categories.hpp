#pragma once

#include "burin/core/label.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// The same texts as places among other categories; one that is not among these is missing.
inline Column recoded(const Column& column, std::span<const std::string> categories) {
    std::map<std::string_view, Label> places;
    for (std::size_t i = 0; i < categories.size(); ++i)
        places.emplace(categories[i], static_cast<Label>(i));
    std::vector<Label> of_old;
    for (const std::string& text : column.categories()) {
        const auto found = places.find(text);
        of_old.push_back(found == places.end() ? no_label : found->second);
    }
    std::vector<Label> codes(column.size());
    for (std::size_t row = 0; row < codes.size(); ++row) {
        const Label old = column.codes()[row];
        codes[row] = old == no_label ? no_label : of_old[old];
    }
    return Column::of_codes(std::move(codes), {categories.begin(), categories.end()});
}

/// The table with these categories, in this order, in a column of categories; texts that are not among them
/// are missing.
///
///     table = data::with_categories(table, "size", {"S", "M", "L", "XL"});
inline Table with_categories(const Table& table, const std::string& name,
                             const std::vector<std::string>& categories) {
    table.codes(name);
    return table.with(name, recoded(table.column(name), categories));
}

/// The table with the categories of another, where both have a column of categories of the same name: what
/// was fitted on one file takes the codes of a second one for the same texts.
///
///     const data::Table test = data::with_categories_of(train, data::read_table("test.csv"));
inline Table with_categories_of(const Table& reference, Table table) {
    for (const std::string& name : std::vector<std::string>(table.names()))
        if (reference.has(name) && reference.type(name) == ColumnType::category &&
            table.type(name) == ColumnType::category)
            table = table.with(name, recoded(table.column(name), reference.categories(name)));
    return table;
}

} // namespace burin::data
