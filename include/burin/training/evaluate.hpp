#pragma once

#include "burin/core/error.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/kernels/functions.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/activations.hpp"
#include "burin/parallel/team.hpp"
#include "burin/passes/links.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/history.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/model.hpp"
#include "burin/training/objective.hpp"
#include "burin/training/parts.hpp"
#include "burin/training/regularization.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <numeric>
#include <ranges>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin {

namespace detail {

/// Samples that hosted inference runs at a time.
inline constexpr std::size_t inference_batch = 64;

/// The same where losses are measured: whole groups of those that compare the samples of a group.
template <class Loss>
inline constexpr std::size_t measured_batch = [] {
    std::size_t whole = 1;
    const auto add = [&]<class L>(std::type_identity<L>) {
        if constexpr (requires { L::group; })
            whole = std::lcm(whole, L::group);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (add(std::type_identity<fitting::LossAt<Loss, I>>{}), ...);
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
    return std::max<std::size_t>(1, inference_batch / whole) * whole;
}();

/// One core, for what has no more to do.
struct NoTeam : fitting::InTurn {
    static constexpr std::size_t threads() noexcept { return 1; }
};

/// Calls `run(workers)` with the threads of the pool if inference of so many samples is worth that.
template <class Net, class Run>
auto with_team([[maybe_unused]] std::size_t samples, const Run& run) {
    if constexpr (parallel::has_pool)
        if (samples > inference_batch &&
            fitting::nanoseconds_of(flops<Net> * samples) >= fitting::least_shared_nanoseconds) {
            parallel::Team team;
            return run(team);
        }
    NoTeam alone;
    return run(alone);
}

/// Some samples, and what a network makes of them.
template <class PredictorType, class Buffer>
struct MeasuredBatch {
    explicit MeasuredBatch(std::size_t size) : samples(size) {}

    PredictorType predictor;
    Buffer samples;
    std::size_t rows = 0;
    decltype(std::declval<PredictorType&>().run(nullptr, {}, 0)) outputs{};
};

/// Batches are computed as many at a time as there are workers, and measured in their order.
template <class Net, class Scalar, class Loss, class Data, class Metrics, class Workers = NoTeam>
void measure(const Model<Net, Scalar>& model, const Data& data, const Loss& loss,
             Measure<Net, Loss, Scalar, Metrics>& measured, Workers&& workers = {}) {
    [[maybe_unused]] const core::DiagnosisOf<ExaminedLoss<Net, Loss, Mode::inference>> fits;
    constexpr std::size_t size = measured_batch<Loss>;
    using PredictorType = Predictor<Net, size, Scalar, fitting::links_of<Net, Loss>>;
    using Place = MeasuredBatch<PredictorType, BatchBuffer<Net, Loss, Scalar>>;
    const bool pays =
        fitting::nanoseconds_of(flops<Net> * size * workers.threads()) >= fitting::least_shared_nanoseconds;
    std::vector<std::unique_ptr<Place>> places(
        std::clamp<std::size_t>((data.size() + size - 1) / size, 1, pays ? workers.threads() : 1));
    for (auto& place : places)
        place = std::make_unique<Place>(size);
    const Scalar penalty = fitting::weight_penalty<Net, Scalar>(model.parameters().data(), nullptr);
    const auto run = [&](Place& place) {
        place.outputs = place.predictor.run(model.parameters().data(),
                                            place.samples.samples(place.rows).inputs, place.rows);
    };
    const auto measure_place = [&](const Place& place) {
        const std::size_t rows = place.rows;
        const Samples<Net, Loss, Scalar> samples = place.samples.samples(rows);
        const auto& outputs = place.outputs;
        fitting::OutputSums<Loss, Scalar> sums;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((sums[I] = losses::value<output_shape<Net, I>>(fitting::Objective<Loss>::template get<I>(loss),
                                                            outputs[I], std::get<I>(samples.targets),
                                                            samples.weights, rows)),
             ...);
        }(std::make_index_sequence<engine::Network<Net>::output_count>{});
        measured.add(sums, penalty);
        core::for_each_index<engine::Network<Net>::output_count>([&](auto output) {
            measured.template update<output.value>(
                outputs[output.value], std::get<output.value>(samples.targets), rows, samples.weights);
        });
    };
    if constexpr (fitting::PreparesBatches<Data>) {
        auto batches =
            data.batches(typename Data::Order{.batch_size = size, .shuffle = false, .augment = false});
        for (bool has_more = true; has_more;) {
            std::size_t count = 0;
            for (const auto* loaded = batches.next(); loaded != nullptr; loaded = batches.next()) {
                check_all_labels<Net>(*loaded, loss, "evaluate");
                Place& place = *places[count];
                place.rows = loaded->size();
                for (std::size_t row = 0; row < place.rows; ++row)
                    place.samples.put(row, *loaded, row);
                if (++count == places.size())
                    break;
            }
            has_more = count == places.size();
            workers.for_each(count, [&](std::size_t i) { run(*places[i]); });
            for (std::size_t i = 0; i < count; ++i)
                measure_place(*places[i]);
        }
    } else {
        for (std::size_t first = 0; first < data.size(); first += places.size() * size) {
            const std::size_t count = std::min(places.size(), (data.size() - first + size - 1) / size);
            workers.for_each(count, [&](std::size_t i) {
                Place& place = *places[i];
                const std::size_t begin = first + i * size;
                place.rows = std::min(size, data.size() - begin);
                for (std::size_t row = 0; row < place.rows; ++row)
                    place.samples.put(row, data, begin + row);
                run(place);
            });
            for (std::size_t i = 0; i < count; ++i)
                measure_place(*places[i]);
        }
    }
}

/// One vector for a network of one output, else an array of them.
template <class Net, class Scalar>
using Predictions = std::conditional_t<engine::Network<Net>::output_count == 1, std::vector<Scalar>,
                                       std::array<std::vector<Scalar>, engine::Network<Net>::output_count>>;

template <class Net, class Scalar>
std::span<std::vector<Scalar>, engine::Network<Net>::output_count>
each_output(Predictions<Net, Scalar>& outputs) {
    if constexpr (engine::Network<Net>::output_count == 1)
        return std::span<std::vector<Scalar>, 1>(&outputs, 1);
    else
        return outputs;
}

/// Numbers in a row that are of another type than the model's.
template <class Inputs, class Scalar>
concept OtherNumbers =
    std::ranges::contiguous_range<Inputs> && std::is_arithmetic_v<std::ranges::range_value_t<Inputs>> &&
    !std::is_same_v<std::ranges::range_value_t<Inputs>, Scalar>;

template <class Data>
concept Samples = requires(const Data& data) { data.input(0); };

/// The inputs of all samples, one after the other, as numbers of a model's type. Throws Error if they have
/// another shape than the network's.
template <class Net, class Scalar, Samples Data>
std::vector<Scalar> inputs_of(const Data& data) {
    check_shape<Net>(data, "predict");
    std::vector<Scalar> inputs;
    inputs.reserve(data.size() * data.input_shape().size());
    for (std::size_t i = 0; i < data.size(); ++i)
        for (const auto value : data.input(i))
            inputs.push_back(static_cast<Scalar>(value));
    return inputs;
}

} // namespace detail

