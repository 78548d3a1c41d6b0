#pragma once

#include "burin.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace engines {

/// A batch of samples in turn, as bytes; quantized for these samples.
template <class Net, std::size_t Batch>
peers::Variants quantized() {
    constexpr std::size_t width = burin::input_shape<Net>.size(), outputs = burin::output_shape<Net>.size();
    const Samples samples(width);
    const auto parameters = parameters_of<Net>();
    const auto calibrator = std::make_unique<burin::Calibrator<Net>>();
    for (std::size_t i = 0; i < Samples::count; ++i)
        calibrator->observe(parameters->data(), {samples.values.data() + i * width}, 1);
    const auto network = std::make_shared<burin::QuantizedNetwork<Net>>();
    burin::quantize(*parameters, calibrator->ranges(), *network);
    const auto bytes = std::make_shared<std::vector<std::int8_t>>(samples.values.size());
    burin::quantize(std::span(samples.values), network->inputs[0], *bytes);
    const auto predictor = std::make_shared<burin::QuantizedPredictor<Net, Batch>>();
    return {sample_variant<Batch, outputs>(
        "",
        [bytes, network, predictor](std::size_t first) {
            return (*predictor)(*network, std::span(*bytes).subspan(first * width, Batch * width)).data();
        },
        [scale = network->outputs[0]](std::int8_t value) {
            return scale.scale * static_cast<float>(value - scale.zero_point);
        })};
}

} // namespace engines
