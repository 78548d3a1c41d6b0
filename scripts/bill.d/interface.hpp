#pragma once

#include <cstddef>
#include <span>

namespace bill {

/// One inference, or one step of training.
extern "C" void bill_step();

std::span<std::byte> bill_inputs();

/// The first output of the last inference, or what training has made of the parameters.
std::span<const std::byte> bill_outputs();

} // namespace bill
