#pragma once

#include "burin/graph/network.hpp"

#include <string>

/// What the compiler would print if the network were used; empty if it can be built.
template <class Net>
std::string problem_of() {
    return std::string(burin::detail::Examined<Net>::problem.view());
}
