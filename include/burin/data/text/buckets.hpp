#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::data::text {

struct BucketOptions {
    std::size_t batch_size = 32;
    /// Within so many batches samples are sorted by length: 1 sorts nothing, many make batches with the least
    /// padding whose samples always meet the same others.
    std::size_t batches_sorted = 100;
    std::uint64_t seed = 0;
    std::uint32_t epoch = 0; ///< Each has an order of its own.
};

/// Batches of samples of nearly the same length, so that little is padded: samples in an order drawn by seed
/// and epoch, then sorted by length within each `batches_sorted` batches, and these batches in an order drawn
/// again. Each sample is in one batch; the last drawn one may be smaller. The same seed and epoch give the
/// same batches everywhere. Throws Error for a batch of no samples or no batches.
inline std::vector<std::vector<std::size_t>> length_buckets(std::span<const std::size_t> lengths,
                                                            const BucketOptions& options = {}) {
    if (options.batch_size == 0 || options.batches_sorted == 0)
        throw Error("length_buckets: expected at least one sample in a batch and one batch to sort, got " +
                    std::to_string(options.batch_size) + " and " + std::to_string(options.batches_sorted));
    struct Sample {
        std::size_t length, place, number;
        bool operator<(const Sample& other) const noexcept {
            return length != other.length ? length < other.length : place < other.place;
        }
    };
    std::vector<Sample> order(lengths.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = {lengths[i], 0, i};
    shuffle(order, RandomStream{options.seed, Purpose::shuffling, options.epoch});
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i].place = i;
    const std::size_t sorted = options.batches_sorted > order.size() / options.batch_size
                                   ? std::max<std::size_t>(order.size(), 1)
                                   : options.batch_size * options.batches_sorted;
    std::vector<std::vector<std::size_t>> batches;
    for (std::size_t first = 0; first < order.size(); first += sorted) {
        const auto begin = order.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end =
            order.begin() + static_cast<std::ptrdiff_t>(first + std::min(sorted, order.size() - first));
        std::sort(begin, end);
        for (auto at = begin; at < end;) {
            const auto next = at + static_cast<std::ptrdiff_t>(
                                       std::min(options.batch_size, static_cast<std::size_t>(end - at)));
            batches.emplace_back();
            for (; at < next; ++at)
                batches.back().push_back(at->number);
        }
    }
    // Not the numbers that put the samples in order.
    shuffle(batches, RandomStream{~options.seed, Purpose::shuffling, options.epoch});
    return batches;
}

/// The share of padding where each batch is as long as its longest sample.
inline double padding_share(std::span<const std::size_t> lengths,
                            const std::vector<std::vector<std::size_t>>& batches) {
    double used = 0, all = 0;
    for (const std::vector<std::size_t>& batch : batches) {
        std::size_t longest = 0;
        for (const std::size_t sample : batch) {
            used += static_cast<double>(lengths[sample]);
            longest = std::max(longest, lengths[sample]);
        }
        all += static_cast<double>(longest) * static_cast<double>(batch.size());
    }
    return all > 0 ? 1 - used / all : 0;
}

} // namespace burin::data::text
