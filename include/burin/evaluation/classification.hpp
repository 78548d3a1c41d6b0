#pragma once

#include "burin/evaluation/predictions.hpp"
#include "burin/losses/loss.hpp"
#include "burin/passes/links.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::evaluation {

namespace detail {

/// `probabilities` of all samples of a data set, with its targets; positions whose label is `ignored` are
/// left out.
template <class Net, class Scalar, class Data>
Predictions collect(const std::vector<Scalar>& probabilities, const Data& data, bool each_by_itself,
                    IgnoredLabel ignored) {
    constexpr Shape shape = Network<Net>::output_shapes[0];
    constexpr std::size_t outputs = shape.last(), positions = shape.size() / outputs;
    const std::string who = "classification";
    if (data.empty())
        throw Error(who + ": expected at least one sample, got an empty data set");
    constexpr bool has_labels = std::is_same_v<typename Data::TargetType, Label>;
    const bool has_rows = each_by_itself || (!has_labels && data.target_size() == positions * outputs);
    const std::size_t expected = has_rows ? positions * outputs : positions;
    if (data.target_size() != expected)
        throw Error(who + ": expected " + std::to_string(expected) + " targets a sample, got " +
                    std::to_string(data.target_size()));
    Predictions result{.outputs = outputs, .each_by_itself = each_by_itself};
    const auto target_of = [&](std::size_t sample, const auto& target, std::size_t position) {
        if (has_rows)
            return metrics::argmax(target.data() + position * outputs, outputs);
        const auto number = static_cast<double>(target[position]);
        if (!(number >= 0 && number < static_cast<double>(outputs)))
            throw Error(who + ": sample " + std::to_string(sample) + ": expected a label below " +
                        std::to_string(outputs) + ", got " + std::to_string(number) +
                        "; give the loss if that one is to be ignored");
        return static_cast<std::size_t>(number);
    };
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto target = data.target(i);
        for (std::size_t p = 0; p < positions; ++p) {
            if constexpr (has_labels)
                if (ignored.matches(target[p]))
                    continue;
            const Scalar* const row = probabilities.data() + (i * positions + p) * outputs;
            for (std::size_t c = 0; c < outputs; ++c) {
                // By rounding a probability may be a little above 1.
                const auto number = static_cast<double>(row[c]);
                result.probabilities.push_back(number > 1 ? 1 : number);
                if (each_by_itself)
                    result.targets.push_back(static_cast<double>(target[p * outputs + c]));
            }
            if (!each_by_itself)
                result.labels.push_back(static_cast<Label>(target_of(i, target, p)));
            if (data.has_weights())
                result.weights.push_back(static_cast<double>(data.weight(i)));
            if (positions > 1)
                result.samples.push_back(i);
        }
    }
    return result;
}

} // namespace detail

/// The probabilities that a model gives for a data set, with what was right, by the loss that it was trained
/// with: see `predict_proba` and `Predictions`. Throws Error as `predict_proba` does, if there are no
/// samples, or if the targets are none for these outputs.
template <class Net, class Scalar, class Data, class Loss>
Predictions classification(const Model<Net, Scalar>& model, const Data& data, const Loss& loss) {
    static_assert(Network<Net>::output_count == 1,
                  "evaluation::classification takes networks of one output; of several, make Predictions of "
                  "what predict_proba gives for each");
    return within_memory("classification", [&] {
        return detail::collect<Net>(predict_proba(model, data, loss), data,
                                    losses::answer_of<Loss> == losses::Answer::yes_or_no,
                                    losses::ignored_label(loss));
    });
}

/// The same by the loss with which `fit` trained this model. Of a model that does not know its loss, outputs
/// are taken for one class of several, but a single one, or those of a Sigmoid, for yes or no.
template <class Net, class Scalar, class Data>
Predictions classification(const Model<Net, Scalar>& model, const Data& data) {
    static_assert(Network<Net>::output_count == 1,
                  "evaluation::classification takes networks of one output; of several, make Predictions of "
                  "what predict_proba gives for each");
    constexpr auto& graph = Network<Net>::graph;
    constexpr bool ends_in_sigmoid =
        passes::linked_node(graph, graph.outputs[0], Link::sigmoid, Mode::inference) != passes::none;
    const Link known = model.links() ? (*model.links())[0] : Link::none;
    const bool each_by_itself = known == Link::sigmoid || ends_in_sigmoid ||
                                (known == Link::none && Network<Net>::output_shapes[0].last() == 1);
    return within_memory("classification", [&] {
        return detail::collect<Net>(predict_proba(model, data), data, each_by_itself, IgnoredLabel{});
    });
}

} // namespace burin::evaluation
