#pragma once

#include "burin/graph/network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

/// Kinds of parameters, to choose some of a network's by: `optimizers::NoDecayOn<roles::biases,
/// roles::norms>`. A tensor may be of several.
namespace roles {

enum Role {
    weights,    ///< All that are `ParameterRole::weight`: kernels, recurrent weights and embeddings.
    biases,     ///< All that are added, those of normalisation among them.
    norms,      ///< Scales and biases of layers that normalise.
    embeddings, ///< Of which a row is looked up or added: Embedding, LearnedPositionalEmbedding.
    recurrent,  ///< Weights that multiply a layer's own state.
};

} // namespace roles

/// Tensors of a network, as a template argument: those of a role, or those whose names, as in `0.weight`, fit
/// a pattern. In a pattern `*` stands for any characters, also none, and `?` for one: `encoder.*`, `*.bias`.
struct TensorSelector {
    static constexpr std::size_t longest_pattern = 63;

    char pattern[longest_pattern + 1] = {};
    bool is_pattern = false;
    roles::Role role = roles::weights;

    // Not explicit: both are meant to be written where a selector is expected.
    constexpr TensorSelector(roles::Role which) : role(which) {}
    template <std::size_t Length>
    constexpr TensorSelector(const char (&literal)[Length]) : is_pattern(true) {
        static_assert(Length <= longest_pattern + 1, "a pattern of names has at most 63 characters");
        std::copy_n(literal, Length, pattern);
    }

    constexpr std::string_view text() const {
        constexpr std::string_view names[] = {"weights", "biases", "norms", "embeddings", "recurrent"};
        return is_pattern ? std::string_view(pattern) : names[role];
    }
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
                           const TensorSelector& selector) noexcept {
    if (selector.is_pattern)
        return fits_pattern(tensor.name().view(), selector.text());
    const ParameterSpec& spec = tensor.spec;
    switch (selector.role) {
    case roles::weights:
        return spec.role == ParameterRole::weight;
    case roles::biases:
        return spec.role == ParameterRole::bias;
    case roles::norms: {
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
    case roles::embeddings:
        return spec.role == ParameterRole::weight && spec.use == WeightUse::embedding;
    case roles::recurrent:
        return spec.role == ParameterRole::weight && spec.use == WeightUse::recurrent;
    }
    return false;
}

} // namespace burin
