#pragma once

#include "burin/training/use_average.hpp"

namespace burin::callbacks {

/// When training ends, the model gets the weights that the optimizer has averaged (Keras's `SwapEMAWeights`):
///
///     fit(model, train, Fit{.optimizer = optimizers::ExponentialAverage{optimizers::AdamW{}},
///                           .callbacks = callbacks::UseAverage{}});
///
/// Not when it is paused. For StochasticAverage and a network with BatchNorm, `update_statistics` comes next.
struct UseAverage {
    static constexpr bool runs_last = true;

    template <class Context>
    void on_fit_end(Context& context) const {
        if (context.is_stopping())
            use_average(context.model(), context.trainer());
    }
};

} // namespace burin::callbacks
