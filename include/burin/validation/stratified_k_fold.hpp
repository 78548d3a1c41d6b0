#pragma once

#include "burin/validation/folds.hpp"
#include "burin/validation/strata.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::validation {

/// k-fold in which each fold has the classes in the shares of the whole, as far as can be; as scikit-learn's
/// StratifiedKFold. Labels are of any type that has an order.
///
///     const auto folds = validation::StratifiedKFold{.folds = 5}(data);
///
/// Throws Error for fewer than 2 folds, and where no class has as many samples as there are folds.
struct StratifiedKFold {
    std::size_t folds = 5;
    bool shuffle = false; ///< Which samples of its class a fold tests; else neighbours.
    std::uint64_t seed = 0;
    std::size_t repetition = 0; ///< Which of several orders of the same seed.

    template <class T>
    Folds operator()(std::span<const T> labels) const {
        detail::check_fold_count("StratifiedKFold", folds, labels.size());
        const detail::Strata strata(labels);
        if (const std::size_t most = *std::max_element(strata.counts.begin(), strata.counts.end());
            most < folds)
            detail::refuse("StratifiedKFold",
                           "a class of at least as many samples as the " + std::to_string(folds) + " folds",
                           "none of more than " + std::to_string(most));
        // Dealt out like cards, class after class, which says how many of each class a fold gets; a class's
        // samples then fill its shares of the folds one after the other.
        std::vector<std::vector<std::size_t>> left(strata.counts.size(), std::vector<std::size_t>(folds));
        std::size_t card = 0;
        for (std::size_t each = 0; each < strata.counts.size(); ++each)
            for (std::size_t i = 0; i < strata.counts[each]; ++i)
                ++left[each][card++ % folds];
        const std::vector<std::size_t> order = shuffle
                                                   ? detail::shuffled_indices(labels.size(), seed, repetition)
                                                   : detail::all_indices(labels.size());
        std::vector<std::size_t> places(labels.size()), filling(strata.counts.size());
        for (const std::size_t i : order) {
            const std::size_t own = strata.classes[i];
            std::size_t& fold = filling[own];
            while (left[own][fold] == 0)
                ++fold;
            --left[own][fold];
            places[i] = fold;
        }
        return detail::folds_of_places(places, folds);
    }
    template <class T>
    Folds operator()(const std::vector<T>& labels) const {
        return (*this)(std::span<const T>(labels));
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(labels_of(data));
    }
};

/// StratifiedKFold `repetitions` times, shuffled in another order each time.
struct RepeatedStratifiedKFold {
    std::size_t folds = 5;
    std::size_t repetitions = 10;
    std::uint64_t seed = 0;

    template <class T>
    Folds operator()(const std::vector<T>& labels) const {
        Folds all;
        for (std::size_t i = 0; i < repetitions; ++i)
            detail::append(
                all, StratifiedKFold{.folds = folds, .shuffle = true, .seed = seed, .repetition = i}(labels));
        return all;
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(labels_of(data));
    }
};

} // namespace burin::validation