/// Loss and metrics of a model on data, without training: the usual metrics, or those given: one or a tuple
/// (of the first output), or `metrics::PerOutput`. They see logits where the loss wants them. Throws Error if
/// the data do not fit the network. What is not finite in them goes through, as in `predict`.
template <class Net, class Scalar, class Data, class Loss, class Metrics = fitting::UsualMetrics>
Evaluation evaluate(const Model<Net, Scalar>& model, const Data& data, const Loss& loss,
                    const Metrics& metrics = {}) {
    return core::within_memory("evaluate", [&] {
        detail::check_data<Net>(data, loss, "evaluate");
        detail::Measure<Net, Loss, Scalar, Metrics> measured(loss, metrics);
        detail::with_team<Net>(data.size(),
                               [&](auto& workers) { detail::measure(model, data, loss, measured, workers); });
        std::vector<NamedValue> values;
        measured.append_to(values);
        return Evaluation(std::move(values));
    });
}

/// The same with the usual loss: for labels the sparse categorical cross-entropy, or of a single output the
/// binary one, else the mean squared error. Throws Error if the model was trained with a loss that takes its
/// outputs for something else, as the mean squared error does those of BinaryCrossentropy.
template <class Net, class Scalar, class Data>
Evaluation evaluate(const Model<Net, Scalar>& model, const Data& data) {
    const auto loss = detail::usual_loss<Net, typename Data::TargetType>();
    if (model.links() && *model.links() != fitting::links_of<Net, std::remove_const_t<decltype(loss)>>)
        throw Error(
            "evaluate: expected the loss that the model was trained with, as in `evaluate(model, data, "
            "losses::BinaryCrossentropy{})`, got none; the usual one takes the outputs for something else");
    return evaluate(model, data, loss);
}

