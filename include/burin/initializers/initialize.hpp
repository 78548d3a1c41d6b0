#pragma once

#include "burin/core/random.hpp"
#include "burin/graph/parameters.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin {

/// Fills all tensors of a network: weights by the initialiser, biases with 0 and what the layer wants to be 1
/// (or by the initialiser's `fill_bias`, if it has one), scales with 1; statistics with 0,
/// those that are scales with 1. Each tensor has a random stream of its own, so a value depends on the seed,
/// the tensor's number and its place in the tensor alone, not on how it is stored.
template <class Net, class Scalar, class Initializer>
void initialize(Parameters<Net, Scalar>& parameters, const Initializer& initializer,
                std::uint64_t seed) noexcept {
    std::uint32_t number = 0;
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const RandomStream stream{seed, Purpose::initialisation, number++};
        Scalar* const values = parameters.data() + tensor.offset;
        const Shape& shape = tensor.spec.shape;
        if (tensor.kind == TensorKind::statistic)
            std::fill_n(values, shape.size(), Scalar(tensor.spec.role == ParameterRole::scale ? 1 : 0));
        else if (tensor.spec.role == ParameterRole::weight)
            initializer.template fill<Scalar>(values, shape, tensor.spec.fans, stream);
        else if (tensor.spec.role == ParameterRole::scale)
            std::fill_n(values, shape.size(), static_cast<Scalar>(tensor.spec.start));
        else if constexpr (requires {
                               initializer.template fill_bias<Scalar>(values, shape, tensor.spec.fans,
                                                                      stream);
                           })
            initializer.template fill_bias<Scalar>(values, shape, tensor.spec.fans, stream);
        else {
            std::fill_n(values, shape.size(), Scalar(0));
            std::fill(values + tensor.spec.ones.first, values + tensor.spec.ones.last, Scalar(1));
        }
        if (tensor.spec.layout == core::Layout::panels)
            kernels::pack_panels(values, shape.size() / shape.last(), shape.last());
    }
}

} // namespace burin
