#pragma once

#include "burin/core/error.hpp"
#include "burin/io/option_text.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/search/architectures.hpp"
#include "burin/search/journal.hpp"
#include "burin/search/settings.hpp"
#include "burin/search/trial.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"
#include "burin/training/own_callbacks.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace burin::search {

namespace detail {

/// A training that is kept from one budget to the next.
template <class Net, class Scalar, class Options>
struct KeptTraining {
    Model<Net, Scalar> model;
    Options own;
    decltype(burin::detail::own_callbacks(own.callbacks)) owner;
    Session<Net, Scalar, Options> session;

    explicit KeptTraining(const Options& options)
        : model(ModelOptions{.seed = options.seed}), own(options),
          owner(burin::detail::own_callbacks(own.callbacks)), session(model, own) {}
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
/// is trained by then is judged, also where one pauses before the first epoch is over. Each trial has copies
/// of the callbacks, of those given as pointers, too: what these point to stays as it is.
template <class Data, class MakeFit>
struct Training {
    Data train;
    Data validation;
    MakeFit make_fit;
    std::string score = "accuracy";

    template <class Network>
    double operator()(Architecture<Network>, const Settings& settings, Trial& trial) const {
        auto options = options_of(settings, trial);
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

    /// For the journal: the data, and the options of a trial. Not its callbacks. A rate that the settings
    /// have not is told, too.
    Description describe(const Settings& settings, const Trial& trial) const {
        Description all{{"training data", text_of(train)}, {"validation data", text_of(validation)}};
        all.emplace_back("score", score);
        try {
            const auto options = options_of(settings, trial);
            using FitOptions = std::remove_const_t<decltype(options)>;
            all.emplace_back("loss", io::detail::rule_text(options.loss));
            all.emplace_back("optimizer", io::detail::rule_text(options.optimizer));
            if constexpr (optimizers::has_learning_rate<decltype(FitOptions::optimizer)>)
                all.emplace_back("learning rate", io::detail::option_text(static_cast<double>(
                                                      optimizers::learning_rate(options.optimizer))));
            all.emplace_back("schedule", io::detail::rule_text(options.schedule));
            all.emplace_back("batch size", io::detail::option_text(decltype(FitOptions::batch_size)::value));
            all.emplace_back("metrics", io::detail::type_text<decltype(FitOptions::metrics)>());
            all.emplace_back("augmentation", io::detail::rule_text(options.augment));
            all.emplace_back("order", options.shuffle ? "shuffled" : "as it is");
            all.emplace_back("seed", io::detail::option_text(options.seed));
        } catch (const Error& error) {
            // Then the trial fails, too.
            all.emplace_back("options", error.what());
        }
        return all;
    }

  private:
    auto options_of(const Settings& settings, const Trial& trial) const {
        if constexpr (std::is_invocable_v<const MakeFit&, const Settings&, const Trial&>)
            return make_fit(settings, trial);
        else
            return make_fit(settings);
    }

    static std::string text_of(const Data& data) {
        // FNV-1a by whole numbers: quick beside an epoch.
        std::uint64_t sum = 0xCBF29CE484222325u;
        const auto add = [&sum](const auto& numbers) {
            for (const auto number : numbers)
                sum = (sum ^ std::bit_cast<std::uint64_t>(static_cast<double>(number))) * 0x100000001B3u;
        };
        for (std::size_t i = 0; i < data.size(); ++i) {
            add(data.input(i));
            add(data.target(i));
            add(std::array{data.weight(i)});
        }
        return std::to_string(data.size()) + " samples, whose sum is " + std::to_string(sum);
    }
};

template <class Data, class MakeFit>
Training(Data, Data, MakeFit) -> Training<Data, MakeFit>;
template <class Data, class MakeFit>
Training(Data, Data, MakeFit, const char*) -> Training<Data, MakeFit>;

} // namespace burin::search
