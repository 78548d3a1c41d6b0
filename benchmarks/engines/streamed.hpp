#pragma once

#include "burin.hpp"
#include "networks.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace engines {

/// Whether a work is asked for in blocks.
inline bool is_in_blocks(const peers::Request& request) {
    return request.work.ends_with("_block");
}
/// Its name without that.
inline std::string base_of(const peers::Request& request) {
    return request.work.substr(0, request.work.rfind("_block"));
}

/// A step at a time, or a block: in one call step by step, or by a network for as many steps.
template <class Net>
peers::Variants streamed(bool in_blocks) {
    const auto parameters = parameters_of<Net>();
    const auto streamer = std::make_shared<burin::Streamer<Net>>();
    const auto reset = [streamer] { streamer->reset(); };
    if (!in_blocks)
        return {step_variant(
            "",
            [parameters, streamer, p = parameters.get(), s = streamer.get()](const float* input) {
                return (*s)(*p, std::span(input, 1))[0];
            },
            reset)};
    const auto by_blocks = std::make_shared<burin::Streamer<Net, block>>();
    return {block_variant<block>(
                "step by step",
                [parameters, streamer](const float* inputs, float* outputs) {
                    (*streamer)(*parameters, std::span(inputs, block), std::span(outputs, block));
                },
                reset),
            block_variant<block>(
                "a Streamer of 64 steps",
                [parameters, by_blocks](const float* inputs, float* outputs) {
                    (*by_blocks)(*parameters, std::span(inputs, block), std::span(outputs, block));
                },
                [by_blocks] { by_blocks->reset(); })};
}

} // namespace engines
