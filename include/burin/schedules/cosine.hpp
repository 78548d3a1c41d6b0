#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// end + (learning_rate − end) · (1 + cos(π · step / steps)) / 2, from then on the end, as Keras's
/// CosineDecay (PyTorch's CosineAnnealingLR rises again). Loshchilov and Hutter, arXiv:1608.03983. With 0
/// steps the rate stays.
struct Cosine {
    double learning_rate = 1e-3;
    std::uint64_t steps = 0; ///< Until the end.
    double end_learning_rate = 0;

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (steps == 0)
            return learning_rate;
        return detail::along_cosine(learning_rate, end_learning_rate, detail::part(step, steps));
    }
};

} // namespace burin::schedules
