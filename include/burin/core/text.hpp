#pragma once

#include "burin/core/shape.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin {

/// A sentence built up at compile time (or without a heap at run time). What exceeds the capacity is cut off.
template <std::size_t Capacity>
class Text {
  public:
    constexpr Text() = default;
    // Not explicit: a literal is meant to convert where a sentence is expected.
    constexpr Text(const char* text) { append(std::string_view(text)); }
    constexpr Text(std::string_view text) { append(text); }

    constexpr Text& append(const char* text) { return append(std::string_view(text)); }

    constexpr Text& append(std::string_view text) {
        for (char c : text)
            if (length_ < Capacity)
                characters_[length_++] = c;
        return *this;
    }

    constexpr Text& append(std::size_t number) {
        std::array<char, 20> digits{};
        std::size_t count = 0;
        do {
            digits[count++] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        while (count > 0)
            append(std::string_view(&digits[--count], 1));
        return *this;
    }

    /// With up to six decimals, as in `0.25`; for the small numbers of layers' options.
    constexpr Text& append(double number) {
        if (number < 0) {
            append("-");
            number = -number;
        }
        auto millionths = static_cast<std::size_t>(number * 1e6 + 0.5);
        append(millionths / 1'000'000);
        millionths %= 1'000'000;
        if (millionths == 0)
            return *this;
        append(".");
        for (std::size_t place = 100'000; millionths > 0; millionths %= place, place /= 10)
            append(millionths / place);
        return *this;
    }

    /// `[28, 28, 1]`
    constexpr Text& append(const Shape& shape) {
        append("[");
        for (std::size_t axis = 0; axis < shape.rank; ++axis) {
            if (axis > 0)
                append(", ");
            append(shape[axis]);
        }
        return append("]");
    }

    constexpr std::size_t size() const { return length_; }
    constexpr bool empty() const { return length_ == 0; }
    constexpr std::string_view view() const { return {characters_.data(), length_}; }

    friend constexpr bool operator==(const Text& a, const Text& b) { return a.view() == b.view(); }

  private:
    std::array<char, Capacity> characters_{};
    std::size_t length_ = 0;
};

using Sentence = Text<320>;

} // namespace burin
