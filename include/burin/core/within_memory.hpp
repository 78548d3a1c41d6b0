#pragma once

#include "burin/core/error.hpp"

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace burin::core {

/// Throws the Error that what `name` makes does not fit into memory.
[[noreturn]] inline void refuse_memory(std::string_view name) {
    throw Error(std::string(name) + ": expected what fits into memory, got more");
}

/// Runs `make`; that there is no memory for what it makes is an Error, too, and begins with `name`.
template <class Make>
auto within_memory(std::string_view name, Make make) -> decltype(make()) {
    try {
        return make();
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    }
    refuse_memory(name);
}

} // namespace burin::core
