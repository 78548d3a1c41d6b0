#pragma once

#include "burin/core/error.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/quantization/calibrator.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/history.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace burin {

namespace detail {

/// Throws Error for a parameter that is no finite number.
template <class Net>
void check_finite(const Parameters<Net>& parameters, std::string_view caller) {
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const auto view = parameters[tensor.name().view()];
        for (std::size_t i = 0; i < view.size(); ++i)
            if (!std::isfinite(view[i]))
                throw Error(std::string(caller) + ": " + std::string(tensor.name().view()) + "[" +
                            std::to_string(i) + "]: expected a finite number, got " +
                            std::to_string(view[i]));
    }
}

/// Runs a quantized network on `count` samples, some at a time: `inputs(first, rows)` gives where the numbers
/// of each input are, and `use(first, rows, outputs)` gets those that each output stands for.
template <class Net, Rounding Way, class Inputs, class Use>
void run_quantized(const QuantizedNetwork<Net, Way>& network, std::size_t count, Inputs inputs, Use use) {
    using N = engine::Network<Net>;
    const auto predictor = std::make_unique<QuantizedPredictor<Net, inference_batch>>();
    std::array<std::vector<std::int8_t>, N::input_count> stored;
    std::array<std::vector<float>, N::output_count> outputs;
    for (std::size_t first = 0; first < count; first += inference_batch) {
        const std::size_t rows = std::min(inference_batch, count - first);
        const std::array<const float*, N::input_count> numbers = inputs(first, rows);
        std::array<const std::int8_t*, N::input_count> pointers{};
        for (std::size_t i = 0; i < N::input_count; ++i) {
            stored[i].resize(rows * N::input_shapes[i].size());
            quantize({numbers[i], stored[i].size()}, network.inputs[i], stored[i]);
            pointers[i] = stored[i].data();
        }
        const auto given = predictor->run(network, pointers, rows);
        for (std::size_t i = 0; i < N::output_count; ++i) {
            outputs[i].resize(rows * N::output_shapes[i].size());
            dequantize({given[i], outputs[i].size()}, network.outputs[i], outputs[i]);
        }
        use(first, rows, outputs);
    }
}

} // namespace detail

/// The range of what each node of a network gives for a set of samples, which should be like those that it
/// will see: a few hundred of those that it was trained on. Throws Error if they do not fit the network, or
/// if a sample or a parameter is no finite number.
template <class Net, class Data>
ActivationRanges<Net> calibrate(const Parameters<Net>& parameters, const Data& data) {
    return core::within_memory("calibrate", [&] {
        detail::check_samples<Net>(data, "calibrate");
        detail::check_finite<Net>(parameters, "calibrate");
        constexpr std::size_t batch = detail::inference_batch;
        const auto calibrator = std::make_unique<Calibrator<Net, batch>>();
        detail::InputBuffer<Net, float> buffer(batch);
        for (std::size_t first = 0; first < data.size(); first += batch) {
            const std::size_t rows = std::min(batch, data.size() - first);
            for (std::size_t row = 0; row < rows; ++row) {
                const auto sample = data.input(first + row);
                detail::check_finite(sample, "calibrate", "sample", first + row);
                buffer.put(row, sample);
            }
            calibrator->observe(parameters.data(), buffer.pointers(), rows);
        }
        return calibrator->ranges();
    });
}

template <class Net, class Scalar, class Data>
ActivationRanges<Net> calibrate(const Model<Net, Scalar>& model, const Data& data) {
    static_assert(std::is_same_v<Scalar, float>,
                  "calibrate takes a model of float, as quantize does: copy_parameters copies those of a "
                  "Model<Net, double> to a Model<Net>");
    if constexpr (std::is_same_v<Scalar, float>)
        return calibrate<Net>(model.parameters(), data);
    else
        return {};
}

/// The numbers that a quantized network's outputs stand for, for whole samples of numbers, one after the
/// other, each with all its inputs: one vector, or an array of them for a network of several outputs. Throws
/// Error if `inputs` is no whole number of samples.
template <class Net, Rounding Way>
detail::Predictions<Net, float> predict(const QuantizedNetwork<Net, Way>& network,
                                        std::span<const float> inputs) {
    constexpr std::size_t features = engine::Network<Net>::sample_size;
    if (inputs.size() % features != 0)
        throw Error("predict: expected whole samples of " + std::to_string(features) + " values, got " +
                    std::to_string(inputs.size()) + " values");
    detail::Predictions<Net, float> result;
    const auto all = detail::each_output<Net, float>(result);
    detail::InputBuffer<Net, float> buffer(detail::inference_batch);
    detail::run_quantized(
        network, inputs.size() / features,
        [&](std::size_t first, std::size_t rows) {
            for (std::size_t row = 0; row < rows; ++row)
                buffer.put(row, inputs.subspan((first + row) * features, features));
            return buffer.pointers();
        },
        [&](std::size_t, std::size_t, const auto& outputs) {
            for (std::size_t i = 0; i < all.size(); ++i)
                all[i].insert(all[i].end(), outputs[i].begin(), outputs[i].end());
        });
    return result;
}

/// The same for all samples of a data set. Throws Error if these have another shape.
template <class Net, Rounding Way, detail::Samples Data>
detail::Predictions<Net, float> predict(const QuantizedNetwork<Net, Way>& network, const Data& data) {
    if (data.empty())
        return {};
    return core::within_memory("predict", [&] {
        return predict(network, std::span<const float>(detail::inputs_of<Net, float>(data)));
    });
}

/// The metrics of a quantized network on data, for the loss that it was trained with: the usual ones for each
/// output, or those given. They see the numbers that the outputs stand for. Throws Error if the data do not
/// fit the network.
template <class Net, Rounding Way, class Data, class Loss, class Metrics = fitting::UsualMetrics>
Evaluation evaluate(const QuantizedNetwork<Net, Way>& network, const Data& data, const Loss& loss,
                    const Metrics& metrics = {}) {
    detail::check_data<Net>(data, loss, "evaluate");
    detail::Measure<Net, Loss, float, Metrics, false> measured(loss, metrics);
    detail::BatchBuffer<Net, Loss, float> batch(detail::inference_batch);
    Samples<Net, Loss, float> samples;
    detail::run_quantized(
        network, data.size(),
        [&](std::size_t first, std::size_t rows) {
            for (std::size_t row = 0; row < rows; ++row)
                batch.put(row, data, first + row);
            samples = batch.samples(rows);
            return samples.inputs;
        },
        [&](std::size_t, std::size_t rows, const auto& outputs) {
            core::for_each_index<engine::Network<Net>::output_count>([&](auto output) {
                measured.template update<output.value>(outputs[output.value].data(),
                                                       std::get<output.value>(samples.targets), rows,
                                                       samples.weights);
            });
        });
    std::vector<NamedValue> values;
    measured.append_metrics_to(values);
    return Evaluation(std::move(values));
}

/// The same for a network of one output, with the usual loss: accuracy for labels, else the mean absolute
/// error.
template <class Net, Rounding Way, class Data>
Evaluation evaluate(const QuantizedNetwork<Net, Way>& network, const Data& data) {
    return evaluate(network, data, detail::usual_loss<Net, typename Data::TargetType>());
}

} // namespace burin
