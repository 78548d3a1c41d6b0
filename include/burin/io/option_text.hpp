#pragma once

#include "burin/core/fields.hpp"
#include "burin/core/label.hpp"
#include "burin/core/type_name.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/schedules/schedule.hpp"

#include <charconv>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace burin::io::detail {

/// A type as its user writes it, the same from every compiler: without Burin's own namespaces, spaces and the
/// suffixes of numbers.
template <class T>
std::string type_text() {
    std::string text(core::type_name<T>());
    const auto replace = [&](std::string_view what, std::string_view with) {
        for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
            text.replace(at, what.size(), with);
    };
    replace("(anonymous namespace)", "{anonymous}");
    replace("long unsigned int", "unsigned long");
    for (const std::string_view own : {"burin::core::", "burin::engine::", "burin::fitting::", "burin::",
                                       "losses::", "optimizers::", "schedules::", "callbacks::", " "})
        replace(own, "");
    replace("engine::TensorSelector<", "TensorSelector<"); // clang writes a value's type without burin::
    const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
    for (std::size_t i = 1; i < text.size(); ++i)
        while (i < text.size() && is_digit(text[i - 1]) && (text[i] == 'u' || text[i] == 'l'))
            text.erase(i, 1);
    return text;
}

template <class T>
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;

template <class Rule>
std::string rule_text(const Rule& rule);
template <class... Losses>
std::string rule_text(const losses::PerOutput<Losses...>& rule);

/// Whether there is something to compare in an option: not in a pointer, which is another in every program.
template <class Value>
inline constexpr bool is_told =
    std::is_arithmetic_v<Value> || std::is_enum_v<Value> || std::is_class_v<Value>;

/// The value of an option.
template <class Value>
std::string option_text(const Value& value) {
    if constexpr (std::is_same_v<Value, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<Value>) {
        char digits[64];
        return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
    } else if constexpr (std::is_same_v<Value, losses::Reduction>) {
        return value == losses::Reduction::mean ? "mean" : "sum";
    } else if constexpr (std::is_enum_v<Value>) {
        return option_text(static_cast<std::underlying_type_t<Value>>(value));
    } else if constexpr (std::is_same_v<Value, IgnoredLabel>) {
        return value.is_given() ? option_text(value.label()) : "none";
    } else if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
        return std::string(std::string_view(value));
    } else if constexpr (std::ranges::range<Value>) {
        // Appended piece by piece: of a literal + string g++ 12 falsely believes that it overlaps.
        std::string text = "[";
        for (const auto& each : value)
            text.append(text.size() == 1 ? "" : ",").append(option_text(each));
        return text.append("]");
    } else if constexpr (is_tuple<Value>) {
        std::string text = "(";
        std::apply(
            [&](const auto&... each) {
                (text.append(text.size() == 1 ? "" : ",").append(option_text(each)), ...);
            },
            value);
        return text.append(")");
    } else {
        return rule_text(value);
    }
}

/// A loss, an optimizer or a schedule: its type and all its options, those of what it wraps among them. Of a
/// class without has_fields the type alone. An optimizer's learning rate is left out: it changes while
/// training.
template <class Rule>
std::string rule_text(const Rule& rule) {
    std::string text;
    if constexpr (core::has_fields<Rule>)
        core::for_each_field(rule, [&]<class Value>(std::string_view name, const Value& value) {
            if constexpr (is_told<Value>)
                if (schedules::Schedule<Rule> || name != "learning_rate")
                    text.append(text.empty() ? "" : ", ").append(name).append("=").append(option_text(value));
        });
    return type_text<Rule>() + "{" + text + "}";
}
template <class... Losses>
std::string rule_text(const losses::PerOutput<Losses...>& rule) {
    std::string text;
    std::apply([&](const auto&... each) { ((text += rule_text(each) + ", "), ...); }, rule.losses);
    return "PerOutput{" + text + "weights=" + option_text(rule.weights) + "}";
}

} // namespace burin::io::detail
