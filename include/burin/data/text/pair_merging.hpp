#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace burin::data::text::detail {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

struct PairHash {
    std::size_t operator()(const Pair& pair) const noexcept {
        return static_cast<std::size_t>(((std::uint64_t{pair.first} << 32) | pair.second) *
                                        0x9E3779B97F4A7C15u);
    }
};

/// A word as tokens, and how often it was met.
struct CountedWord {
    std::vector<std::uint32_t> ids;
    std::size_t count = 0;
};

/// Merges the pair of neighbours that is met most often (of those met as often, the one of the lower
/// numbers), while one is met `min_count` times and `merge(pair)` gives a number for what it becomes, not the
/// largest there is. Words are read again only where a pair of theirs was merged.
template <class Merge>
void merge_pairs(std::vector<CountedWord> words, std::size_t min_count, Merge merge) {
    struct Met {
        std::size_t count = 0;
        std::set<std::size_t> words;
    };
    struct Entry {
        std::size_t count;
        Pair pair;
        bool operator<(const Entry& other) const noexcept {
            return count != other.count ? count < other.count : pair > other.pair;
        }
    };
    std::unordered_map<Pair, Met, PairHash> met;
    std::priority_queue<Entry> queue;
    const auto count_word = [&](std::size_t word, bool more) {
        const std::vector<std::uint32_t>& ids = words[word].ids;
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            Met& pair = met[{ids[i], ids[i + 1]}];
            if (more) {
                pair.count += words[word].count;
                pair.words.insert(word);
            } else {
                pair.count -= words[word].count;
                pair.words.erase(word);
            }
        }
    };
    for (std::size_t word = 0; word < words.size(); ++word)
        count_word(word, true);
    for (const auto& [pair, found] : met)
        queue.push({found.count, pair});
    while (!queue.empty()) {
        const Entry top = queue.top();
        queue.pop();
        const auto found = met.find(top.pair);
        const std::size_t count = found == met.end() ? 0 : found->second.count;
        if (count != top.count) {
            // What was merged since has taken some of them.
            if (count > 0 && count < top.count)
                queue.push({count, top.pair});
            continue;
        }
        if (count == 0 || count < min_count)
            return;
        const std::uint32_t merged = merge(top.pair);
        if (merged == std::numeric_limits<std::uint32_t>::max())
            return;
        const std::set<std::size_t> where = std::move(found->second.words);
        std::set<Pair> grown;
        for (const std::size_t word : where) {
            count_word(word, false);
            std::vector<std::uint32_t>& ids = words[word].ids;
            std::size_t to = 0;
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const bool is_pair = i + 1 < ids.size() && Pair{ids[i], ids[i + 1]} == top.pair;
                ids[to++] = is_pair ? merged : ids[i];
                i += is_pair ? 1 : 0;
            }
            ids.resize(to);
            count_word(word, true);
            for (std::size_t i = 0; i + 1 < ids.size(); ++i)
                if (ids[i] == merged || ids[i + 1] == merged)
                    grown.insert({ids[i], ids[i + 1]});
        }
        for (const Pair& pair : grown)
            queue.push({met[pair].count, pair});
    }
}

} // namespace burin::data::text::detail
