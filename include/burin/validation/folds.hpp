#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace burin::validation {

/// One way to part samples: the numbers, ascending, of those that are trained on and of those that are tested
/// on. No sample is in both.
struct Fold {
    std::vector<std::size_t> train;
    std::vector<std::size_t> test;

    friend bool operator==(const Fold&, const Fold&) = default;
};

/// What a splitter gives, and what `cross_validate` takes: one's own are as good.
using Folds = std::vector<Fold>;

/// A data set, which a splitter takes instead of the number of its samples or of their labels.
template <class T>
concept DataSet = requires(const T& data) {
    data.size();
    data.input_shape();
    data.target_size();
};

namespace detail {

[[noreturn]] inline void refuse(const char* who, const std::string& expected, const std::string& found) {
    throw Error(std::string(who) + ": expected " + expected + ", got " + found);
}

inline void check_fold_count(const char* who, std::size_t folds, std::size_t count) {
    if (folds < 2)
        refuse(who, "at least 2 folds", std::to_string(folds));
    if (folds > count)
        refuse(who, "at least as many samples as the " + std::to_string(folds) + " folds",
               std::to_string(count));
}

inline std::vector<std::size_t> all_indices(std::size_t count) {
    std::vector<std::size_t> indices(count);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
}

/// The numbers below `count` in an order that depends on the seed and the repetition alone.
inline std::vector<std::size_t> shuffled_indices(std::size_t count, std::uint64_t seed,
                                                 std::size_t repetition) {
    std::vector<std::size_t> indices = all_indices(count);
    // Substream 0 is that of Dataset::shuffled.
    burin::shuffle(indices,
                   RandomStream{seed, Purpose::splitting, static_cast<std::uint32_t>(repetition + 1)});
    return indices;
}

/// From the number of the fold that tests each sample.
inline Folds folds_of_places(const std::vector<std::size_t>& places, std::size_t count) {
    Folds folds(count);
    for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t fold = 0; fold < count; ++fold)
            (fold == places[i] ? folds[fold].test : folds[fold].train).push_back(i);
    return folds;
}

inline void append(Folds& folds, Folds more) {
    for (Fold& fold : more)
        folds.push_back(std::move(fold));
}

} // namespace detail
} // namespace burin::validation