/// The network's outputs for whole samples, one after the other, each with all its inputs. A network of
/// several outputs gives an array of vectors, one for each, in the order of its outputs. Throws Error if
/// `inputs` is no whole number of samples.
template <class Net, class Scalar>
detail::Predictions<Net, Scalar> predict(const Model<Net, Scalar>& model,
                                         std::span<const std::type_identity_t<Scalar>> inputs) {
    return core::within_memory("predict", [&] {
        using N = engine::Network<Net>;
        constexpr std::size_t features = engine::Network<Net>::sample_size;
        if (inputs.size() % features != 0)
            throw Error("predict: expected whole samples of " + std::to_string(features) + " values, got " +
                        std::to_string(inputs.size()) + " values");
        const std::size_t count = inputs.size() / features;
        detail::Predictions<Net, Scalar> result;
        const auto outputs = detail::each_output<Net, Scalar>(result);
        for (std::size_t i = 0; i < N::output_count; ++i)
            outputs[i].resize(count * N::output_shapes[i].size());
        constexpr std::size_t batch = detail::inference_batch;
        const std::size_t batches = (count + batch - 1) / batch;
        const auto run_batches = [&](std::size_t begin, std::size_t end) {
            const auto predictor = std::make_unique<Predictor<Net, batch, Scalar>>();
            detail::InputBuffer<Net, Scalar> buffer(N::input_count == 1 ? 0 : batch);
            for (std::size_t first = begin * batch; first < std::min(end * batch, count); first += batch) {
                const std::size_t rows = std::min(batch, count - first);
                auto pointers = buffer.pointers();
                if constexpr (N::input_count == 1)
                    pointers[0] = inputs.data() + first * features;
                else
                    for (std::size_t row = 0; row < rows; ++row)
                        buffer.put(row, inputs.subspan((first + row) * features, features));
                const auto from = predictor->run(model.parameters().data(), pointers, rows);
                for (std::size_t i = 0; i < N::output_count; ++i) {
                    const std::size_t size = N::output_shapes[i].size();
                    std::copy_n(from[i], rows * size,
                                outputs[i].begin() + static_cast<std::ptrdiff_t>(first * size));
                }
            }
        };
        detail::with_team<Net>(count, [&](auto& workers) {
            const std::size_t shares = std::min(workers.threads(), batches);
            workers.for_each(shares, [&](std::size_t i) {
                run_batches(i * batches / shares, (i + 1) * batches / shares);
            });
        });
        return result;
    });
}

/// The same for numbers of another type, which are converted to the model's.
template <class Net, class Scalar, detail::OtherNumbers<Scalar> Inputs>
detail::Predictions<Net, Scalar> predict(const Model<Net, Scalar>& model, const Inputs& inputs) {
    return core::within_memory("predict", [&] {
        std::vector<Scalar> converted(std::ranges::size(inputs));
        std::ranges::transform(inputs, converted.begin(),
                               [](auto value) { return static_cast<Scalar>(value); });
        return predict(model, std::span<const Scalar>(converted));
    });
}

/// The network's outputs for all samples of a data set, whose numbers are converted to the model's type.
/// Throws Error if these have another shape.
template <class Net, class Scalar, detail::Samples Data>
detail::Predictions<Net, Scalar> predict(const Model<Net, Scalar>& model, const Data& data) {
    if (data.empty())
        return {};
    return core::within_memory("predict", [&] {
        return predict(model, std::span<const Scalar>(detail::inputs_of<Net, Scalar>(data)));
    });
}

