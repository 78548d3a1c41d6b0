#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>

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
        const Vector<Scalar> limit(sizeof(Scalar) == 4 ? Scalar(0x1p-63) : Scalar(0x1p-511)), zero(Scalar(0));
        const auto are_tiny = [&](const Vector<Scalar>& x) {
            const Vector<Scalar> magnitude = abs(x);
            return (magnitude < limit) & (magnitude > zero);
        };
        std::size_t i = count % width<Scalar>;
        auto found = i > 0 ? are_tiny(load_partial(numbers, i)) : zero != zero;
        for (; i < count; i += width<Scalar>)
            found = found | are_tiny(load(numbers + i));
        return any(found);
    }
}

} // namespace burin::kernels
