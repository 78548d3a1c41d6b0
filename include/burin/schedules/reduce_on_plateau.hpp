#pragma once

#include "burin/core/language.hpp"

#include <cstdint>
#include <limits>

namespace burin::schedules {

/// Whether a lower or a higher value is the better one.
enum class Better { lower, higher };

/// Multiplies the rate by `factor` when a value, such as the loss on the validation set, has not become
/// better in more than `patience` updates in a row: PyTorch's ReduceLROnPlateau with all its defaults.
///
/// Better than the best so far is, with a `threshold` relative to it, below best · (1 − threshold) or above
/// best · (1 + threshold); with an absolute one, beyond best ∓ threshold. NaN is never better. After a
/// reduction the next `cooldown` updates do not count. The rate is not reduced below `floor`, nor by less
/// than `least_change`. A factor of 1 or more, or NaN, never reduces.
///
/// It is no function of the step: update it after each epoch, and give the trainer what it returns.
/// `callbacks::ReduceLearningRate` does that in `fit`.
///
///     schedules::ReduceOnPlateau plateau{.learning_rate = 1e-2, .patience = 3};
///     trainer.optimizer.learning_rate = plateau.update(loss);
struct ReduceOnPlateau {
    double learning_rate = 1e-3; ///< The present one.
    Better better = Better::lower;
    double factor = 0.1;
    std::uint64_t patience = 10;
    double threshold = 1e-4;
    bool relative = true; ///< Whether the threshold is.
    std::uint64_t cooldown = 0;
    double floor = 0;
    double least_change = 1e-8;

    /// What it remembers between updates, beside the rate: all that is needed to go on later.
    struct Memory {
        double best = std::numeric_limits<double>::quiet_NaN(); ///< NaN before the first number.
        std::uint64_t waited = 0;                               ///< Updates since it became better.
        std::uint64_t cooling = 0;                              ///< Updates that do not count yet.
    };
    Memory memory{};

    /// The rate from now on.
    constexpr double update(double value) noexcept {
        if (is_better(value)) {
            memory.best = value;
            memory.waited = 0;
        } else {
            ++memory.waited;
        }
        if (memory.cooling > 0) {
            --memory.cooling;
            memory.waited = 0;
        }
        if (memory.waited > patience) {
            const double reduced = learning_rate * factor;
            const double next = reduced < floor ? floor : reduced;
            if (learning_rate - next > least_change)
                learning_rate = next;
            memory.cooling = cooldown;
            memory.waited = 0;
        }
        return learning_rate;
    }

    /// Whether a value is better than the best so far.
    constexpr bool is_better(double value) const noexcept {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const bool is_first = memory.best != memory.best;
        const double best = !is_first ? memory.best : better == Better::lower ? infinity : -infinity;
        if (better == Better::lower)
            return value < (relative ? best * (1 - threshold) : best - threshold);
        return value > (relative ? best * (1 + threshold) : best + threshold);
    }
};

} // namespace burin::schedules
