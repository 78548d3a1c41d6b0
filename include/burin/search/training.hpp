#pragma once

#include "burin/core/error.hpp"
#include "burin/search/architectures.hpp"
#include "burin/search/settings.hpp"
#include "burin/search/trial.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"

#include <string>
#include <type_traits>
#include <utility>

namespace burin::search {

namespace detail {

/// A training that is kept from one budget to the next.
template <class Net, class Scalar, class Options>
struct KeptTraining {
    Model<Net, Scalar> model;
    Session<Net, Scalar, Options> session;

    explicit KeptTraining(const Options& options) : model(options.seed), session(model, options) {}
};

} // namespace detail

/// The objective of a training: `fit` with the options that `make_fit(settings)` gives, for as many epochs as
/// the budget, and then what `evaluate` measures on `validation` under the name `score`. A trial that goes on
/// is trained on from where it was, which gives the bits of a training that never stopped. Nothing is shown.
///
///     const search::Training objective{train, test, [](const search::Settings& settings) {
///         return Fit{.optimizer = optimizers::Adam{.learning_rate = settings["learning_rate"]}};
///     }};
///     const auto results = search::run(search::Hyperband{.most = 27}, Networks{}, space, objective);
///
/// For one network without a choice of them: `search::Architectures<Net>`. All trials have the seed of the
/// options, for the parameters too, unless `make_fit(settings, trial)` takes `trial.seed()`; `trial.most()`
/// is how many epochs a schedule may reckon with. A callback that stops the training stops it for good; what
/// is trained by then is judged, also where one pauses before the first epoch is over;
/// callbacks that are given as pointers are shared by the threads of all trials.
template <class Data, class MakeFit>
struct Training {
    Data train;
    Data validation;
    MakeFit make_fit;
    std::string score = "accuracy";

    template <class Network>
    double operator()(Architecture<Network>, const Settings& settings, Trial& trial) const {
        auto options = [&] {
            if constexpr (std::is_invocable_v<const MakeFit&, const Settings&, const Trial&>)
                return make_fit(settings, trial);
            else
                return make_fit(settings);
        }();
        options.epochs = trial.most();
        options.verbose = false;
        auto& kept =
            trial.keep<detail::KeptTraining<Network, typename Data::ScalarType, decltype(options)>>(options);
        auto& session = kept.session;
        // What is neither new nor under way was stopped by a callback.
        if (session.epoch() == 0 || session.epoch() < session.position().last_epoch)
            if (const History history = session.run(train, trial.budget()); history.epochs() > 0)
                trial.report(history["loss"].back());
        return evaluate(kept.model, validation, options.loss, options.metrics)[score];
    }
};

template <class Data, class MakeFit>
Training(Data, Data, MakeFit) -> Training<Data, MakeFit>;
template <class Data, class MakeFit>
Training(Data, Data, MakeFit, const char*) -> Training<Data, MakeFit>;

} // namespace burin::search
