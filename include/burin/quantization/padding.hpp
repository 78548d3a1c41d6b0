#pragma once

#include "burin/layers/padding.hpp"
#include "burin/quantization/filled.hpp"

namespace burin {

/// Padding and cropping: what is added are zeros.
template <class LayerType>
    requires requires { LayerType::border; }
struct quantization::Int8Layer<LayerType> : detail::Int8FilledForm {
    template <class Context>
    static void forward(const Context& run) noexcept {
        LayerType::template copy<typename Context::Shapes>(run.inputs[0], run.output, run.rows,
                                                           run.constants->zero_point);
    }
};

} // namespace burin
