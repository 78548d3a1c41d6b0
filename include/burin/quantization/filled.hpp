#pragma once

#include "burin/quantization/int8_layer.hpp"

#include <cstdint>
#include <span>

namespace burin::detail {

/// The answers of a layer that moves elements, and fills with zeros where there are none: it keeps the scale
/// of its input, whose zero point those zeros are.
struct Int8FilledForm : quantization::Int8Form {
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
};

} // namespace burin::detail
