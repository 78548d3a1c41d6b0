#pragma once

#include "burin/core/language.hpp"

#include <type_traits>

namespace burin::core {

/// The type of a template argument that is a number, whole or not: `Dropout<0.5>`, `LeakyReLU<1>`.
template <class T>
concept Number = std::is_arithmetic_v<T>;

} // namespace burin::core
