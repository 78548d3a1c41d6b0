#pragma once

#include "works.hpp"

#include <burin/embedded.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace engines {

/// The parameters of a network: its Weights.
template <class Net>
std::shared_ptr<burin::Parameters<Net>> parameters_of() {
    std::vector<float> row_major;
    Weights weights;
    for (const burin::ParameterTensor& tensor : burin::parameter_tensors<Net>) {
        std::vector<std::size_t> shape(tensor.spec.shape.extents.begin(),
                                       tensor.spec.shape.extents.begin() + tensor.spec.shape.rank);
        if (shape.size() > 2 && shape.back() == 1) // A depthwise convolution's.
            shape.pop_back();
        auto values = weights.next(shape);
        if (tensor.spec.role == burin::ParameterRole::scale)
            for (float& value : values)
                value += 1;
        row_major.resize(std::max(row_major.size(), tensor.offset + values.size()));
        std::copy(values.begin(), values.end(),
                  row_major.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
    }
    auto parameters = std::make_shared<burin::Parameters<Net>>();
    burin::from_row_major<Net>(row_major.data(), parameters->data());
    return parameters;
}

/// The main function of a program of Burin.
template <class Prepare>
int serve(Prepare prepare) {
    return peers::serve("Burin (" + std::string(burin::kernels::architecture) + ", " PEER_COMPILER ")",
                        prepare);
}

} // namespace engines
