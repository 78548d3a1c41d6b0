#pragma once

#include "burin/validation/folds.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace burin::validation {

/// k-fold: each sample is tested in one of `folds` folds, which have the same size as far as can be, the
/// first ones one more. Without shuffling each tests neighbours, as scikit-learn's KFold.
///
///     const validation::KFold splitter{.folds = 5, .shuffle = true, .seed = 1};
///     const validation::Folds folds = splitter(data.size());
///
/// Throws Error for fewer than 2 folds and for fewer samples than folds.
struct KFold {
    std::size_t folds = 5;
    bool shuffle = false;
    std::uint64_t seed = 0;
    std::size_t repetition = 0; ///< Which of several orders of the same seed.

    Folds operator()(std::size_t count) const {
        detail::check_fold_count("KFold", folds, count);
        const std::vector<std::size_t> order =
            shuffle ? detail::shuffled_indices(count, seed, repetition) : detail::all_indices(count);
        std::vector<std::size_t> places(count);
        const std::size_t size = count / folds, longer = count % folds;
        for (std::size_t i = 0; i < count; ++i)
            places[order[i]] =
                i < longer * (size + 1) ? i / (size + 1) : longer + (i - longer * (size + 1)) / size;
        return detail::folds_of_places(places, folds);
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(data.size());
    }
};

/// KFold `repetitions` times, shuffled in another order each time.
struct RepeatedKFold {
    std::size_t folds = 5;
    std::size_t repetitions = 10;
    std::uint64_t seed = 0;

    Folds operator()(std::size_t count) const {
        Folds all;
        for (std::size_t i = 0; i < repetitions; ++i)
            detail::append(all, KFold{.folds = folds, .shuffle = true, .seed = seed, .repetition = i}(count));
        return all;
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(data.size());
    }
};

/// As many folds as samples, each of which tests one. Throws Error for fewer than 2 samples.
struct LeaveOneOut {
    Folds operator()(std::size_t count) const {
        if (count < 2)
            detail::refuse("LeaveOneOut", "at least 2 samples", std::to_string(count));
        return detail::folds_of_places(detail::all_indices(count), count);
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(data.size());
    }
};

} // namespace burin::validation
