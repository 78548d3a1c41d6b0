#pragma once

#include <cstddef>
#include <span>

namespace bill {

/// One inference, or one step of training.
extern "C" void bill_step();

/// All inputs, one behind the other.
void bill_give_inputs(const std::byte* bytes);

/// Where training begins. Inference has its weights in flash.
void bill_give_parameters(const std::byte* bytes);

/// The first output of the last inference, or what training has made of the parameters.
std::span<const std::byte> bill_outputs();

} // namespace bill
