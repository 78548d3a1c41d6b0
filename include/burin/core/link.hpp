#pragma once

#include "burin/core/language.hpp"

namespace burin {

/// What turns the outputs that a loss works on (logits) into predictions (probabilities).
enum class Link { none, sigmoid, softmax };

namespace core {

/// What a layer's outputs are known to be, which says whether a loss can take them for logits.
enum class Values {
    any,               ///< Nothing is known of them.
    probabilities,     ///< Each between 0 and 1: of Softmax, Sigmoid, HardSigmoid.
    log_probabilities, ///< Logarithms of such.
    mixed,             ///< Some of them are probabilities or their logarithms.
};

} // namespace core

} // namespace burin
