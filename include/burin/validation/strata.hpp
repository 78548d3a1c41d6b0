#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/validation/folds.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::validation {

/// The label of each sample. Throws Error if a sample has several.
template <class Data>
std::vector<Label> labels_of(const Data& data) {
    static_assert(std::is_same_v<typename Data::TargetType, Label>,
                  "to stratify is to keep the shares of classes: the data's targets must be labels");
    return data.labels();
}

namespace detail {

/// Classes numbered in the order in which they first occur, and how many samples each has.
struct Strata {
    std::vector<std::size_t> classes; ///< Of each sample.
    std::vector<std::size_t> counts;  ///< Of each class.

    template <class T>
    explicit Strata(std::span<const T> labels) {
        std::map<T, std::size_t> numbers;
        classes.reserve(labels.size());
        for (const T& label : labels) {
            const std::size_t number = numbers.try_emplace(label, numbers.size()).first->second;
            counts.resize(numbers.size());
            ++counts[number];
            classes.push_back(number);
        }
    }
};

} // namespace detail
} // namespace burin::validation
