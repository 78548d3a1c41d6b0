#pragma once

#include "burin/core/language.hpp"

namespace burin {

/// What turns the outputs that a loss works on (logits) into predictions (probabilities).
enum class Link { none, sigmoid, softmax };

} // namespace burin
