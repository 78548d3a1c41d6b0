#pragma once

#include "burin/core/error.hpp"

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace burin::core {

/// Runs `make`; that there is no memory for what it makes is an Error, too, and begins with `name`.
template <class Make>
auto within_memory(std::string_view name, Make make) -> decltype(make()) {
    try {
        return make();
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    }
    throw Error(std::string(name) + ": expected what fits into memory, got more");
}

} // namespace burin::core
