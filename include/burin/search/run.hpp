#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/graph/forms.hpp"
#include "burin/parallel/pool.hpp"
#include "burin/search/architectures.hpp"
#include "burin/search/journal.hpp"
#include "burin/search/results.hpp"
#include "burin/search/settings.hpp"
#include "burin/search/space.hpp"
#include "burin/search/strategies.hpp"
#include "burin/search/trial.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace burin::search {

struct Options {
    bool highest = true;    ///< Whether the highest score is the best, as of an accuracy; else the lowest.
    std::uint64_t seed = 0; ///< Of the settings, and of the trials' own seeds.
    std::string journal{};  ///< A file in which it is written down what is done, and found when the same
                            ///< search is run again; none if empty.
    StopRule stop{};        ///< When a trial stops by what it reports; else only by what is no finite number.
    std::function<void(const TrialResult&)>
        on_result{}; ///< Called after each call of the objective, by one
                     ///< thread at a time, in the order in which they end.
};

namespace detail {

/// Runs all trials. A call of the objective is a job; a rung's jobs wait for nothing, and those of the next
/// rung are known when the last of them is done. So which trials go on depends on no thread, and a core whose
/// trial was stopped takes the next job of whatever bracket.
class Runner {
  public:
    using Objective = std::function<double(std::size_t architecture, const Settings&, Trial&)>;

    /// What an objective is, by the settings of a trial.
    using Describe = std::function<Description(const Settings&, const Trial&)>;

    Runner(const Identity& identity, const Space& space, const Objective& objective, const Options& options)
        : identity_(identity), objective_(objective), options_(options) {
        if (!options.journal.empty())
            journal_.emplace(options.journal, identity);
        const std::size_t architectures = std::max<std::size_t>(identity.architectures.size(), 1);
        const std::size_t grid = identity.is_grid ? space.grid_size() : 0;
        for (std::size_t bracket = 0; bracket < identity.brackets.size(); ++bracket) {
            rungs_.push_back({0, identity.brackets[bracket].at(0).trials});
            for (std::size_t i = 0; i < identity.brackets[bracket][0].trials; ++i) {
                const std::size_t number = results_.size();
                ready_.emplace(bracket, number);
                trials_.push_back(std::make_unique<Trial>(number, options.seed));
                TrialResult result{.number = number, .bracket = bracket};
                result.architecture = identity.is_grid
                                          ? number / grid
                                          : RandomStream{options.seed, Purpose::searching, 2}.below(
                                                static_cast<std::uint32_t>(architectures), number);
                result.settings =
                    identity.is_grid ? space.grid_point(number % grid) : space.random(options.seed, number);
                results_.push_back(std::move(result));
            }
        }
    }

    /// How many calls of the objective the journal had, and how many there were in all, when `run` is done.
    FromJournal from_journal() const { return {options_.journal, known_, calls_}; }

    std::vector<TrialResult> run() {
        parallel::for_each(std::min(parallel::threads(), std::max<std::size_t>(results_.size(), 1)),
                           [&](std::size_t) { work(); });
        return std::move(results_);
    }

  private:
    struct Progress {
        std::size_t rung;
        std::size_t missing; ///< Trials of the rung that are not done.
    };

    void work() {
        std::unique_lock lock(mutex_);
        while (!failed_) {
            if (ready_.empty() && running_ == 0)
                return;
            if (ready_.empty()) {
                changed_.wait(lock);
                continue;
            }
            const auto [bracket, number] = *ready_.begin();
            ready_.erase(ready_.begin());
            ++running_;
            try {
                do_job(bracket, number, lock);
            } catch (...) {
                if (!lock.owns_lock())
                    lock.lock();
                failed_ = true;
                --running_;
                changed_.notify_all();
                throw;
            }
            --running_;
            changed_.notify_all();
        }
    }

