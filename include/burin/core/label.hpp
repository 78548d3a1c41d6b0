#pragma once

#include "burin/core/language.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace burin {

/// A class index, counted from 0.
using Label = std::uint32_t;

/// A label that stands for no class.
inline constexpr Label no_label = std::numeric_limits<Label>::max();

/// The label of positions that do not count, or none. It may be any integer or enumerator: −1 and −100, as
/// PyTorch's users write, are the labels that they become as Label.
class IgnoredLabel {
  public:
    constexpr IgnoredLabel() = default;
    template <class Integer>
        requires std::integral<Integer> || std::is_enum_v<Integer>
    constexpr IgnoredLabel(Integer label) noexcept : label_(static_cast<Label>(label)), is_given_(true) {}

    constexpr bool is_given() const noexcept { return is_given_; }
    constexpr Label label() const noexcept { return label_; }
    constexpr bool matches(Label label) const noexcept { return is_given_ && label == label_; }

    friend constexpr bool operator==(const IgnoredLabel&, const IgnoredLabel&) = default;

  private:
    Label label_ = no_label;
    bool is_given_ = false;
};

namespace core {

/// The label that a whole number stands for, as the conversion of integers does.
constexpr Label to_label(double number) noexcept {
    return static_cast<Label>(static_cast<std::int64_t>(number));
}

} // namespace core

} // namespace burin
