#pragma once

// A network of one assertion, which speaks as the library does.

#include "burin/core/fixed_string.hpp"
#include "burin/core/text.hpp"

#include <cstddef>

template <burin::FixedString Problem>
inline constexpr bool network_is_right = Problem.size() == 0;

// Both compilers print a template argument whole, but not the value of a member.
template <burin::FixedString Problem>
struct Verdict {
    static_assert(network_is_right<Problem>);
};

template <std::size_t Inputs, std::size_t Expected>
struct Network {
    static constexpr auto problem = [] {
        burin::Text<80> text;
        if (Inputs != Expected)
            text.append("expected ").append(Expected).append(" inputs, got ").append(Inputs);
        return text;
    }();
    Verdict<burin::FixedString<problem.size()>{problem.view()}> verdict;
};
