#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin {

/// How many elements a buffer has: so many for each sample of the batch, and so many whatever the batch is.
/// A plain number is one for each sample.
struct Elements {
    std::size_t per_sample = 0;
    std::size_t fixed = 0;

    constexpr Elements() = default;
    constexpr Elements(std::size_t each, std::size_t always = 0) : per_sample(each), fixed(always) {}

    constexpr bool any() const { return per_sample > 0 || fixed > 0; }

    /// For a batch of so many samples.
    friend constexpr std::size_t operator*(const Elements& elements, std::size_t batch) {
        return elements.per_sample * batch + elements.fixed;
    }
    friend constexpr bool operator==(const Elements&, const Elements&) = default;
};

} // namespace burin
