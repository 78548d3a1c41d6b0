#pragma once

#include "burin/explain/target.hpp"

#include <cstddef>
#include <span>

namespace burin::explain {

/// What a small change of each input element does to the target y: |∂y / ∂xᵢ|, or ∂y / ∂xᵢ with its sign if
/// not `absolute`. Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", arXiv:1312.6034.
///
///     Explainer<Net> explainer;
///     explain::Saliency{}(explainer, parameters, sample, {.element = 3}, attribution);
///
/// `sample` is one sample (all inputs, one after the other), `attribution` as many numbers; of all methods:
/// where they are not, nothing is done (see BURIN_ASSERT). Returns y.
struct Saliency {
    bool absolute = true;

    template <class Explainer>
    typename Explainer::Scalar operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                                          std::span<const typename Explainer::Scalar> sample,
                                          const Target& target,
                                          std::span<typename Explainer::Scalar> attribution) const noexcept {
        if (!detail::fits<Explainer>(sample, attribution, Explainer::sample_size))
            return 0;
        explainer.put(0, sample);
        explainer.run(parameters, 1, detail::OneHot<Explainer>{target});
        detail::for_each_gradient(explainer, 0, [&](std::size_t i, auto gradient) {
            attribution[i] = absolute && gradient < 0 ? -gradient : gradient;
        });
        return detail::value_of(explainer, target, 0);
    }
};

/// xᵢ · ∂y / ∂xᵢ: how much of the target y each input element makes, as far as y is linear. For a network of
/// ReLUs without biases the sum over all elements is y. Shrikumar et al., arXiv:1605.01713.
///
/// Used as `Saliency`.
struct GradientTimesInput {
    template <class Explainer>
    typename Explainer::Scalar operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                                          std::span<const typename Explainer::Scalar> sample,
                                          const Target& target,
                                          std::span<typename Explainer::Scalar> attribution) const noexcept {
        if (!detail::fits<Explainer>(sample, attribution, Explainer::sample_size))
            return 0;
        const auto value = Saliency{.absolute = false}(explainer, parameters, sample, target, attribution);
        for (std::size_t i = 0; i < attribution.size(); ++i)
            attribution[i] *= sample[i];
        return value;
    }
};

/// The same of what a node gives, such as an Embedding, whose inputs are numbers of words and have no
/// gradient: a · ∂y / ∂a for each element a of the node. Summed over the last axis it tells each word's part.
///
///     Explainer<Net, 1, OfNode<"words">> explainer;
///     explain::GradientTimesNode{}(explainer, parameters, sample, {.element = 1}, attribution);
///
/// `attribution` has a number for each element of the node. Returns y.
struct GradientTimesNode {
    template <class Explainer>
    typename Explainer::Scalar operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                                          std::span<const typename Explainer::Scalar> sample,
                                          const Target& target,
                                          std::span<typename Explainer::Scalar> attribution) const noexcept {
        if (!detail::fits<Explainer>(sample, attribution, Explainer::node_shape().size()))
            return 0;
        explainer.put(0, sample);
        explainer.run(parameters, 1, detail::OneHot<Explainer>{target});
        const auto *const value = explainer.node(), *const gradient = explainer.gradient();
        for (std::size_t i = 0; i < attribution.size(); ++i)
            attribution[i] = gradient == nullptr ? 0 : value[i] * gradient[i];
        return detail::value_of(explainer, target, 0);
    }
};

} // namespace burin::explain
