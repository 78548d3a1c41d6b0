#pragma once

#include "burin.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace engines {

/// A batch of samples in turn.
template <class Net, std::size_t Batch>
peers::Variants inference() {
    constexpr std::size_t width = burin::input_shape<Net>.size(), outputs = burin::output_shape<Net>.size();
    const auto samples = std::make_shared<Samples>(width);
    const auto parameters = parameters_of<Net>();
    const auto predictor = std::make_shared<burin::Predictor<Net, Batch>>();
    return {sample_variant<Batch, outputs>("", [samples, parameters, predictor](std::size_t first) {
        return (*predictor)(*parameters, std::span(samples->values).subspan(first * width, Batch * width))
            .data();
    })};
}

} // namespace engines
