#pragma once

#include "burin/validation/folds.hpp"
#include "burin/validation/strata.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::validation {

namespace detail {

/// How many samples are trained and tested on: the tested share rounded up, the trained one down; all that
/// are left if it is 0.
inline std::pair<std::size_t, std::size_t> sizes_of_shares(const char* who, std::size_t count, double test,
                                                           double train) {
    if (!(test > 0 && test < 1))
        refuse(who, "a share of test samples between 0 and 1", std::to_string(test));
    if (!(train >= 0 && train < 1))
        refuse(who, "a share of training samples between 0 and 1", std::to_string(train));
    if (test + train > 1)
        refuse(who, "shares of at most 1 together", std::to_string(test + train));
    const auto samples = static_cast<double>(count);
    const auto tested = static_cast<std::size_t>(std::ceil(test * samples));
    const std::size_t trained =
        train > 0 ? static_cast<std::size_t>(std::floor(train * samples)) : count - tested;
    if (trained == 0 || trained + tested > count)
        refuse(who, "samples enough to train on beside those tested", std::to_string(count));
    return {trained, tested};
}

/// Parts `drawn` among classes by their shares: rounded down, and one more for those whose rests are the
/// greatest, of equal ones the first.
inline std::vector<std::size_t> shares_of_classes(const std::vector<std::size_t>& counts, std::size_t drawn) {
    std::size_t all = 0, given = 0;
    for (const std::size_t count : counts)
        all += count;
    std::vector<std::size_t> shares(counts.size()), by_rest = all_indices(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i)
        given += shares[i] = counts[i] * drawn / all;
    std::sort(by_rest.begin(), by_rest.end(), [&](std::size_t a, std::size_t b) {
        const std::size_t rest_a = counts[a] * drawn % all, rest_b = counts[b] * drawn % all;
        return rest_a != rest_b ? rest_a > rest_b : a < b;
    });
    for (std::size_t i = 0; given < drawn; ++i, ++given)
        ++shares[by_rest[i]];
    return shares;
}

} // namespace detail

/// Random shares, `splits` times: a sample may be tested in several folds or in none. The tested share is
/// rounded up, as in scikit-learn. Throws Error for shares that are none or leave nothing to train on.
///
///     const auto folds = validation::ShuffleSplit{.splits = 10, .test = 0.25, .seed = 1}(data.size());
struct ShuffleSplit {
    std::size_t splits = 10;
    double test = 0.1;
    double train = 0; ///< All that are not tested, if 0.
    std::uint64_t seed = 0;

    Folds operator()(std::size_t count) const {
        const auto [trained, tested] = detail::sizes_of_shares("ShuffleSplit", count, test, train);
        Folds folds(splits);
        for (std::size_t i = 0; i < splits; ++i) {
            const std::vector<std::size_t> order = detail::shuffled_indices(count, seed, i);
            const auto middle = order.begin() + static_cast<std::ptrdiff_t>(tested);
            folds[i].test.assign(order.begin(), middle);
            folds[i].train.assign(middle, middle + static_cast<std::ptrdiff_t>(trained));
            std::sort(folds[i].test.begin(), folds[i].test.end());
            std::sort(folds[i].train.begin(), folds[i].train.end());
        }
        return folds;
    }
    template <DataSet Data>
    Folds operator()(const Data& data) const {
        return (*this)(data.size());
    }
};

/// The same with the classes in the shares of the whole, in both parts. Throws Error too for a class of one
/// sample, and where a part is smaller than the number of classes.
struct StratifiedShuffleSplit {
    std::size_t splits = 10;
    double test = 0.1;
    double train = 0; ///< All that are not tested, if 0.
    std::uint64_t seed = 0;

    template <class T>
    Folds operator()(std::span<const T> labels) const {
        constexpr const char* who = "StratifiedShuffleSplit";
        const auto [trained, tested] = detail::sizes_of_shares(who, labels.size(), test, train);
        const detail::Strata strata(labels);
        if (*std::min_element(strata.counts.begin(), strata.counts.end()) < 2)
            detail::refuse(who, "at least 2 samples of each class", "one of some");
        if (std::min(trained, tested) < strata.counts.size())
            detail::refuse(who,
                           "parts of at least one sample for each of " +
                               std::to_string(strata.counts.size()) + " classes",
                           std::to_string(trained) + " to train and " + std::to_string(tested) + " to test");
        const std::vector<std::size_t> to_train = detail::shares_of_classes(strata.counts, trained);
        std::vector<std::size_t> rest = strata.counts;
        for (std::size_t i = 0; i < rest.size(); ++i)
            rest[i] -= to_train[i];
        const std::vector<std::size_t> to_test = detail::shares_of_classes(rest, tested);
        Folds folds(splits);
        for (std::size_t i = 0; i < splits; ++i) {
            std::vector<std::size_t> train_left = to_train, test_left = to_test;
            for (const std::size_t sample : detail::shuffled_indices(labels.size(), seed, i)) {
                const std::size_t own = strata.classes[sample];
                if (train_left[own] > 0) {
                    --train_left[own];
                    folds[i].train.push_back(sample);
                } else if (test_left[own] > 0) {
                    --test_left[own];
                    folds[i].test.push_back(sample);
                }
            }
            std::sort(folds[i].test.begin(), folds[i].test.end());
            std::sort(folds[i].train.begin(), folds[i].train.end());
        }
        return folds;
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

} // namespace burin::validation
