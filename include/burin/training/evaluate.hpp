#pragma once

#include "burin/core/error.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/history.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/model.hpp"
#include "burin/training/objective.hpp"
#include "burin/training/regularization.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace burin {

namespace detail {

/// Samples that hosted inference runs at a time.
inline constexpr std::size_t inference_batch = 64;

template <class Net, class Scalar, class Loss, class Data, class Metrics>
void measure(const Model<Net, Scalar>& model, const Data& data, const Loss& loss,
             Measure<Loss, Scalar, Metrics>& measured) {
    [[maybe_unused]] const DiagnosisOf<ExaminedLoss<Net, Loss>> fits;
    using PredictorType = Predictor<Net, inference_batch, Scalar, links_of<Net, Loss>>;
    const auto predictor = std::make_unique<PredictorType>();
    BatchBuffer<Net, Loss, Scalar> batch(inference_batch);
    const Scalar penalty = weight_penalty<Net, Scalar>(model.parameters().data(), nullptr);
    for (std::size_t first = 0; first < data.size(); first += inference_batch) {
        const std::size_t rows = std::min(inference_batch, data.size() - first);
        for (std::size_t row = 0; row < rows; ++row)
            batch.put(row, data, first + row);
        const Samples<Net, Loss, Scalar> samples = batch.samples(rows);
        const auto outputs = predictor->run(model.parameters().data(), samples.inputs, rows);
        OutputSums<Loss, Scalar> sums;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((sums[I] =
                  losses::value<output_shape<Net, I>>(Objective<Loss>::template get<I>(loss), outputs[I],
                                                      std::get<I>(samples.targets), samples.weights, rows)),
             ...);
        }(std::make_index_sequence<outputs.size()>{});
        measured.add(sums, penalty);
        measured.template update<output_shape<Net>>(outputs[0], std::get<0>(samples.targets), rows);
    }
}

} // namespace detail

/// Loss and metrics of a model on data, without training. Metrics see logits where the loss wants them.
/// Throws Error if the data do not fit the network. What is not finite in them goes through, as in `predict`.
template <class Net, class Scalar, class Data, class Loss, class Metrics = UsualMetrics>
Evaluation evaluate(const Model<Net, Scalar>& model, const Data& data, const Loss& loss,
                    const Metrics& metrics = {}) {
    detail::check_data<Net>(data, loss, "evaluate");
    const auto chosen = detail::choose_metrics<Scalar>(loss, metrics);
    detail::Measure<Loss, Scalar, std::remove_cvref_t<decltype(chosen)>> measured(loss, chosen);
    detail::measure(model, data, loss, measured);
    std::vector<NamedValue> values;
    measured.append_to(values);
    return Evaluation(std::move(values));
}

/// The same with the usual loss: sparse categorical cross-entropy for labels, else the mean squared error.
template <class Net, class Scalar, class Data>
Evaluation evaluate(const Model<Net, Scalar>& model, const Data& data) {
    return evaluate(model, data, detail::usual_loss<typename Data::TargetType>());
}

/// The network's outputs for whole samples, one after the other, each with all its inputs. Throws Error if
/// `inputs` is no whole number of them.
template <class Net, class Scalar>
std::vector<Scalar> predict(const Model<Net, Scalar>& model,
                            std::span<const std::type_identity_t<Scalar>> inputs) {
    static_assert(Network<Net>::output_count == 1, "predict takes networks of one output; use Predictor");
    constexpr std::size_t features = detail::features_of<Net>;
    constexpr std::size_t outputs = output_shape<Net>.size();
    if (inputs.size() % features != 0)
        throw Error("predict: expected whole samples of " + std::to_string(features) + " values, got " +
                    std::to_string(inputs.size()) + " values");
    const std::size_t count = inputs.size() / features;
    std::vector<Scalar> result(count * outputs);
    const auto predictor = std::make_unique<Predictor<Net, detail::inference_batch, Scalar>>();
    detail::InputBuffer<Net, Scalar> buffer(Network<Net>::input_count == 1 ? 0 : detail::inference_batch);
    for (std::size_t first = 0; first < count; first += detail::inference_batch) {
        const std::size_t rows = std::min(detail::inference_batch, count - first);
        auto pointers = buffer.pointers();
        if constexpr (Network<Net>::input_count == 1)
            pointers[0] = inputs.data() + first * features;
        else
            for (std::size_t row = 0; row < rows; ++row)
                buffer.put(row, inputs.subspan((first + row) * features, features));
        const Scalar* const from = predictor->run(model.parameters().data(), pointers, rows)[0];
        std::copy_n(from, rows * outputs, result.begin() + static_cast<std::ptrdiff_t>(first * outputs));
    }
    return result;
}

/// The network's outputs for all samples of a data set. Throws Error if these have another shape.
template <class Net, class Scalar, class Data>
    requires requires(const Data& data) { data.input(0); }
std::vector<Scalar> predict(const Model<Net, Scalar>& model, const Data& data) {
    if (data.empty())
        return {};
    detail::check_shape<Net>(data, "predict");
    std::vector<Scalar> inputs;
    inputs.reserve(data.size() * data.input_shape().size());
    for (std::size_t i = 0; i < data.size(); ++i)
        inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
    return predict(model, std::span<const Scalar>(inputs));
}

/// Probabilities: the outputs themselves if the network ends in Softmax or Sigmoid, else the softmax of
/// several outputs (over the last axis) or the sigmoid of a single one.
template <class Net, class Scalar, class Inputs>
std::vector<Scalar> predict_proba(const Model<Net, Scalar>& model, const Inputs& inputs) {
    using N = Network<Net>;
    constexpr std::size_t classes = output_shape<Net>.last();
    constexpr auto& last = N::graph.nodes[N::graph.outputs[0]];
    std::vector<Scalar> result = predict(model, inputs);
    if constexpr (last.rules != &rules_of<Softmax> && last.rules != &rules_of<Sigmoid>) {
        if constexpr (classes > 1)
            kernels::softmax<classes>(result.data(), result.data(), result.size() / classes);
        else
            kernels::map<Scalar>(
                result.size(), result.data(), [](auto x) { return Sigmoid::value(x); }, result.data());
    }
    return result;
}

/// Not for networks as values, as with `fit`.
template <class Net, class... Arguments>
    requires is_network_form<Net>
Evaluation evaluate(const Net&, const Arguments&...) {
    return static_cast<void>(DiagnosisOf<detail::NoModel<"evaluate", Net>>{}), Evaluation{};
}
template <class Net, class Inputs>
    requires is_network_form<Net>
std::vector<float> predict(const Net&, const Inputs&) {
    return static_cast<void>(DiagnosisOf<detail::NoModel<"predict", Net>>{}), std::vector<float>{};
}

} // namespace burin
