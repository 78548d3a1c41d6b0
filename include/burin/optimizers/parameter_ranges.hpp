#pragma once

#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/select_tensors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::optimizers {

/// Trained parameters that stand one after the other and for which the same rules hold: bit i of `rules` is
/// set where rule i does.
struct ParameterRange {
    std::size_t first = 0;
    std::size_t count = 0;
    std::uint64_t rules = 0;

    friend constexpr bool operator==(const ParameterRange&, const ParameterRange&) = default;
};

inline constexpr std::size_t most_rules = 64;

template <std::size_t Most>
struct ParameterRanges {
    std::array<ParameterRange, Most> ranges{};
    std::size_t count = 0;

    constexpr const ParameterRange* begin() const { return ranges.data(); }
    constexpr const ParameterRange* end() const { return ranges.data() + count; }
    constexpr const ParameterRange& operator[](std::size_t index) const { return ranges[index]; }
};

/// The trained parameters in as few ranges as there can be, in their order. A rule is what selects tensors.
template <std::size_t Tensors, std::size_t Rules>
constexpr ParameterRanges<std::max<std::size_t>(Tensors, 1)>
find_ranges(const std::array<ParameterTensor, Tensors>& tensors,
            const std::array<std::span<const engine::TensorSelection>, Rules>& rules) noexcept {
    static_assert(Rules <= most_rules);
    ParameterRanges<std::max<std::size_t>(Tensors, 1)> found;
    for (const ParameterTensor& tensor : tensors) {
        if (tensor.kind != TensorKind::trained)
            continue;
        std::uint64_t holding = 0;
        for (std::size_t i = 0; i < Rules; ++i)
            for (const engine::TensorSelection& selection : rules[i])
                if (engine::is_selected(tensor, tensors, selection))
                    holding |= std::uint64_t{1} << i;
        const std::size_t size = tensor.spec.shape.size();
        if (found.count > 0) {
            ParameterRange& last = found.ranges[found.count - 1];
            if (last.rules == holding && last.first + last.count == tensor.offset) {
                last.count += size;
                continue;
            }
        }
        found.ranges[found.count++] = {tensor.offset, size, holding};
    }
    return found;
}

/// A sentence about the first pattern that fits no trained parameter; empty if each fits one. A role that a
/// network does not have is no mistake: `roles::norms` is part of usual recipes.
template <std::size_t Tensors, std::size_t Rules>
constexpr Sentence
describe_idle_pattern(const std::array<ParameterTensor, Tensors>& tensors,
                      const std::array<std::span<const engine::TensorSelection>, Rules>& rules) {
    Sentence sentence;
    for (const std::span<const engine::TensorSelection> rule : rules)
        for (const engine::TensorSelection& selection : rule) {
            bool fits = selection.is_role;
            for (const ParameterTensor& tensor : tensors)
                fits = fits || (tensor.kind == TensorKind::trained &&
                                engine::is_selected(tensor, tensors, selection));
            if (fits)
                continue;
            sentence.append(
                "ParameterGroups: expected a pattern that fits a trained parameter of the network, got `");
            sentence.append(selection.text).append("`; there are ");
            std::size_t named = 0;
            for (const ParameterTensor& tensor : tensors) {
                if (tensor.kind != TensorKind::trained)
                    continue;
                if (named == 5) {
                    sentence.append(" and others");
                    break;
                }
                sentence.append(named++ == 0 ? "`" : ", `").append(tensor.name().view()).append("`");
            }
            return sentence;
        }
    return sentence;
}

} // namespace burin::optimizers
