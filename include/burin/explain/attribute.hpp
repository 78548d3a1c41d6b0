#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/explain/grad_cam.hpp"
#include "burin/explain/integrated_gradients.hpp"
#include "burin/explain/target.hpp"
#include "burin/graph/explainer.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

// Explanations of models on the heap; the methods themselves need none.

namespace burin::explain {

namespace detail {

template <class Net>
void check_sample(std::size_t size, const Target& target, const char* who) {
    constexpr std::size_t expected = engine::Network<Net>::sample_size;
    if (size != expected)
        throw Error(std::string(who) + ": expected one sample of " + std::to_string(expected) +
                    " values, got " + std::to_string(size));
    if (target.output >= burin::engine::Network<Net>::output_count)
        throw Error(std::string(who) + ": expected an output below " +
                    std::to_string(burin::engine::Network<Net>::output_count) + ", got " +
                    std::to_string(target.output));
    const std::size_t elements = burin::engine::Network<Net>::output_shapes[target.output].size();
    if (target.element >= elements)
        throw Error(std::string(who) + ": expected an element of the output below " +
                    std::to_string(elements) + ", got " + std::to_string(target.element));
}

} // namespace detail

/// The largest of the numbers that a network of one output gives for a sample: the class that it chooses.
template <class Net, class Scalar>
Target predicted(const Model<Net, Scalar>& model, std::span<const std::type_identity_t<Scalar>> sample) {
    static_assert(burin::engine::Network<Net>::output_count == 1, "predicted takes a network of one output");
    detail::check_sample<Net>(sample.size(), {}, "predicted");
    const std::vector<Scalar> outputs = predict(model, sample);
    return {.element = static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin())};
}

/// How much each element of one sample (all inputs, one after the other) does for a target: by default the
/// integrated gradients from a baseline of zeros. Throws Error if the sample or the target does not fit the
/// network.
///
///     const auto heat = explain::attribute(model, test.input(0), explain::predicted(model, test.input(0)));
///     const auto fine = explain::attribute(model, image, {.element = 3},
///                                          explain::SmoothGrad{.samples = 30});
///
/// What is `more` goes to the method: the baseline of `IntegratedGradients`.
template <class Net, class Scalar, class Method = IntegratedGradients, class... More>
std::vector<Scalar> attribute(const Model<Net, Scalar>& model,
                              std::span<const std::type_identity_t<Scalar>> sample, const Target& target,
                              const Method& method = {}, const More&... more) {
    return core::within_memory("attribute", [&] {
        detail::check_sample<Net>(sample.size(), target, "attribute");
        const auto explainer = std::make_unique<Explainer<Net, 16, OfInputs, Scalar>>();
        std::vector<Scalar> attribution(sample.size());
        method(*explainer, model.parameters(), sample, target, std::span<Scalar>(attribution), more...);
        return attribution;
    });
}

/// Grad-CAM of the node called `Name`, as large as the image: `[height, width]` numbers for an input
/// `[height, width, channels]`. Throws Error if the sample or the target does not fit the network.
///
///     const auto heat = explain::grad_cam<"conv2">(model, image, {.element = 3});
template <FixedString Name, class Net, class Scalar>
std::vector<Scalar> grad_cam(const Model<Net, Scalar>& model,
                             std::span<const std::type_identity_t<Scalar>> image, const Target& target,
                             const GradCam& method = {}) {
    return core::within_memory("grad_cam", [&] {
        using ExplainerType = Explainer<Net, 1, OfNode<Name>, Scalar>;
        constexpr Shape from = ExplainerType::node_shape(), to = input_shape<Net>;
        static_assert(from.rank == 3 && to.rank >= 2, "grad_cam takes a node `[height, width, channels]`");
        detail::check_sample<Net>(image.size(), target, "grad_cam");
        const auto explainer = std::make_unique<ExplainerType>();
        std::vector<Scalar> map(from[0] * from[1]), heat(to[0] * to[1]);
        method(*explainer, model.parameters(), image, target, std::span<Scalar>(map));
        resize(std::span<const Scalar>(map), from, std::span<Scalar>(heat), to);
        return heat;
    });
}

} // namespace burin::explain