    void do_job(std::size_t bracket, std::size_t number, std::unique_lock<std::mutex>& lock) {
        TrialResult& result = results_[number];
        const std::size_t budget = identity_.brackets[bracket][rungs_[bracket].rung].budget;
        const Outcome* const known = journal_ ? journal_->find(number, budget, result.settings) : nullptr;
        Outcome outcome;
        ++calls_;
        if (known != nullptr) {
            ++known_;
            outcome = *known;
        } else {
            lock.unlock();
            outcome = call(*trials_[number], result, budget);
            lock.lock();
            if (journal_)
                journal_->append(number, budget, result.settings, outcome);
        }
        if (outcome.error.empty()) {
            result.scores.push_back({budget, outcome.score});
        } else {
            result.error = outcome.error;
            trials_[number]->forget();
        }
        if (known == nullptr && options_.on_result)
            options_.on_result(result);
        if (--rungs_[bracket].missing == 0)
            promote(bracket);
    }

    /// Whatever the objective does, it is this trial's.
    Outcome call(Trial& trial, const TrialResult& result, std::size_t budget) const {
        Outcome outcome;
        trial.begin(budget, identity_.brackets[result.bracket].back().budget, &options_.stop);
        try {
            outcome.score = objective_(result.architecture, result.settings, trial);
            if (!trial.stopped().empty())
                outcome.error = trial.stopped();
            else if (!std::isfinite(outcome.score))
                outcome.error = "expected a finite score, got " + std::to_string(outcome.score);
        } catch (const std::exception& error) {
            outcome.error = core::printable(error.what(), Error::longest_message);
            if (outcome.error.empty())
                outcome.error = "an exception without a message";
        } catch (...) {
            outcome.error = "an exception that is no std::exception";
        }
        trial.end();
        return outcome;
    }

    /// The best of a rung, when all of it is done, go on; the others are stopped.
    void promote(std::size_t bracket) {
        const Bracket& all = identity_.brackets[bracket];
        const std::size_t rung = ++rungs_[bracket].rung;
        std::vector<TrialResult*> going;
        for (TrialResult& result : results_)
            if (result.bracket == bracket && !result.failed() && result.scores.size() == rung)
                going.push_back(&result);
        std::sort(going.begin(), going.end(), [&](const TrialResult* a, const TrialResult* b) {
            if (a->score() != b->score())
                return options_.highest ? a->score() > b->score() : a->score() < b->score();
            return a->number < b->number;
        });
        const std::size_t kept = rung < all.size() ? std::min(all[rung].trials, going.size()) : 0;
        for (std::size_t i = 0; i < going.size(); ++i)
            if (i < kept)
                ready_.emplace(bracket, going[i]->number);
            else
                trials_[going[i]->number]->forget();
        rungs_[bracket].missing = kept;
    }

