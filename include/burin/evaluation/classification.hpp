#pragma once

#include "burin/evaluation/predictions.hpp"
#include "burin/losses/loss.hpp"
#include "burin/passes/links.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"
#include "burin/training/objective.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::evaluation {

namespace detail {

inline bool is_ignored(double label, IgnoredLabel ignored) {
    return std::abs(label) <= static_cast<double>(no_label) && ignored.matches(core::to_label(label));
}

/// `probabilities` of an output for all samples of a data set, with its targets, which are `count` of those
/// of a sample from `first` on; positions whose label is `ignored` are left out.
template <Shape Output, class Scalar, class Data>
Predictions collect(const std::vector<Scalar>& probabilities, const Data& data, std::size_t first,
                    std::size_t count, bool each_by_itself, IgnoredLabel ignored) {
    constexpr std::size_t outputs = Output.last(), positions = Output.size() / outputs;
    const std::string who = "classification";
    if (data.empty())
        throw Error(who + ": expected at least one sample, got an empty data set");
    constexpr bool has_labels = std::is_same_v<typename Data::TargetType, Label>;
    const bool has_rows = each_by_itself || (!has_labels && count == positions * outputs);
    const std::size_t expected = has_rows ? positions * outputs : positions;
    if (count != expected || data.target_size() < first + count)
        throw Error(who + ": expected " + std::to_string(expected) + " targets a sample, got " +
                    std::to_string(count == expected ? data.target_size() : count));
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
        const auto target = data.target(i).subspan(first, count);
        for (std::size_t p = 0; p < positions; ++p) {
            if (!has_rows && is_ignored(static_cast<double>(target[p]), ignored))
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
/// with: see `predict_proba` and `Predictions`. Of a network of several outputs, with its
/// `losses::PerOutput`, it is the one asked for: `classification<1>(model, data, loss)`. Throws Error as
/// `predict_proba` does, if there are no samples, or if the targets are none for these outputs.
template <std::size_t Output = 0, class Net, class Scalar, class Data, class Loss>
Predictions classification(const Model<Net, Scalar>& model, const Data& data, const Loss& loss) {
    static_assert(Output < engine::Network<Net>::output_count,
                  "evaluation::classification: there is no such output");
    return core::within_memory("classification", [&] {
        using OwnLoss = fitting::LossAt<Loss, Output>;
        constexpr auto& sizes = burin::detail::target_sizes<Net, Loss>;
        constexpr std::size_t first = std::accumulate(sizes.begin(), sizes.begin() + Output, std::size_t(0));
        // What a sample has if it has no others is for this output.
        const std::size_t count = sizes.size() == 1 ? data.target_size() : sizes[Output];
        auto probabilities = predict_proba(model, data, loss);
        return detail::collect<output_shape<Net, Output>>(
            burin::detail::each_output<Net, Scalar>(probabilities)[Output], data, first, count,
            losses::answer_of<OwnLoss> == losses::Answer::yes_or_no,
            losses::ignored_label(fitting::Objective<Loss>::template get<Output>(loss)));
    });
}

/// The same of a network of one output, by the loss with which `fit` trained this model. Of a model that does
/// not know its loss, outputs are taken for one class of several, but a single one, or those of a Sigmoid,
/// for yes or no.
template <class Net, class Scalar, class Data>
Predictions classification(const Model<Net, Scalar>& model, const Data& data) {
    static_assert(
        engine::Network<Net>::output_count == 1,
        "evaluation::classification of several outputs: expected the losses, and which output, as in "
        "classification<1>(model, data, losses::PerOutput{...})");
    constexpr auto& graph = engine::Network<Net>::graph;
    constexpr bool ends_in_sigmoid =
        passes::linked_node(graph, graph.outputs[0], Link::sigmoid, Mode::inference) != passes::none;
    const Link known = model.links() ? (*model.links())[0] : Link::none;
    const bool each_by_itself = known == Link::sigmoid || ends_in_sigmoid ||
                                (known == Link::none && engine::Network<Net>::output_shapes[0].last() == 1);
    return core::within_memory("classification", [&] {
        return detail::collect<output_shape<Net, 0>>(predict_proba(model, data), data, 0, data.target_size(),
                                                     each_by_itself, IgnoredLabel{});
    });
}

} // namespace burin::evaluation
