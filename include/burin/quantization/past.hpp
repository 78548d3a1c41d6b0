#pragma once

#include "burin/layers/past.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

/// The past keeps the scale of the input; before the first piece it is its zero point.
template <std::size_t Steps>
struct quantization::Int8Layer<Past<Steps>> : quantization::Int8Form {
    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale> inputs) {
        return inputs[0];
    }
    static constexpr std::size_t state(std::span<const Shape> inputs) { return Past<Steps>::state(inputs); }
    static constexpr std::int8_t rest(const auto& constants) { return constants.zero_point; }

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
        using Shapes = typename Context::Shapes;
        if constexpr (Context::mode == Mode::streaming)
            Past<Steps>::template go_on<Shapes>(run.inputs[0], run.output, run.rows, run.state);
        else
            Past<Steps>::template begin<Shapes>(run.inputs[0], run.output, run.rows,
                                                run.constants->zero_point);
    }
};

} // namespace burin
