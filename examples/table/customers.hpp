#pragma once

#include <burin/tables.hpp>

#include <string>
#include <utility>
#include <vector>

/// The file of customers, as somebody kept it by hand.
namespace customers {

inline burin::data::Table read(const std::string& path) {
    return burin::data::read_table(
        path,
        {.delimiter = ';', .decimal = ',', .thousands = '\'', .comment = '#', .date_format = "%d.%m.%Y"});
}

/// The table without what can't be true and what is there twice.
inline burin::data::Table cleaned(const burin::data::Table& raw) {
    const burin::data::Table once = burin::data::drop_duplicates(raw);
    std::vector<double> ages, years;
    constexpr double today = 1735603200, year = 365.25 * 86400; // 2024-12-31
    for (const double age : once.numbers("age"))
        ages.push_back(age > 120 ? burin::data::Column::missing : age);
    for (const double joined : once.dates("joined"))
        years.push_back((today - joined) / year);
    return once.with("age", std::move(ages)).with("years", std::move(years)).drop({"customer", "joined"});
}

} // namespace customers
