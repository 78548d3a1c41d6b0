#pragma once

#include "burin/core/error.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/data/tables/table.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

enum class DatePart { year, month, day, weekday, hour, minute, day_of_year };

constexpr const char* name_of(DatePart part) noexcept {
    constexpr const char* names[] = {"year", "month", "day", "weekday", "hour", "minute", "day_of_year"};
    return names[static_cast<std::size_t>(part)];
}

/// Which numbers a date becomes.
struct DateParts {
    /// As whole numbers: months, days and days of the year from 1 on, weekdays from Monday, which is 0.
    std::vector<DatePart> parts{DatePart::year, DatePart::month, DatePart::day, DatePart::weekday,
                                DatePart::hour};
    /// As sine and cosine of how much of its round has passed, so that December is next to January; hours and
    /// minutes with what is smaller. A year has no round.
    std::vector<DatePart> cyclic{};
    bool keep = false; ///< Whether the column of dates stays.
};

/// A part of a date in seconds since 1970-01-01 00:00, and how much of its round has passed, from 0 to
/// below 1. NaN where the date is missing, or so far away that it has no calendar.
struct DatePartValue {
    double value = Column::missing, share = Column::missing;
};
inline DatePartValue part_of(DatePart part, double seconds) noexcept {
    using namespace std::chrono;
    if (!detail::has_calendar(seconds))
        return {};
    const Date date = date_of(seconds);
    const sys_days day = detail::days_of(date);
    const auto year = std::chrono::year(date.year);
    const auto count = [](auto duration) { return static_cast<double>(duration.count()); };
    const double day_of_year = count(day - sys_days(year / January / 1));
    const double second = date.hour * 3600 + date.minute * 60 + date.second;
    const double weekday = std::chrono::weekday(day).iso_encoding() - 1;
    switch (part) {
    case DatePart::year:
        return {static_cast<double>(date.year), Column::missing};
    case DatePart::month:
        return {static_cast<double>(date.month), (date.month - 1) / 12.0};
    case DatePart::day: {
        const auto last = (year / month(date.month) / std::chrono::last).day();
        return {static_cast<double>(date.day),
                (date.day - 1) / static_cast<double>(static_cast<unsigned>(last))};
    }
    case DatePart::weekday:
        return {weekday, weekday / 7};
    case DatePart::hour:
        return {static_cast<double>(date.hour), second / 86400};
    case DatePart::minute:
        return {static_cast<double>(date.minute), (date.minute * 60 + date.second) / 3600};
    case DatePart::day_of_year:
        return {day_of_year + 1, day_of_year / (year.is_leap() ? 366 : 365)};
    }
    return {};
}

/// Columns of numbers in the place of one of dates: `joined_month`, or `joined_month_sin` and
/// `joined_month_cos`.
///
///     table = data::date_parts(table, "joined", {.parts = {data::DatePart::year},
///                                                .cyclic = {data::DatePart::month}});
inline Table date_parts(Table table, const std::string& name, const DateParts& which = {}) {
    const std::vector<double> dates(table.dates(name).begin(), table.dates(name).end());
    const auto add = [&](const std::string& column, auto number) {
        std::vector<double> values;
        values.reserve(dates.size());
        for (const double date : dates)
            values.push_back(number(date));
        table = table.with(column, std::move(values));
    };
    for (const DatePart part : which.parts)
        add(name + "_" + name_of(part), [&](double date) { return part_of(part, date).value; });
    for (const DatePart part : which.cyclic) {
        if (part == DatePart::year)
            throw Error("date_parts: .cyclic: expected parts that come again, got year");
        constexpr double round = 2 * std::numbers::pi;
        add(name + "_" + name_of(part) + "_sin",
            [&](double date) { return std::sin(round * part_of(part, date).share); });
        add(name + "_" + name_of(part) + "_cos",
            [&](double date) { return std::cos(round * part_of(part, date).share); });
    }
    return which.keep ? table : table.drop({name});
}

} // namespace burin::data
