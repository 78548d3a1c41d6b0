#pragma once

#include "burin/data/number_text.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

/// Dates as text, in the proleptic Gregorian calendar and without leap seconds.
namespace burin::data {

/// The calendar's parts of a date.
struct Date {
    int year = 1970;
    unsigned month = 1; ///< From 1 on.
    unsigned day = 1;   ///< From 1 on.
    unsigned hour = 0;
    unsigned minute = 0;
    double second = 0;
};

namespace detail {

inline std::chrono::sys_days days_of(const Date& date) noexcept {
    return std::chrono::year(date.year) / static_cast<int>(date.month) / static_cast<int>(date.day);
}

/// Whether a date can be taken for days: years of four digits, and far more.
inline bool has_calendar(double seconds) noexcept {
    return std::abs(seconds) < 900e9;
}

/// Takes `digits` digits off the text; false if it does not begin with them.
inline bool take_digits(std::string_view& text, std::size_t digits, unsigned& value) noexcept {
    if (text.size() < digits)
        return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits)
        return false;
    text.remove_prefix(digits);
    return true;
}

/// Takes one or two digits.
inline bool take_number(std::string_view& text, unsigned& value) noexcept {
    return take_digits(text, 2, value) || take_digits(text, 1, value);
}

inline bool take_character(std::string_view& text, char character) noexcept {
    if (!text.starts_with(character))
        return false;
    text.remove_prefix(1);
    return true;
}

/// Takes whole seconds, and what follows a point.
inline bool take_seconds(std::string_view& text, double& second) noexcept {
    unsigned whole = 0;
    if (!take_digits(text, 2, whole))
        return false;
    second = whole;
    if (!text.starts_with('.'))
        return true;
    std::size_t end = 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9')
        ++end;
    double fraction = 0;
    if (end == 1 || std::from_chars(text.data(), text.data() + end, fraction).ec != std::errc{})
        return false;
    second += fraction;
    text.remove_prefix(end);
    return true;
}

/// What follows the time: Z, or how far the clock is ahead of UTC, which is added to `minutes`.
inline bool take_zone(std::string_view& text, int& minutes) noexcept {
    if (take_character(text, 'Z'))
        return true;
    const bool behind = text.starts_with('-');
    unsigned hours = 0, rest = 0;
    if (text.empty() || (!behind && text[0] != '+'))
        return false;
    text.remove_prefix(1);
    if (!take_digits(text, 2, hours))
        return false;
    take_character(text, ':');
    if (!text.empty() && !take_digits(text, 2, rest))
        return false;
    minutes = static_cast<int>(hours * 60 + rest) * (behind ? -1 : 1);
    return hours < 24 && rest < 60;
}

/// As ISO 8601 has it: `2024-03-01`, `2024-03-01 14:30`, `2024-03-01T14:30:05.25Z`, `…+02:00`.
inline bool take_iso_date(std::string_view& text, Date& date, int& minutes_ahead) noexcept {
    unsigned year = 0;
    if (!take_digits(text, 4, year) || !take_character(text, '-') || !take_digits(text, 2, date.month) ||
        !take_character(text, '-') || !take_digits(text, 2, date.day))
        return false;
    date.year = static_cast<int>(year);
    if (text.empty())
        return true;
    if (!(take_character(text, 'T') || take_character(text, ' ')) || !take_digits(text, 2, date.hour) ||
        !take_character(text, ':') || !take_digits(text, 2, date.minute))
        return false;
    if (take_character(text, ':') && !take_seconds(text, date.second))
        return false;
    return text.empty() || take_zone(text, minutes_ahead);
}

/// By the letters of strftime: %Y %y %m %d %H %M %S %z.
inline bool take_date(std::string_view& text, std::string_view format, Date& date,
                      int& minutes_ahead) noexcept {
    for (std::size_t i = 0; i < format.size(); ++i) {
        const bool is_letter = format[i] == '%' && i + 1 < format.size();
        const char letter = is_letter ? format[++i] : '%';
        unsigned year = 0;
        bool fits = true;
        if (!is_letter || letter == '%')
            fits = take_character(text, format[i]);
        else if (letter == 'Y' || letter == 'y') {
            fits = take_digits(text, letter == 'Y' ? 4 : 2, year);
            // As POSIX has it, 69 to 99 are of the twentieth century.
            date.year = static_cast<int>(letter == 'Y' ? year : year < 69 ? 2000 + year : 1900 + year);
        } else if (letter == 'm')
            fits = take_number(text, date.month);
        else if (letter == 'd')
            fits = take_number(text, date.day);
        else if (letter == 'H')
            fits = take_number(text, date.hour);
        else if (letter == 'M')
            fits = take_number(text, date.minute);
        else if (letter == 'S')
            fits = take_seconds(text, date.second);
        else
            fits = letter == 'z' && take_zone(text, minutes_ahead);
        if (!fits)
            return false;
    }
    return true;
}

} // namespace detail

