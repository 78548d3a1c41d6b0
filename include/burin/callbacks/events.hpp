#pragma once

#include "burin/core/language.hpp"

namespace burin::callbacks {

/// A function of a user's as a callback, called with the context at the moment that the name says:
///
///     OnEpochEnd{[](auto& context) {
///         if (context.value("accuracy") > 0.99)
///             context.stop();
///     }}
///
/// As Keras's LambdaCallback.
template <class Function>
struct OnFitBegin {
    Function function;

    template <class Context>
    void on_fit_begin(Context& context) {
        function(context);
    }
};
template <class Function>
struct OnEpochBegin {
    Function function;

    template <class Context>
    void on_epoch_begin(Context& context) {
        function(context);
    }
};
template <class Function>
struct OnBatchEnd {
    Function function;

    template <class Context>
    void on_batch_end(Context& context) {
        function(context);
    }
};
template <class Function>
struct OnEpochEnd {
    Function function;

    template <class Context>
    void on_epoch_end(Context& context) {
        function(context);
    }
};
template <class Function>
struct OnFitEnd {
    Function function;

    template <class Context>
    void on_fit_end(Context& context) {
        function(context);
    }
};

} // namespace burin::callbacks
