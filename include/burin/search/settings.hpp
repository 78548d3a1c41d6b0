#pragma once

#include "burin/core/error.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace burin::search {

/// A number or a word: what a setting can be.
class Value {
  public:
    Value() : value_(0.0) {}
    template <class Number>
        requires std::integral<Number> || std::floating_point<Number>
    Value(Number number) : value_(static_cast<double>(number)) {}
    Value(std::string word) : value_(std::move(word)) {}
    Value(const char* word) : value_(std::string(word)) {}

    bool is_number() const noexcept { return std::holds_alternative<double>(value_); }
    /// Null of a word.
    const double* number() const noexcept { return std::get_if<double>(&value_); }
    /// Null of a number.
    const std::string* word() const noexcept { return std::get_if<std::string>(&value_); }

    /// The shortest text that says it exactly.
    std::string text() const {
        if (!is_number())
            return *word();
        std::array<char, 32> buffer;
        const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *number());
        return {buffer.data(), end};
    }

    friend bool operator==(const Value&, const Value&) = default;

  private:
    std::variant<double, std::string> value_;
};

/// What is tried in one trial: values by name.
///
///     const double rate = settings["learning_rate"];
///     const auto units = settings.whole("units");
///     const std::string& optimizer = settings.word("optimizer");
///
/// All throw Error for a name that the space does not have, and for a value of the other kind.
class Settings {
  public:
    struct Named {
        std::string name;
        Value value;

        friend bool operator==(const Named&, const Named&) = default;
    };

    Settings() = default;
    explicit Settings(std::vector<Named> values) : values_(std::move(values)) {}

    const std::vector<Named>& values() const noexcept { return values_; }

    double operator[](std::string_view name) const {
        const double* const number = find(name).number();
        if (number == nullptr)
            refuse(name, "a number");
        return *number;
    }
    /// A number that is whole and not negative.
    std::size_t whole(std::string_view name) const {
        const double number = (*this)[name];
        if (!(number >= 0 && number <= 0x1p53 && number == std::floor(number)))
            refuse(name, "a whole number from 0 on");
        return static_cast<std::size_t>(number);
    }
    const std::string& word(std::string_view name) const {
        const std::string* const word = find(name).word();
        if (word == nullptr)
            refuse(name, "a word");
        return *word;
    }

    friend bool operator==(const Settings&, const Settings&) = default;

  private:
    const Value& find(std::string_view name) const {
        for (const Named& each : values_)
            if (each.name == name)
                return each.value;
        std::string names;
        for (const Named& each : values_)
            names += (names.empty() ? "" : ", ") + each.name;
        throw Error("Settings: expected one of " + (names.empty() ? "none" : names) + ", got " +
                    burin::core::quoted(name));
    }

    [[noreturn]] void refuse(std::string_view name, const char* expected) const {
        throw Error("Settings: " + std::string(name) + ": expected " + expected + ", got " +
                    burin::core::quoted(find(name).text()));
    }

    std::vector<Named> values_;
};

} // namespace burin::search