namespace detail {

/// What an output is known to be, seen through what changes nothing in inference.
template <class Net, std::size_t Output>
inline constexpr core::Values known_values =
    passes::values_of(engine::Network<Net>::graph)[engine::Network<Net>::graph.outputs[Output]];

/// Whether the loss of an output says what its probabilities are, or the network's last layers do.
template <class Net, class Loss, std::size_t Output>
inline constexpr bool tells_probabilities =
    losses::link_of<Loss> != Link::none || known_values<Net, Output> == core::Values::probabilities;

/// Makes probabilities of an output by the link that its loss contains, unless they are some already.
template <class Net, std::size_t Output, class Scalar>
void apply_link(Link link, std::vector<Scalar>& values) {
    constexpr std::size_t classes = output_shape<Net, Output>.last();
    Scalar* const data = values.data();
    const auto map = [&](auto function) {
        kernels::map<Scalar>(values.size(), data, function, static_cast<const Scalar*>(data));
    };
    if constexpr (known_values<Net, Output> == core::Values::log_probabilities)
        map([](auto x) { return kernels::exp(x); });
    else if constexpr (known_values<Net, Output> != core::Values::probabilities) {
        if (link == Link::softmax)
            kernels::softmax<classes>(data, data, values.size() / classes);
        else if (link == Link::sigmoid)
            map([](auto x) { return Sigmoid::value(x); });
    }
}

/// The links of the losses, without regard to the network.
template <class Net, class Loss>
struct ExaminedProbabilities {
    static constexpr Sentence problem = [] {
        Sentence sentence;
        if constexpr (is_valid_network<Net>) {
            sentence = ExaminedLoss<Net, Loss, Mode::inference>::problem;
            if constexpr (engine::Network<Net>::output_count == 1 && fitting::Objective<Loss>::count == 1)
                if (sentence.empty() && !tells_probabilities<Net, fitting::LossAt<Loss, 0>, 0>)
                    sentence.append("predict_proba: expected a cross-entropy or a network that ends in "
                                    "probabilities, got a loss that knows none; use predict");
        }
        return sentence;
    }();
};

} // namespace detail

/// Probabilities, by the loss that the network was trained with: the sigmoid of each output for
/// BinaryCrossentropy, the softmax over the last axis for the other cross-entropies; the outputs themselves
/// where the network ends in Softmax or Sigmoid. Of a network of several outputs, those whose losses know no
/// probabilities are as `predict` gives them.
template <class Net, class Scalar, class Inputs, class Loss>
detail::Predictions<Net, Scalar> predict_proba(const Model<Net, Scalar>& model, const Inputs& inputs,
                                               const Loss&) {
    [[maybe_unused]] const core::DiagnosisOf<detail::ExaminedProbabilities<Net, Loss>> tells;
    detail::Predictions<Net, Scalar> result = predict(model, inputs);
    core::for_each_index<engine::Network<Net>::output_count>([&](auto output) {
        detail::apply_link<Net, output.value>(losses::link_of<fitting::LossAt<Loss, output.value>>,
                                              detail::each_output<Net, Scalar>(result)[output.value]);
    });
    return result;
}

/// The same by the loss with which `fit` trained this model. A model that was not trained with `fit`, nor
/// loaded from what `io::save` wrote of such a one, does not know its loss: then outputs that are no
/// probabilities are taken for logits of one class of several (softmax over the last axis), a single one for
/// that of yes or no (sigmoid); give the loss where that is not so, as for several outputs of
/// BinaryCrossentropy. Throws Error if the model was trained with a loss that knows no probabilities.
template <class Net, class Scalar, class Inputs>
detail::Predictions<Net, Scalar> predict_proba(const Model<Net, Scalar>& model, const Inputs& inputs) {
    constexpr std::size_t outputs = engine::Network<Net>::output_count;
    detail::Predictions<Net, Scalar> result = predict(model, inputs);
    core::for_each_index<outputs>([&](auto output) {
        constexpr Link usual = output_shape<Net, output.value>.last() > 1 ? Link::softmax : Link::sigmoid;
        const Link link = model.links() ? (*model.links())[output.value] : usual;
        if (outputs == 1 && link == Link::none &&
            detail::known_values<Net, output.value> == core::Values::any)
            throw Error(
                "predict_proba: expected a model trained with a cross-entropy, got one whose loss knows no "
                "probabilities; use predict");
        detail::apply_link<Net, output.value>(link, detail::each_output<Net, Scalar>(result)[output.value]);
    });
    return result;
}

/// Not for networks as values, as with `fit`.
template <class Net, class... Arguments>
    requires engine::is_network_form<Net>
Evaluation evaluate(const Net&, const Arguments&...) {
    return static_cast<void>(core::DiagnosisOf<detail::NoModel<"evaluate", Net>>{}), Evaluation{};
}
template <class Net, class Inputs>
    requires engine::is_network_form<Net>
std::vector<float> predict(const Net&, const Inputs&) {
    return static_cast<void>(core::DiagnosisOf<detail::NoModel<"predict", Net>>{}), std::vector<float>{};
}

} // namespace burin
