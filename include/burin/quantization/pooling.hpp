#pragma once

#include "burin/kernels/int8/pooling.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <cstdint>
#include <span>

namespace burin {

/// Pooling keeps the scale of its input.
template <class LayerType>
    requires requires { LayerType::pooling; }
struct Int8Layer<LayerType> : Int8Form {
    static constexpr bool clamps = true;

    static constexpr Scale output_scale(const Range&, std::span<const Scale> inputs) { return inputs[0]; }

    template <class>
    struct Constants {
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const Int8Source<Shapes>& from, Constants<Shapes>& to) {
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        static constexpr kernels::PoolWindows windows = LayerType::over(Context::Shapes::inputs[0]);
        kernels::int8_pool(LayerType::pooling == detail::Pooling::max ? kernels::Int8Pooling::max
                                                                      : kernels::Int8Pooling::average,
                           windows, run.inputs[0], run.rows, run.constants->low, run.output);
    }
};

} // namespace burin
