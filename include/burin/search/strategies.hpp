#pragma once

#include "burin/core/error.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace burin::search {

/// So many trials are given so much: a budget, in whatever the objective takes it for, such as epochs.
struct Rung {
    std::size_t trials;
    std::size_t budget;

    friend bool operator==(const Rung&, const Rung&) = default;
};

/// The best trials of a rung go on to the next.
using Bracket = std::vector<Rung>;

namespace detail {

inline void check_halving(const char* who, std::size_t least, std::size_t most, std::size_t eta) {
    if (eta < 2)
        throw Error(std::string(who) + ": expected an eta of at least 2, got " + std::to_string(eta));
    if (least < 1 || most < least)
        throw Error(std::string(who) + ": expected budgets from 1 on, the least first, got " +
                    std::to_string(least) + " and " + std::to_string(most));
}

} // namespace detail

/// Every point of the grid, and of every architecture.
struct Grid {
    std::size_t budget = 1;

    static constexpr bool is_grid = true;
    std::vector<Bracket> brackets(std::size_t grid_points) const { return {{{grid_points, budget}}}; }
};

/// So many random settings. Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 2012.
struct Random {
    std::size_t trials = 10;
    std::size_t budget = 1;

    static constexpr bool is_grid = false;
    std::vector<Bracket> brackets(std::size_t) const { return {{{trials, budget}}}; }
};

/// Many random settings with little, then again and again the best `1 / eta` of them with `eta` times as
/// much, up to `most` or to the last. Jamieson and Talwalkar, "Non-stochastic best arm identification and
/// hyperparameter optimization", AISTATS 2016.
struct SuccessiveHalving {
    std::size_t trials = 27;
    std::size_t least = 1;
    std::size_t most = 27;
    std::size_t eta = 3;

    static constexpr bool is_grid = false;
    /// Throws Error for an eta below 2, and for budgets that are none.
    std::vector<Bracket> brackets(std::size_t) const {
        detail::check_halving("SuccessiveHalving", least, most, eta);
        Bracket rungs;
        for (std::size_t count = trials, budget = least; count > 0; count /= eta, budget *= eta) {
            rungs.push_back({count, budget});
            if (budget > most / eta)
                break;
        }
        return {rungs};
    }
};

/// Successive halving from all budgets at once, since nobody knows how little is enough to tell the good from
/// the bad: with R = `most` brackets s = ⌊log_eta R⌋, …, 0 of n = ⌈(s_max + 1) eta^s / (s + 1)⌉ trials, which
/// start with R / eta^s. All brackets together take some (s_max + 1)² R. Li, Jamieson, DeSalvo, Rostamizadeh
/// and Talwalkar, "Hyperband", JMLR 2018.
struct Hyperband {
    std::size_t most = 27;
    std::size_t eta = 3;

    static constexpr bool is_grid = false;
    /// A budget that is no whole number is rounded down. Throws Error for an eta below 2 and for no budget.
    std::vector<Bracket> brackets(std::size_t) const {
        detail::check_halving("Hyperband", 1, most, eta);
        std::size_t last = 0, power = 1; // eta^last
        for (; power <= most / eta; power *= eta)
            ++last;
        std::vector<Bracket> all;
        for (std::size_t s = last + 1; s-- > 0; power /= eta) {
            Bracket rungs;
            std::size_t count = ((last + 1) * power + s) / (s + 1);
            for (std::size_t below = power; count > 0 && below > 0; below /= eta, count /= eta)
                rungs.push_back({count, most / below});
            all.push_back(rungs);
        }
        return all;
    }
};

} // namespace burin::search
