#pragma once

#include "burin/graph/network.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

namespace engine {

/// Tensors of a network, as a template argument: those whose names, as in `0.weight`, fit a pattern, or those
/// of one of the `roles`. In a pattern `*` stands for any characters, also none, and `?` for one, as in
/// `encoder.*`.
template <std::size_t Size>
struct TensorSelector {
    char text[Size] = {}; ///< With its zero.
    bool is_role = false;

    // Not explicit: a literal is meant to be written where a selector is expected.
    constexpr TensorSelector(const char (&literal)[Size], bool of_role = false) : is_role(of_role) {
        std::copy_n(literal, Size, text);
    }
};

} // namespace engine

/// Kinds of parameters, to choose some of a network's by: `optimizers::NoDecayOn<roles::biases,
/// roles::norms>`. A tensor may be of several.
namespace roles {

inline constexpr engine::TensorSelector weights{"weights",
                                                true}; ///< Kernels, recurrent weights and embeddings.
inline constexpr engine::TensorSelector biases{"biases",
                                               true};         ///< All that are added, also when normalising.
inline constexpr engine::TensorSelector norms{"norms", true}; ///< Scales and biases of layers that normalise.
/// Of which a row is looked up or added: those of Embedding and LearnedPositionalEmbedding.
inline constexpr engine::TensorSelector embeddings{"embeddings", true};
inline constexpr engine::TensorSelector recurrent{"recurrent",
                                                  true}; ///< Weights that multiply a layer's own state.

} // namespace roles

namespace engine {

/// What selects tensors, at run time.
struct TensorSelection {
    std::string_view text{};
    bool is_role = false;

    constexpr TensorSelection() = default;
    template <std::size_t Size>
    constexpr TensorSelection(const TensorSelector<Size>& selector)
        : text(selector.text, Size - 1), is_role(selector.is_role) {}
};

/// Whether a name fits a pattern.
constexpr bool fits_pattern(std::string_view name, std::string_view pattern) noexcept {
    // Where the last star was, and up to where it has eaten the name.
    std::size_t star = std::string_view::npos, eaten = 0, i = 0, at = 0;
    while (i < name.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            eaten = i;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[i])) {
            ++i;
            ++at;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++eaten;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*')
        ++at;
    return at == pattern.size();
}

/// Whether a tensor, one of `all` of a network, is among those that are selected.
constexpr bool is_selected(const ParameterTensor& tensor, std::span<const ParameterTensor> all,
                           const TensorSelection& selection) noexcept {
    const ParameterSpec& spec = tensor.spec;
    if (!selection.is_role)
        return fits_pattern(tensor.name().view(), selection.text);
    if (selection.text == roles::biases.text)
        return spec.role == ParameterRole::bias;
    if (selection.text == roles::norms.text) {
        // A layer that has a scale and no weight normalises.
        bool has_scale = false, has_weight = false;
        const auto place = tensor.place.text();
        for (const ParameterTensor& other : all)
            if (other.kind != TensorKind::statistic && other.place.text().view() == place.view()) {
                has_scale = has_scale || other.spec.role == ParameterRole::scale;
                has_weight = has_weight || other.spec.role == ParameterRole::weight;
            }
        return spec.role == ParameterRole::scale ||
               (spec.role == ParameterRole::bias && has_scale && !has_weight);
    }
    return spec.role == ParameterRole::weight &&
           (selection.text == roles::weights.text ||
            (selection.text == roles::embeddings.text && spec.use == WeightUse::embedding) ||
            (selection.text == roles::recurrent.text && spec.use == WeightUse::recurrent));
}

} // namespace engine

} // namespace burin
