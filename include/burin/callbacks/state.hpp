#pragma once

#include "burin/core/error.hpp"
#include "burin/metrics/metric.hpp"
#include "burin/training/callback_state.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::callbacks::detail {

/// The numbers of a name in what a checkpoint has of a callback, as many as are expected. Throws Error where
/// there are others.
inline const std::vector<double>& numbers_in(const State& state, const std::string& name, std::size_t count,
                                             std::string_view callback) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.size() != count)
        throw Error(std::string(callback) + ": expected " + std::to_string(count) + " numbers of '" + name +
                    "' in a checkpoint, got " +
                    (found == state.end() ? "none" : std::to_string(found->second.size())));
    return found->second;
}

inline std::size_t to_count(double number) noexcept {
    return static_cast<std::size_t>(metrics::to_count(number));
}

} // namespace burin::callbacks::detail
