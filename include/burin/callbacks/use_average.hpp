#pragma once

#include "burin/core/error.hpp"
#include "burin/training/callback.hpp"
#include "burin/training/use_average.hpp"

namespace burin::callbacks {

/// When training ends, the model gets the weights that the optimizer has averaged (Keras's `SwapEMAWeights`):
///
///     fit(model, train, Fit{.optimizer = optimizers::ExponentialAverage{optimizers::AdamW{}},
///                           .callbacks = callbacks::UseAverage{}});
///
/// Not when it is paused. It does not go with a callback that restores the best weights, which are others:
/// together they are an Error, before the first epoch. For StochasticAverage and a network with BatchNorm,
/// `update_statistics` comes next.
struct UseAverage {
    static constexpr bool runs_last = true;

    template <class Context>
    void on_fit_begin(Context& context) const {
        burin::detail::for_each_callback(context.session().callbacks(), [](const auto& each) {
            if constexpr (requires { bool(each.restore_best_weights); })
                if (each.restore_best_weights)
                    throw Error("callbacks::UseAverage: expected no callback with `.restore_best_weights = "
                                "true`, whose weights the average would replace, got one; leave out one of "
                                "them");
        });
    }

    template <class Context>
    void on_fit_end(Context& context) const {
        if (context.is_stopping())
            use_average(context.model(), context.trainer());
    }
};

} // namespace burin::callbacks
