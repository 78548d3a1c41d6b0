#pragma once

#include "burin/embedded.hpp"

#include <cstddef>

/// A network whose every constant is the same wherever it is quantized: parameters and ranges are whole
/// numbers of few bits.
namespace written {

using Net = burin::Sequential<burin::Input<5>, burin::Dense<6>, burin::ReLU, burin::Residual<burin::Dense<6>>,
                              burin::LeakyReLU<>, burin::Dense<3>, burin::Softmax>;

inline burin::Parameters<Net> parameters() {
    burin::Parameters<Net> result;
    std::size_t i = 0;
    for (const burin::ParameterTensor& tensor : burin::parameter_tensors<Net>) {
        const auto view = result[tensor.name().view()];
        for (std::size_t j = 0; j < view.size(); ++j, ++i)
            view[j] = static_cast<float>(static_cast<int>(i * 37 % 128) - 64) / 64;
    }
    return result;
}

inline burin::ActivationRanges<Net> ranges() {
    burin::ActivationRanges<Net> result;
    for (std::size_t node = 0; node < burin::engine::node_count<Net>; ++node)
        result[node] = {-static_cast<float>(node + 1), static_cast<float>(2 * node + 3)};
    return result;
}

} // namespace written
