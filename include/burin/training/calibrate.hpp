#pragma once

#include "burin/core/error.hpp"
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

} // namespace detail

/// The range of what each node of a network gives for a set of samples, which should be like those that it
/// will see: a few hundred of those that it was trained on. Throws Error if they do not fit the network, or
/// if a sample or a parameter is no finite number.
template <class Net, class Data>
ActivationRanges<Net> calibrate(const Parameters<Net>& parameters, const Data& data) {
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
}

template <class Net, class Data>
ActivationRanges<Net> calibrate(const Model<Net>& model, const Data& data) {
    return calibrate<Net>(model.parameters(), data);
}

/// The numbers that a quantized network's outputs stand for, for whole samples of numbers, one after the
/// other, each with all its inputs. Throws Error if `inputs` is no whole number of them.
template <class Net, Rounding Way>
std::vector<float> predict(const QuantizedNetwork<Net, Way>& network, std::span<const float> inputs) {
    using N = Network<Net>;
    static_assert(N::output_count == 1,
                  "predict takes quantized networks of one output; use QuantizedPredictor");
    constexpr std::size_t features = detail::features_of<Net>, outputs = output_shape<Net>.size();
    constexpr std::size_t batch = detail::inference_batch;
    if (inputs.size() % features != 0)
        throw Error("predict: expected whole samples of " + std::to_string(features) + " values, got " +
                    std::to_string(inputs.size()) + " values");
    const std::size_t count = inputs.size() / features;
    const auto predictor = std::make_unique<QuantizedPredictor<Net, batch>>();
    detail::InputBuffer<Net, float> buffer(batch);
    std::array<std::vector<std::int8_t>, N::input_count> stored;
    std::vector<float> result(count * outputs);
    for (std::size_t first = 0; first < count; first += batch) {
        const std::size_t rows = std::min(batch, count - first);
        for (std::size_t row = 0; row < rows; ++row)
            buffer.put(row, inputs.subspan((first + row) * features, features));
        std::array<const std::int8_t*, N::input_count> pointers{};
        for (std::size_t i = 0; i < N::input_count; ++i) {
            stored[i].resize(rows * N::input_shapes[i].size());
            quantize({buffer.pointers()[i], stored[i].size()}, network.inputs[i], stored[i]);
            pointers[i] = stored[i].data();
        }
        const std::int8_t* const from = predictor->run(network, pointers, rows)[0];
        dequantize({from, rows * outputs}, network.outputs[0], std::span(result).subspan(first * outputs));
    }
    return result;
}

/// The usual metrics of a quantized network on data: accuracy for labels, else the mean absolute error.
/// Throws Error if the data do not fit the network.
template <class Net, Rounding Way, class Data>
Evaluation evaluate(const QuantizedNetwork<Net, Way>& network, const Data& data) {
    const auto loss = detail::usual_loss<typename Data::TargetType>();
    detail::check_data<Net>(data, loss, "evaluate");
    std::vector<float> inputs;
    std::vector<typename Data::TargetType> targets;
    for (std::size_t i = 0; i < data.size(); ++i) {
        inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
        targets.insert(targets.end(), data.target(i).begin(), data.target(i).end());
    }
    const std::vector<float> outputs = predict(network, std::span<const float>(inputs));
    auto metrics = detail::choose_metrics<float>(loss, UsualMetrics{});
    std::vector<NamedValue> values;
    std::apply(
        [&](auto&... each) {
            (each.reset(), ...);
            (each.template update<output_shape<Net>>(outputs.data(), targets.data(), data.size()), ...);
            (values.push_back({std::string(each.name), each.result()}), ...);
        },
        metrics);
    return Evaluation(std::move(values));
}

} // namespace burin
