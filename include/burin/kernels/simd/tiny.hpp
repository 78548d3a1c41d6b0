#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// Whether a number is not 0 but less than the square root of the smallest normalized one: of others, and of
/// parameters that are none of these, no product is subnormal. Always false where subnormal numbers take no
/// longer than others (`SubnormalsAreZero`).
template <class Scalar>
[[gnu::always_inline]] inline bool have_tiny([[maybe_unused]] const Scalar* numbers,
                                             [[maybe_unused]] std::size_t count) noexcept {
    if constexpr (!subnormals_are_slow) {
        return false;
    } else if constexpr (width<Scalar> == 1) {
        constexpr Scalar limit = sizeof(Scalar) == 4 ? Scalar(0x1p-63) : Scalar(0x1p-511);
        bool found = false;
        for (std::size_t i = 0; i < count; ++i)
            found |= numbers[i] < limit && numbers[i] > -limit && numbers[i] != 0;
        return found;
    } else {
        constexpr Scalar limit = sizeof(Scalar) == 4 ? Scalar(0x1p-63) : Scalar(0x1p-511);
        const auto are_tiny = [](const auto& x) __attribute__((always_inline)) {
            using AnyVector = std::decay_t<decltype(x)>;
            const AnyVector magnitude = abs(x);
            return (magnitude < AnyVector(limit)) & (magnitude > AnyVector(Scalar(0)));
        };
        // In half vectors where there are any: a load of a whole one would wait for what was stored as
        // halves.
        using Part = NarrowVector<Scalar>;
        constexpr std::size_t lanes = lanes_of<Scalar, Part>;
        std::size_t i = count % lanes;
        bool found = false;
        if (i > 0) {
            if constexpr (this_machine.narrow_vectors)
                found = any(are_tiny(load_narrow_partial(numbers, i)));
            else
                found = any(are_tiny(load_partial(numbers, i)));
        }
        for (; i < count; i += lanes)
            found |= any(are_tiny(load_as<Part>(numbers + i)));
        return found;
    }
}

} // namespace burin::kernels
