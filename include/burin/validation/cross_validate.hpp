#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/error.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/text.hpp"
#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/initializers/default.hpp"
#include "burin/parallel/pool.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"
#include "burin/training/own_callbacks.hpp"
#include "burin/validation/folds.hpp"
#include "burin/validation/scores.hpp"
#include "burin/validation/strata.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>

namespace burin::validation {

/// The folds of a data set by a splitter, which sees the number of samples or their labels; or those that are
/// given instead of one. Throws Error for a fold without samples to train or to test on.
template <class Splitter, class Data>
Folds folds_of(const Splitter& splitter, const Data& data) {
    Folds folds;
    if constexpr (std::convertible_to<const Splitter&, Folds>)
        folds = splitter;
    else if constexpr (std::invocable<const Splitter&, std::size_t>)
        folds = splitter(data.size());
    else
        folds = splitter(labels_of(data));
    for (std::size_t i = 0; i < folds.size(); ++i)
        if (folds[i].train.empty() || folds[i].test.empty())
            detail::refuse("folds", "samples to train and to test on in fold " + std::to_string(i + 1),
                           "none");
    if (folds.empty())
        detail::refuse("folds", "at least one", "none");
    return folds;
}

namespace detail {

/// Trains a model on one part of the data and tests it on the other.
template <class Net, class Scalar, class Data, class Options, class Initializer>
FoldResult train_and_test(const Data& data, const Fold& fold, Options options,
                          const Initializer& initializer) {
    options.verbose = false;
    [[maybe_unused]] const auto owner = burin::detail::own_callbacks(options.callbacks);
    const Data train = data.subset(fold.train), test = data.subset(fold.test);
    Model<Net, Scalar> model(ModelOptions{.initializer = initializer, .seed = options.seed});
    History history = fit(model, train, options);
    return {evaluate(model, test, options.loss, options.metrics), std::move(history), train.size(),
            test.size()};
}

/// A model given where a network is expected.
template <class T>
struct NoNetwork {
    static constexpr Sentence problem = burin::detail::misuse<T>(
        "cross_validate", "a network, which each fold trains anew: `cross_validate<Net>(data, folds, fit)`");
};

/// Errors say in which fold they were.
template <class Run>
auto in_fold(const char* who, std::size_t fold, Run run) {
    try {
        return run();
    } catch (const Error& error) {
        throw Error(std::string(who) + ": fold " + std::to_string(fold + 1) + ": " + error.what());
    }
}

} // namespace detail

/// How well a network learns such data: trained anew for each fold, as `fit` does with these options, and
/// tested on what the fold holds out, with the loss and the metrics of the options. `folds` is a splitter or
/// Folds. Each fold begins with the same initial parameters and order (`options.seed`).
///
///     const auto scores = validation::cross_validate<Net>(data, validation::StratifiedKFold{.folds = 5},
///                                                         Fit{.epochs = 20});
///     report::print(scores);                                  // a table, with mean and spread
///     const double accuracy = scores.mean("accuracy");
///
/// Folds run on all cores (`parallel/pool.hpp`) and give the same bits at any number of them. Nothing is
/// shown meanwhile. Each fold has copies of the callbacks, of those given as pointers, too: what these point
/// to stays as it is. To stop early, hold out a part of what is trained on: `.validation = HeldOut{0.1}`.
/// Throws Error, which names the fold.
template <class Net, class Scalar = float, class Target, class Value, class Splitter, class Options = Fit<>,
          class Initializer = initializers::Default>
Scores cross_validate(const data::Dataset<Target, Value>& data, const Splitter& splitter,
                      const Options& options = {}, const Initializer& initializer = {}) {
    const Folds folds = folds_of(splitter, data);
    return Scores(parallel::map(folds.size(), [&](std::size_t i) {
        return detail::in_fold("cross_validate", i, [&] {
            return detail::train_and_test<Net, Scalar>(data, folds[i], options, initializer);
        });
    }));
}

/// The same of a network that is given as a value: `cross_validate(Net{}, data, folds, fit)`.
template <class Net, class Target, class Value, class Splitter, class Options = Fit<>,
          class Initializer = initializers::Default>
    requires engine::is_network_form<Net>
Scores cross_validate(const Net&, const data::Dataset<Target, Value>& data, const Splitter& splitter,
                      const Options& options = {}, const Initializer& initializer = {}) {
    return cross_validate<Net>(data, splitter, options, initializer);
}

/// Not of a model, whose parameters no fold would begin with. Refused with a sentence that says so.
template <class Trained, class... Rest>
    requires requires { typename Trained::NetworkType; }
Scores cross_validate(const Trained&, const Rest&...) {
    return static_cast<void>(core::DiagnosisOf<detail::NoNetwork<Trained>>{}), Scores{};
}

} // namespace burin::validation
