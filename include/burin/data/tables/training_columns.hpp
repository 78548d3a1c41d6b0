#pragma once

#include "burin/core/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

// What the `fit` of the transforms shares. `Samples` is what a pipeline hands to it: `size`, `width`,
// `column(c)`, `row(i)`, `samples(i, c)`, `refuse(sentence)`, and targets where there are any. A missing
// value is NaN.

namespace burin::data::detail {

/// A number of a template's argument, as users write it: `0.5`, `1e20`.
constexpr Text<32> option_text(double number) noexcept {
    double size = number < 0 ? -number : number;
    if (size == 0 || (size >= 1e-4 && size < 1e12))
        return Text<32>().append(number);
    if (!(number - number == 0))
        return number > 0 ? "infinity" : number < 0 ? "-infinity" : "nan";
    std::size_t ups = 0, downs = 0;
    for (; size >= 10; ++ups)
        size /= 10;
    for (; size < 1; ++downs)
        size *= 10;
    return Text<32>(number < 0 ? "-" : "").append(size).append(downs > 0 ? "e-" : "e").append(ups + downs);
}

/// The number of a column among those of the whole samples: a stage on some columns sees only these.
template <class Samples>
std::size_t place_of(const Samples& samples, std::size_t column) {
    if constexpr (requires { samples.place(column); })
        return samples.place(column);
    else
        return column;
}

/// Throws Error: `column 2: expected …`, behind the name of the stage.
template <class Samples>
[[noreturn]] void refuse_column(const Samples& samples, std::size_t column, std::string_view complaint) {
    Sentence sentence("column ");
    sentence.append(place_of(samples, column)).append(": ").append(complaint);
    samples.refuse(sentence.view());
}

/// The same with the sample: `sample 7, column 2: expected …`.
template <class Samples>
[[noreturn]] void refuse_value(const Samples& samples, std::size_t sample, std::size_t column,
                               std::string_view complaint) {
    Sentence sentence("sample ");
    sentence.append(sample)
        .append(", column ")
        .append(place_of(samples, column))
        .append(": ")
        .append(complaint);
    samples.refuse(sentence.view());
}

constexpr bool is_missing(double value) noexcept {
    return value != value;
}
constexpr bool is_infinite(double value) noexcept {
    return !is_missing(value) && value - value != 0;
}

/// A column's values in their order without the missing ones. Infinite ones are refused, and so is a column
/// that has none but missing ones.
template <class Samples>
auto present_values(const Samples& samples, std::size_t column) {
    auto values = samples.column(column);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (is_infinite(values[i]))
            refuse_value(samples, i, column, "expected a finite or a missing value, got an infinite one");
    values.erase(std::remove_if(values.begin(), values.end(), is_missing), values.end());
    if (values.empty())
        refuse_column(samples, column, "expected a value, got only missing ones");
    return values;
}

/// The same in rising order.
template <class Samples>
auto sorted_values(const Samples& samples, std::size_t column) {
    auto values = present_values(samples, column);
    std::sort(values.begin(), values.end());
    return values;
}

/// A number that was learnt, as the scalar type of the samples. Refused where that does not hold it.
template <class Scalar, class Samples>
Scalar as_constant(const Samples& samples, std::size_t column, double value) {
    const auto constant = static_cast<Scalar>(value);
    if (!(constant - constant == 0))
        refuse_column(samples, column,
                      "expected constants within the range of the scalar type, got a larger one");
    return constant;
}

/// Refuses a column whose values become infinite or, though they vary, all the same by
/// `transform(Scalar x)`, what was learnt of them.
template <class Scalar, class Samples, class Transform>
void require_told_apart(const Samples& samples, std::size_t column, const Transform& transform) {
    bool varies = false, is_told = false, is_first = true;
    Scalar first = 0, first_result = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto value = static_cast<Scalar>(samples(i, column));
        if (value != value)
            continue;
        const Scalar result = transform(value);
        if (!(result - result == 0))
            refuse_value(samples, i, column,
                         "expected a value within the range of the scalar type once it is transformed, got a "
                         "larger one");
        if (is_first) {
            first = value;
            first_result = result;
            is_first = false;
        }
        varies = varies || value != first;
        is_told = is_told || result != first_result;
    }
    if (varies && !is_told)
        refuse_column(samples, column,
                      "expected values that the scalar type tells apart once they are transformed, got some "
                      "that all become the same");
}

/// What is wrong with a count among constants that come from a file, or nothing.
constexpr Sentence count_problem(std::size_t count, std::size_t least, std::size_t most) noexcept {
    return count >= least && count <= most ? Sentence()
                                           : Sentence("expected a count from ")
                                                 .append(least)
                                                 .append(" to ")
                                                 .append(most)
                                                 .append(", got ")
                                                 .append(count);
}
/// The same of several counts.
template <std::size_t Count, class Number>
constexpr Sentence count_problem(const std::array<Number, Count>& counts, std::size_t least,
                                 std::size_t most) noexcept {
    for (const Number count : counts)
        if (const Sentence problem = count_problem(std::size_t{count}, least, most); !problem.empty())
            return problem;
    return {};
}

/// The code that a value of a categorical column is, a whole number from 0 to Categories − 1; Categories
/// where it is missing or no such number.
template <std::size_t Categories, class Scalar>
constexpr std::size_t code_of(Scalar value) noexcept {
    if (!(value >= 0 && value < static_cast<Scalar>(Categories)))
        return Categories;
    const auto code = static_cast<std::size_t>(value);
    return static_cast<Scalar>(code) == value ? code : Categories;
}

/// The same of a training sample, where only a missing value may be no code.
template <std::size_t Categories, class Samples>
std::size_t training_code(const Samples& samples, std::size_t sample, std::size_t column) {
    const double value = samples(sample, column);
    const std::size_t code = code_of<Categories>(value);
    if (code == Categories && !is_missing(value)) {
        Sentence complaint("expected a category, a whole number from 0 to ");
        complaint.append(Categories - 1).append(", got ");
        if (is_infinite(value) || value > 1e12 || value < -1e12)
            complaint.append("another number");
        else
            complaint.append(value);
        refuse_value(samples, sample, column, complaint.view());
    }
    return code;
}

} // namespace burin::data::detail
