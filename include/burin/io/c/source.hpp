#pragma once

#include "burin/core/shape.hpp"
#include "burin/io/export_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::io::c {

/// A piece of C that statements call: a function, a type, a table. Pieces are told apart by their address.
struct Function {
    std::string_view text;
    std::array<const Function*, 6> needs{}; ///< What it calls itself.
};

/// A literal of exactly this value.
inline std::string literal(float value) {
    std::string text = io::detail::literal(value);
    text.back() = 'f';
    return text;
}
inline std::string literal(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}
inline std::string literal(std::int32_t value) {
    return value == INT32_MIN ? "INT32_MIN" : std::to_string(value);
}
inline std::string literal(std::uint32_t value) {
    return std::to_string(value) + "u";
}
inline std::string literal(std::int8_t value) {
    return std::to_string(value);
}

template <class Number>
inline constexpr std::string_view type_name = "float";
template <>
inline constexpr std::string_view type_name<double> = "double";
template <>
inline constexpr std::string_view type_name<std::int32_t> = "int32_t";
template <>
inline constexpr std::string_view type_name<std::uint32_t> = "uint32_t";
template <>
inline constexpr std::string_view type_name<std::int8_t> = "int8_t";

/// The name with nothing but what a C identifier may hold.
inline std::string identifier(std::string_view name) {
    std::string result(name);
    for (char& letter : result)
        if ((letter < 'a' || letter > 'z') && (letter < 'A' || letter > 'Z') &&
            (letter < '0' || letter > '9'))
            letter = '_';
    if (result.empty() || (result[0] >= '0' && result[0] <= '9'))
        result.insert(0, "_");
    return result;
}

/// What becomes a C file: the pieces that it needs, its constants, and the statements of its function.
class Source {
  public:
    /// That a piece is there, behind those that it needs.
    void use(const Function& piece) {
        if (!used_.insert(&piece).second)
            return;
        for (const Function* needed : piece.needs)
            if (needed != nullptr)
                use(*needed);
        pieces_.append(piece.text).append("\n");
    }

    /// A constant array and its name. Two of one name are the same.
    template <class Number>
    std::string array(const std::string& name, std::span<const Number> values) {
        const auto [found, is_new] = arrays_.try_emplace(name);
        std::string& place = found->second;
        if (!is_new)
            return place;
        // `a.b_c` and `a_b.c` are two arrays.
        for (place = identifier(name); !array_names_.insert(place).second;)
            place += "_";
        constants_.append("static const ").append(type_name<Number>).append(" ").append(place);
        constants_.append("[").append(std::to_string(values.size())).append("] = {");
        constexpr std::size_t in_line = std::is_same_v<Number, float> ? 8 : 16;
        for (std::size_t i = 0; i < values.size(); ++i)
            constants_.append(i % in_line == 0 ? "\n    " : " ").append(literal(values[i])).append(",");
        constants_.append("\n};\n\n");
        return place;
    }

    /// A function of a sum and of what may be added to it, as an expression of `x` and `summand`: the name
    /// that a step gives it.
    std::string finish(const std::string& expression) {
        if (expression == "x")
            return "AS_IT_IS";
        auto found = std::find(finishes_.begin(), finishes_.end(), expression);
        const auto index = static_cast<std::size_t>(found - finishes_.begin());
        if (found == finishes_.end())
            finishes_.push_back(expression);
        return "FINISH_" + std::to_string(index + 1);
    }
    /// That steps have such functions.
    void use_finish() { has_finish_ = true; }

    void line(const std::string& text) { statements_.append("    ").append(text).append("\n"); }

    void call(const std::string& function, const std::vector<std::string>& arguments) {
        std::string text = function + "(";
        for (std::size_t i = 0; i < arguments.size(); ++i)
            text.append(i > 0 ? ", " : "").append(arguments[i]);
        line(text + ");");
    }

    const std::string& statements() const { return statements_; }
    const std::string& constants() const { return constants_; }

    /// Everything but the function.
    std::string pieces() const {
        std::string text;
        if (has_finish_) {
            text = "/* What is done to a sum before it is stored. */\nenum finish { AS_IT_IS";
            for (std::size_t i = 0; i < finishes_.size(); ++i)
                text.append(", FINISH_").append(std::to_string(i + 1));
            text.append(" };\nstatic float finish(enum finish how, float x, float summand);\n\n");
        }
        text.append(pieces_);
        if (has_finish_) {
            text.append("static float finish(enum finish how, float x, float summand)\n{\n");
            text.append("    (void)summand;\n    switch (how) {\n");
            for (std::size_t i = 0; i < finishes_.size(); ++i)
                text.append("    case FINISH_")
                    .append(std::to_string(i + 1))
                    .append(": return ")
                    .append(finishes_[i])
                    .append(";\n");
            text.append("    case AS_IT_IS: break;\n    }\n    return x;\n}\n\n");
        }
        return text;
    }

  private:
    std::set<const Function*> used_;
    std::map<std::string, std::string> arrays_; ///< In C, by their name.
    std::set<std::string> array_names_;
    std::vector<std::string> finishes_;
    std::string pieces_, constants_, statements_;
    bool has_finish_ = false;
};

/// The extents as a C initializer, as in `{1, 28, 28}`.
template <class Numbers>
std::string braces(const Numbers& numbers) {
    std::string text = "{";
    for (const auto number : numbers)
        text.append(text.size() > 1 ? ", " : "").append(std::to_string(number));
    return text + "}";
}

/// A pointer so many elements on.
inline std::string plus(const std::string& pointer, std::size_t offset) {
    return offset == 0 ? pointer : pointer + " + " + std::to_string(offset);
}

} // namespace burin::io::c