/// Seconds since 1970-01-01 00:00 of a date that exists; its second is below 60.
inline double seconds_of(const Date& date) noexcept {
    return static_cast<double>(detail::days_of(date).time_since_epoch().count()) * 86400 +
           static_cast<double>(date.hour * 3600 + date.minute * 60) + date.second;
}

/// The parts of a date given in seconds since 1970-01-01 00:00, which are finite and within some 28,000 years
/// of it.
inline Date date_of(double seconds) noexcept {
    const double days = std::floor(seconds / 86400);
    const std::chrono::year_month_day calendar{
        std::chrono::sys_days{std::chrono::days{static_cast<std::int64_t>(days)}}};
    const double rest = seconds - days * 86400;
    const auto whole = static_cast<unsigned>(rest);
    return {.year = static_cast<int>(calendar.year()),
            .month = static_cast<unsigned>(calendar.month()),
            .day = static_cast<unsigned>(calendar.day()),
            .hour = whole / 3600,
            .minute = whole / 60 % 60,
            .second = rest - static_cast<double>(whole / 60 * 60)};
}

/// Reads a date as seconds since 1970-01-01 00:00: by `format`, in which %Y, %y, %m, %d, %H, %M, %S and %z
/// stand for the parts as in strftime, or, where that is empty, as ISO 8601 has it (`2024-03-01`, with `
/// 14:30`, `T14:30:05.25` and `Z` or `+02:00` on wish). What names its zone becomes UTC. False if the text is
/// none, or no date of the calendar.
///
///     double seconds = 0;
///     const bool is_date = data::read_date("1.3.2024", "%d.%m.%Y", seconds);
inline bool read_date(std::string_view text, std::string_view format, double& seconds) noexcept {
    Date date;
    int minutes_ahead = 0;
    if (!(format.empty() ? detail::take_iso_date(text, date, minutes_ahead)
                         : detail::take_date(text, format, date, minutes_ahead)) ||
        !text.empty())
        return false;
    const std::chrono::year_month_day day{std::chrono::year(date.year), std::chrono::month(date.month),
                                          std::chrono::day(date.day)};
    if (!day.ok() || date.hour > 23 || date.minute > 59 || date.second >= 60)
        return false;
    seconds = seconds_of(date) - 60.0 * minutes_ahead;
    return true;
}

/// As ISO 8601 has it, to microseconds, without a time at midnight: `2024-03-01`, `2024-03-01T14:30:05`.
inline std::string date_text(double seconds) {
    if (!detail::has_calendar(seconds))
        return number_text(seconds);
    const double micro = std::round((seconds - std::floor(seconds)) * 1e6);
    const Date date = date_of(std::floor(seconds) + (micro >= 1e6 ? 1 : 0));
    char text[80];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", date.year, date.month, date.day);
    std::string result = text;
    const auto fraction = static_cast<unsigned>(micro >= 1e6 ? 0 : micro);
    if (date.hour + date.minute + fraction == 0 && date.second < 1)
        return result;
    std::snprintf(text, sizeof text, "T%02u:%02u:%02u", date.hour, date.minute,
                  static_cast<unsigned>(date.second));
    result += text;
    if (fraction > 0) {
        std::snprintf(text, sizeof text, ".%06u", fraction);
        result += text;
        result.erase(result.find_last_not_of('0') + 1);
    }
    return result;
}

} // namespace burin::data
