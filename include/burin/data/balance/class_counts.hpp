#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data {

/// How many samples of each class there are to be, and what is drawn.
struct Resampling {
    std::uint64_t seed = 0;
    /// Every class has at least this share of the largest one's samples in the end; where samples are left
    /// out none has more than the smallest one's divided by it. 1 makes all equal. 0 < share ≤ 1.
    double share = 1;
    /// Or how many of each class; then `share` does not count. A class of which there are as many, or more
    /// (fewer, where samples are left out), stays as it is.
    std::vector<std::size_t> counts{};
};

namespace detail {

/// The numbers of the samples of each class, in their order. Throws Error where there are none at all.
inline std::vector<std::vector<std::size_t>> members_of_classes(std::span<const Label> labels,
                                                                std::string_view who) {
    std::vector<std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] > 1'000'000)
            throw Error(std::string(who) + ": label " + std::to_string(i) +
                        ": expected one of at most a million classes, got " + std::to_string(labels[i]));
        if (labels[i] >= members.size())
            members.resize(std::size_t{labels[i]} + 1);
        members[labels[i]].push_back(i);
    }
    if (members.empty())
        throw Error(std::string(who) + ": expected at least one sample, got none");
    return members;
}

/// How many of each class there are to be, where classes grow or (if not) shrink. A class without samples
/// stays without.
inline std::vector<std::size_t> wanted_counts(const std::vector<std::vector<std::size_t>>& members,
                                              const Resampling& options, bool grows, std::string_view who) {
    if (!options.counts.empty() && options.counts.size() != members.size())
        throw Error(std::string(who) + ": expected a count for each of " + std::to_string(members.size()) +
                    " classes, got " + std::to_string(options.counts.size()));
    if (!(options.share > 0 && options.share <= 1))
        throw Error(std::string(who) + ": expected 0 < share <= 1, got " + number_text(options.share));
    std::size_t largest = 0, smallest = 0;
    for (const auto& own : members) {
        largest = std::max(largest, own.size());
        smallest = smallest == 0 ? own.size() : own.empty() ? smallest : std::min(smallest, own.size());
    }
    const double bound =
        grows ? static_cast<double>(largest) * options.share : static_cast<double>(smallest) / options.share;
    std::vector<std::size_t> wanted;
    for (std::size_t c = 0; c < members.size(); ++c) {
        const std::size_t there = members[c].size();
        const std::size_t asked =
            options.counts.empty() ? static_cast<std::size_t>(std::min(bound, 0x1p53)) : options.counts[c];
        if (there == 0 && !options.counts.empty() && asked > 0)
            throw Error(std::string(who) + ": expected samples of class " + std::to_string(c) +
                        ", of which there are to be " + std::to_string(asked) + ", got none");
        wanted.push_back(there == 0 ? 0 : grows ? std::max(there, asked) : std::min(there, asked));
    }
    return wanted;
}

/// How many there are to be of all classes. Throws Error for more than any memory holds, before anything is
/// made of them.
inline std::size_t count_of_all(const std::vector<std::size_t>& wanted, std::string_view who) {
    constexpr std::size_t most = std::size_t{1} << 40;
    std::size_t all = 0;
    for (const std::size_t each : wanted) {
        if (each > most - all)
            throw Error(std::string(who) + ": expected counts of " + std::to_string(most) +
                        " samples at most in all, got " + std::to_string(each) + " of a class");
        all += each;
    }
    return all;
}

} // namespace detail
} // namespace burin::data
