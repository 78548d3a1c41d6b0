#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <string_view>

namespace burin::core {

namespace detail {

template <class T>
consteval std::string_view signature_with() {
    return __PRETTY_FUNCTION__;
}

} // namespace detail

/// How the compiler at hand spells a type: for sentences. g++ and clang differ in spaces and in the names of
/// integer types.
template <class T>
consteval std::string_view type_name() {
    std::string_view name = detail::signature_with<T>();
    name.remove_prefix(name.find("T = ") + 4);
    // g++ goes on with what `std::string_view` stands for.
    const std::size_t more = name.find("; std::string_view = ");
    return name.substr(0, more != std::string_view::npos ? more : name.size() - 1);
}

} // namespace burin::core
