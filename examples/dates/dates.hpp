#pragma once

#include <burin/core/label.hpp>
#include <burin/core/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

/// Dates as people write them, "3rd of Mar 2021", and as ISO 8601 does, 2021-03-03.
namespace dates {

inline constexpr std::string_view source_letters = " 0123456789abcdefghijklmnopqrstuvwxyz.,/-";
inline constexpr std::string_view target_letters = "-0123456789";

inline constexpr std::size_t source_length = 22;
inline constexpr std::size_t target_length = 11; ///< Ten characters and the end.
inline constexpr std::size_t source_tokens = source_letters.size() + 1;
inline constexpr std::size_t padding = 0; ///< As a token of sources; letters count from 1.

// Targets are labels: the letters, then where a date begins and ends.
inline constexpr burin::Label begin = target_letters.size();
inline constexpr burin::Label end = begin + 1;
inline constexpr std::size_t target_classes = end + 1;

inline constexpr std::uint32_t days = 36'525; ///< 1 January 1950 to 31 December 2049.
inline constexpr std::uint32_t styles = 9;

struct Date {
    int year, month, day;
};

inline int days_of(int month, int year) {
    constexpr std::array<int, 12> all{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return all[static_cast<std::size_t>(month - 1)] + (month == 2 && year % 4 == 0 ? 1 : 0);
}

inline Date date_of(std::uint32_t number) {
    Date date{1950, 1, static_cast<int>(number) + 1};
    for (int left = days_of(date.month, date.year); date.day > left; left = days_of(date.month, date.year)) {
        date.day -= left;
        date.year += date.month == 12;
        date.month = date.month % 12 + 1;
    }
    return date;
}

inline std::string iso(const Date& date) {
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
    return text;
}

inline std::string written(const Date& date, std::uint32_t style) {
    constexpr std::array<const char*, 12> names{"january",   "february", "march",    "april",
                                                "may",       "june",     "july",     "august",
                                                "september", "october",  "november", "december"};
    const std::string name = names[static_cast<std::size_t>(date.month - 1)], brief = name.substr(0, 3);
    const int tens = date.day / 10, ones = date.day % 10;
    const char* const ordinal = tens == 1   ? "th"
                                : ones == 1 ? "st"
                                : ones == 2 ? "nd"
                                : ones == 3 ? "rd"
                                            : "th";
    const auto format = [&](const char* pattern, auto... parts) {
        char text[64];
        std::snprintf(text, sizeof text, pattern, parts...);
        return std::string(text);
    };
    switch (style) {
    case 0:
        return format("%d %s %d", date.day, brief.c_str(), date.year);
    case 1:
        return format("%d %s %d", date.day, name.c_str(), date.year);
    case 2:
        return format("%s %d, %d", name.c_str(), date.day, date.year);
    case 3:
        return format("%s %d%s, %d", brief.c_str(), date.day, ordinal, date.year);
    case 4:
        return format("%d%s of %s %d", date.day, ordinal, name.c_str(), date.year);
    case 5:
        return format("%d.%d.%d", date.day, date.month, date.year);
    case 6:
        return format("%02d/%02d/%d", date.month, date.day, date.year);
    case 7:
        return format("%d %s %02d", date.year, brief.c_str(), date.day);
    default:
        return format("%s. %d %d", brief.c_str(), date.day, date.year);
    }
}

/// One pair to learn from, as numbers.
struct Pair {
    std::string source, target;

    void tokens(float* to) const {
        for (std::size_t i = 0; i < source_length; ++i)
            to[i] = i < source.size() ? static_cast<float>(source_letters.find(source[i]) + 1)
                                      : static_cast<float>(padding);
    }
    /// What is to be written, and what was written before each of these.
    void labels(burin::Label* next, float* before) const {
        burin::Label last = begin;
        for (std::size_t i = 0; i < target_length; ++i) {
            before[i] = static_cast<float>(last);
            last = next[i] =
                i < target.size() ? static_cast<burin::Label>(target_letters.find(target[i])) : end;
        }
    }
};

inline Pair pair_of(std::uint32_t day, std::uint32_t style) {
    const Date date = date_of(day);
    return {written(date, style), iso(date)};
}

/// The days in an order drawn from the seed. The last ones are held out: they are learnt in no style.
inline std::vector<std::uint32_t> shuffled_days(std::uint64_t seed) {
    std::vector<std::uint32_t> order(days);
    for (std::uint32_t i = 0; i < days; ++i)
        order[i] = i;
    burin::shuffle(order, burin::RandomStream{seed, burin::Purpose::splitting, 0});
    return order;
}

} // namespace dates
