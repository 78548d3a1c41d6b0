#pragma once

#include "burin/validation/folds.hpp"

#include <cstddef>
#include <string>

namespace burin::validation {

/// For samples in the order of time: each fold is tested on what comes after all that it is trained on, and
/// the last ends with the last sample. As scikit-learn's TimeSeriesSplit.
///
///     const auto folds = validation::TimeSeriesSplit{.folds = 5, .gap = 24}(data.size());
///
/// Throws Error for fewer than 2 folds, and where the first would have nothing to train on.
struct TimeSeriesSplit {
    std::size_t folds = 5;
    std::size_t max_train = 0; ///< Trained on are at most so many, the latest; all if 0.
    std::size_t test = 0;      ///< Tested are so many a fold; count / (folds + 1) if 0.
    std::size_t gap = 0;       ///< So many are left out between the parts.

    Folds operator()(std::size_t count) const {
        constexpr const char* who = "TimeSeriesSplit";
        if (folds < 2)
            detail::refuse(who, "at least 2 folds", std::to_string(folds));
        if (folds >= count)
            detail::refuse(who, "more samples than the " + std::to_string(folds) + " folds",
                           std::to_string(count));
        const std::size_t size = test > 0 ? test : count / (folds + 1);
        if (gap >= count || size > (count - gap - 1) / folds)
            detail::refuse(who,
                           "samples to train on before " + std::to_string(folds) + " tests of " +
                               std::to_string(size) + " and a gap of " + std::to_string(gap),
                           std::to_string(count));
        Folds result(folds);
        for (std::size_t i = 0; i < folds; ++i) {
            const std::size_t start = count - (folds - i) * size, end = start - gap;
            for (std::size_t k = max_train > 0 && max_train < end ? end - max_train : 0; k < end; ++k)
                result[i].train.push_back(k);
            for (std::size_t k = start; k < start + size; ++k)
                result[i].test.push_back(k);
        }
        return result;
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(data.size());
    }
};

} // namespace burin::validation
