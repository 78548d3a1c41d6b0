#pragma once

// What is made of a trained model, on the heap: a network may be larger than a stack. The forms that return
// the same as a value are for small ones and for machines without a heap; `sizeof` says how large it is.

#include "burin/graph/half_parameters.hpp"
#include "burin/layers/folded.hpp"
#include "burin/quantization/quantized_network.hpp"
#include "burin/training/model.hpp"

#include <memory>
#include <utility>

namespace burin {

/// The model without the BatchNorms that can be part of the layer before them: see `Folded`.
template <class Net, class Scalar>
Model<Folded<Net>, Scalar> fold(const Model<Net, Scalar>& model) {
    auto parameters =
        core::within_memory("fold", [] { return std::make_unique<Parameters<Folded<Net>, Scalar>>(); });
    fold(model.parameters(), *parameters);
    Model<Folded<Net>, Scalar> folded(std::move(parameters));
    if (model.links())
        folded.set_links(*model.links());
    return folded;
}

/// Its parameters in half the memory: `to_half<float16>(model)`, for a `Predictor<Net, 1, float16>`.
template <core::Half Stored, class Net>
std::unique_ptr<Parameters<Net, Stored>> to_half(const Model<Net>& model) {
    auto half = core::within_memory("to_half", [] { return std::make_unique<Parameters<Net, Stored>>(); });
    to_half(model.parameters(), *half);
    return half;
}

/// The network in 8 bits: `quantize(model, ranges)`, or `quantize<Rounding::twice>(model, ranges)`.
template <Rounding Way = Rounding::once, class Net>
std::unique_ptr<QuantizedNetwork<Net, Way>> quantize(const Model<Net>& model,
                                                     const ActivationRanges<Net>& ranges) {
    auto network =
        core::within_memory("quantize", [] { return std::make_unique<QuantizedNetwork<Net, Way>>(); });
    quantize(model.parameters(), ranges, *network);
    return network;
}

} // namespace burin
