#pragma once

#include "burin/layers/past.hpp"
#include "burin/quantization/filled.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

/// Before the first piece the past is zeros.
template <std::size_t Steps>
struct quantization::Int8Layer<Past<Steps>> : detail::Int8FilledForm {
    static constexpr std::size_t state(std::span<const Shape> inputs) { return Past<Steps>::state(inputs); }
    static constexpr std::int8_t rest(const auto& constants) { return constants.zero_point; }

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
