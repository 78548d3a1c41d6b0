#pragma once

#include "burin/validation/folds.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace burin::validation {

/// k-fold that never parts a group, such as the samples of one patient: a group is tested in one fold and
/// trained on in all others. The largest group first, each goes to the fold that has the fewest samples so
/// far; as scikit-learn's GroupKFold, of equal groups the greatest first. Groups are of any type that has an
/// order.
///
///     const auto folds = validation::GroupKFold{.folds = 3}(patients); // std::vector<int>, one a sample
///
/// Throws Error for fewer than 2 folds and for fewer groups than folds.
struct GroupKFold {
    std::size_t folds = 5;

    template <class T>
    Folds operator()(std::span<const T> groups) const {
        detail::check_fold_count("GroupKFold", folds, groups.size());
        std::map<T, std::size_t> numbers;
        for (const T& group : groups)
            numbers.try_emplace(group, 0);
        std::size_t next = 0;
        for (auto& [group, number] : numbers)
            number = next++;
        if (numbers.size() < folds)
            detail::refuse("GroupKFold", "at least as many groups as the " + std::to_string(folds) + " folds",
                           std::to_string(numbers.size()));
        std::vector<std::size_t> sizes(numbers.size()), fold_of(numbers.size()), filled(folds);
        for (const T& group : groups)
            ++sizes[numbers.at(group)];
        std::vector<std::size_t> order = detail::all_indices(sizes.size());
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return sizes[a] != sizes[b] ? sizes[a] > sizes[b] : a > b;
        });
        for (const std::size_t group : order) {
            const auto lightest = std::min_element(filled.begin(), filled.end());
            *lightest += sizes[group];
            fold_of[group] = static_cast<std::size_t>(lightest - filled.begin());
        }
        std::vector<std::size_t> places;
        places.reserve(groups.size());
        for (const T& group : groups)
            places.push_back(fold_of[numbers.at(group)]);
        return detail::folds_of_places(places, folds);
    }
    template <class T>
    Folds operator()(const std::vector<T>& groups) const {
        return (*this)(std::span<const T>(groups));
    }
};

} // namespace burin::validation
