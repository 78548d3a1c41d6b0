#pragma once

#include "burin/core/random.hpp"

#include <any>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::search {

/// Whether a trial shall stop, by what it has reported in this call.
using StopRule = std::function<bool(std::span<const double>)>;

/// One trial, as the objective sees it: how much it may spend, what it has kept, and to whom it reports.
class Trial {
  public:
    Trial(std::size_t number, std::uint64_t search_seed) : number_(number), search_seed_(search_seed) {}

    /// Counted from 0.
    std::size_t number() const noexcept { return number_; }
    /// What may be spent in all at the end of this call.
    std::size_t budget() const noexcept { return budget_; }
    /// What may be spent in all on one that goes on to the end.
    std::size_t most() const noexcept { return most_; }
    /// What of the budget has been spent on the state that is kept: 0 where there is none.
    std::size_t spent() const noexcept { return state_.has_value() ? spent_ : 0; }
    /// Of this trial's own.
    std::uint64_t seed() const noexcept {
        const auto words = RandomStream{search_seed_, Purpose::searching, 1}.block(number_);
        return std::uint64_t{words[0]} << 32 | words[1];
    }

    /// What the objective needs to go on with this trial later, such as a training: made of `arguments` when
    /// it is first asked for, and kept until the trial is done or stopped. It is gone in a search that was
    /// resumed from a journal, and the trial then begins again (`spent()` is 0).
    template <class State, class... Arguments>
    State& keep(Arguments&&... arguments) {
        if (!state_.has_value())
            state_ = std::make_shared<State>(std::forward<Arguments>(arguments)...);
        return *std::any_cast<std::shared_ptr<State>&>(state_);
    }

    /// Says how it goes, for instance a loss after each epoch. Returns whether to go on: not with what is no
    /// finite number, and not if the search's rule says so. Then the trial has failed, whatever the objective
    /// returns.
    bool report(double value) {
        reported_.push_back(value);
        if (stopped_.empty() &&
            (!std::isfinite(value) || (rule_ != nullptr && *rule_ && (*rule_)(reported_))))
            stopped_ = "stopped: value " + std::to_string(reported_.size()) + " that it reported was " +
                       std::to_string(value);
        return stopped_.empty();
    }

    // For the search, which runs it.
    void begin(std::size_t budget, std::size_t most, const StopRule* rule) {
        budget_ = budget;
        most_ = most;
        rule_ = rule;
        reported_.clear();
    }
    void end() noexcept { spent_ = budget_; }
    void forget() noexcept { state_.reset(); }
    /// Why it was stopped; empty if it was not.
    const std::string& stopped() const noexcept { return stopped_; }

  private:
    std::size_t number_;
    std::uint64_t search_seed_;
    std::size_t budget_ = 0, most_ = 0, spent_ = 0;
    std::any state_;
    std::vector<double> reported_;
    const StopRule* rule_ = nullptr;
    std::string stopped_;
};

} // namespace burin::search
