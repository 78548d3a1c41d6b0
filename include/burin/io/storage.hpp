#pragma once

#include "burin/core/error.hpp"
#include "burin/core/half.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace burin::io {

/// How a file stores the numbers of a model.
enum class Storage {
    full,     ///< As they are.
    float16,  ///< In half the bytes of float, to three decimal digits; at most 65,504.
    bfloat16, ///< In half the bytes of float, to two decimal digits.
};

namespace detail {

/// Throws Error where a number has no nearest one of this type. `name` and `index` say which it is.
template <core::Half Stored, class Scalar>
Stored nearest_finite(Scalar number, std::string_view who, std::string_view name, std::size_t index) {
    const auto stored = Stored::nearest(number);
    if (std::isfinite(number) && !std::isfinite(static_cast<float>(stored)))
        throw Error(std::string(who) + ": " + std::string(name) + "[" + std::to_string(index) +
                    "]: expected a number that " +
                    (std::is_same_v<Stored, float16> ? "float16" : "bfloat16") + " can store, got " +
                    std::to_string(number));
    return stored;
}

} // namespace detail
} // namespace burin::io
