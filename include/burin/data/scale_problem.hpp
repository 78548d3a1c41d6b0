#pragma once

#include "burin/core/text.hpp"

#include <array>
#include <cstddef>

namespace burin::data::detail {

/// What is wrong with learnt constants that come from a file, or nothing.
template <class Scalar, std::size_t Count>
constexpr Sentence finite_problem(const std::array<Scalar, Count>& constants) noexcept {
    for (const Scalar constant : constants)
        if (!(constant - constant == 0))
            return "expected finite constants, got one that isn't";
    return {};
}
/// The same of what is divided by. A stage that is not fitted has 0.
template <class Scalar, std::size_t Count>
constexpr Sentence scale_problem(const std::array<Scalar, Count>& divisors) noexcept {
    for (const Scalar divisor : divisors)
        if (!(divisor > 0))
            return "expected scales above 0, got one that isn't (is the pipeline fitted?)";
    return finite_problem(divisors);
}

/// The first that is wrong, or nothing.
template <class... More>
constexpr Sentence first_problem(const Sentence& problem, const More&... more) noexcept {
    if constexpr (sizeof...(more) == 0)
        return problem;
    else
        return problem.empty() ? first_problem(more...) : problem;
}

} // namespace burin::data::detail