    const Identity& identity_;
    const Objective& objective_;
    const Options& options_;
    std::optional<Journal> journal_;
    std::vector<TrialResult> results_;
    std::vector<std::unique_ptr<Trial>> trials_;
    std::vector<Progress> rungs_; ///< Of each bracket.
    std::set<std::pair<std::size_t, std::size_t>>
        ready_; ///< Bracket and trial: the first bracket's go first.
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t running_ = 0, calls_ = 0, known_ = 0;
    bool failed_ = false;
};

inline void check(const std::vector<Bracket>& brackets) {
    for (const Bracket& bracket : brackets) {
        if (bracket.empty() || bracket[0].trials == 0)
            throw Error("search: expected a trial or more in each bracket, got none");
        for (std::size_t i = 0; i < bracket.size(); ++i)
            if (bracket[i].budget <= (i == 0 ? 0 : bracket[i - 1].budget))
                throw Error("search: expected budgets that grow from 1 or more, got " +
                            std::to_string(bracket[i].budget) + " in rung " + std::to_string(i + 1));
    }
}

template <class Strategy>
Results run(const Strategy& strategy, std::vector<std::string> architectures,
            std::vector<std::string> networks, const Space& space, const Runner::Objective& objective,
            const Runner::Describe& describe, const Options& options) {
    const std::size_t points =
        Strategy::is_grid ? space.grid_size() * std::max<std::size_t>(architectures.size(), 1) : 0;
    Identity identity{space.dimensions(), architectures, std::move(networks), strategy.brackets(points),
                      Strategy::is_grid,  options.seed,  options.highest};
    check(identity.brackets);
    if (!options.journal.empty() && !identity.brackets.empty()) {
        Trial first(0, options.seed);
        const Bracket& bracket = identity.brackets[0];
        first.begin(bracket[0].budget, bracket.back().budget, nullptr);
        identity.objective =
            describe(Strategy::is_grid ? space.grid_point(0) : space.random(options.seed, 0), first);
    }
    Runner runner(identity, space, objective, options);
    std::vector<TrialResult> results = runner.run();
    return Results(std::move(results), std::move(architectures), options.highest, runner.from_journal());
}

/// What an objective says of itself; nothing if it has no member `describe`.
template <class Objective>
Runner::Describe describe(const Objective& objective) {
    if constexpr (requires(const Settings& settings, const Trial& trial) {
                      objective.describe(settings, trial);
                  })
        return [&objective](const Settings& settings, const Trial& trial) {
            return Description(objective.describe(settings, trial));
        };
    else
        return [](const Settings&, const Trial&) { return Description(); };
}

} // namespace detail

/// Tries settings by a strategy: `Grid`, `Random`, `SuccessiveHalving` or `Hyperband`.
///
/// `objective(settings, trial)` gives the score of settings with a budget, `trial.budget()`. A trial that
/// goes on to a larger budget may keep what it has (`trial.keep`), and begins again otherwise. One that
/// throws, or gives what is no finite number, has failed: it keeps its message, and never wins.
///
///     const auto results = search::run(search::Random{.trials = 20}, space,
///         [&](const search::Settings& settings, search::Trial&) { return score_of(settings["x"]); },
///         {.seed = 1});
///     report::print(results);
///
/// The objective is called from several threads at once (`parallel/pool.hpp`). If it depends on nothing but
/// its arguments, the results are the same at any number of threads, and after an interruption too where
/// there is a journal. Throws Error for a space or a strategy that is none, and for a journal that can't be
/// written or is of another search. Of the objective a journal knows what it says itself, if it has a
/// `Description describe(const Settings&, const Trial&) const`, as `Training` has: names and texts that must
/// be the same for the first trial.
template <class Strategy, class Objective>
Results run(const Strategy& strategy, const Space& space, Objective&& objective,
            const Options& options = {}) {
    return detail::run(
        strategy, {}, {}, space,
        [&](std::size_t, const Settings& settings, Trial& trial) {
            return static_cast<double>(objective(settings, trial));
        },
        detail::describe(objective), options);
}

/// The same over architectures too, each of which the objective is compiled for once:
/// `objective(architecture, settings, trial)`. The network is a member type of the type of `architecture`.
template <class Strategy, class... Networks, class Objective>
Results run(const Strategy& strategy, const Architectures<Networks...>&, const Space& space,
            Objective&& objective, const Options& options = {}) {
    using All = Architectures<Networks...>;
    return detail::run(
        strategy, All::names(), All::networks(), space,
        [&](std::size_t index, const Settings& settings, Trial& trial) {
            return All::visit(index, [&](auto architecture) {
                return static_cast<double>(objective(architecture, settings, trial));
            });
        },
        detail::describe(objective), options);
}

/// The same of one network, which may be given as a value: `search::run(search::Random{}, Net{}, space, …)`.
template <class Strategy, class Net, class Objective>
    requires engine::is_network_form<Net>
Results run(const Strategy& strategy, const Net&, const Space& space, Objective&& objective,
            const Options& options = {}) {
    return run(strategy, Architectures<Net>{}, space, std::forward<Objective>(objective), options);
}

} // namespace burin::search
