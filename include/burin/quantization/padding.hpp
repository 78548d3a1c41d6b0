#pragma once

#include "burin/layers/padding.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <cstdint>
#include <span>

namespace burin {

/// Padding and cropping keep the scale of their input; what is added is its zero point.
template <class LayerType>
    requires requires { LayerType::border; }
struct quantization::Int8Layer<LayerType> : quantization::Int8Form {
    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale> inputs) {
        return inputs[0];
    }

    template <class>
    struct Constants {
        std::int8_t zero_point;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("zero_point", self.zero_point);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        LayerType::template copy<typename Context::Shapes>(run.inputs[0], run.output, run.rows,
                                                           run.constants->zero_point);
    }
};

} // namespace burin
