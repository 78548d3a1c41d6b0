#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::data::text {

/// An end of a sequence.
enum class Side { left, right };

/// Brings ids to the length of `to`: what is too long loses ids at the side `cut`, what is too short gets
/// `padding` at the side `pad`. (Keras cuts and pads at the left by default, PyTorch pads at the right.)
template <class Id, class Out>
constexpr void fit_length(std::span<const Id> ids, std::span<Out> to, Out padding = Out(0),
                          Side pad = Side::right, Side cut = Side::right) noexcept {
    const std::size_t kept = std::min(ids.size(), to.size());
    const std::size_t from = cut == Side::right ? 0 : ids.size() - kept;
    const std::size_t begin = pad == Side::right ? 0 : to.size() - kept;
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = i >= begin && i - begin < kept ? static_cast<Out>(ids[from + (i - begin)]) : padding;
}

} // namespace burin::data::text
