#pragma once

#include "burin/core/error.hpp"

#include <string>

/// The message of the Error that a function throws; other exceptions go on their way.
template <class Function>
std::string error_of(Function function) {
    try {
        function();
    } catch (const burin::Error& error) {
        return error.what();
    }
    return "(nothing was thrown)";
}
