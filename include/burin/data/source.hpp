#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace burin::data {

/// In which order, and how, the batches of an epoch are loaded. What `fit` asks a Loader for.
struct LoadOrder {
    std::uint64_t seed = 0;
    std::size_t epoch = 0; ///< From 0. Each has an order and an augmentation of its own.
    std::size_t batch_size = 32;
    bool shuffle = true;         ///< Whether samples come in an order that seed and epoch decide.
    bool augment = true;         ///< Whether samples are augmented.
    std::size_t first_batch = 0; ///< The batch to begin with: an epoch can be gone on with.
};

/// Samples that can be read one by one, by their numbers, from several threads at a time: a Dataset, or a
/// type with `read(number, input, target)`, which fills spans of one sample.
template <class Source>
concept ReadsByNumber =
    requires(const Source& source) {
        source.input(std::size_t{0});
        source.target(std::size_t{0});
    } ||
    requires(const Source& source, std::span<typename Source::ScalarType> input,
             std::span<typename Source::TargetType> target) { source.read(std::size_t{0}, input, target); };

/// Samples that come one after the other: `open(order)` gives what has `next(input, target)`, which fills
/// spans of one sample and returns its number in the source, or `no_sample` behind the last.
template <class Source>
concept ReadsInTurn = requires(const Source& source, const LoadOrder& order) { source.open(order); };

/// Stands for the number of a sample where there is none.
inline constexpr std::size_t no_sample = std::numeric_limits<std::size_t>::max();

/// Copies, or has the source read, sample `number` into spans of one sample.
template <ReadsByNumber Source>
void read_sample(const Source& source, std::size_t number, std::span<typename Source::ScalarType> input,
                 std::span<typename Source::TargetType> target) {
    if constexpr (requires { source.input(number); }) {
        const auto from = source.input(number);
        const auto answer = source.target(number);
        std::copy(from.begin(), from.end(), input.begin());
        std::copy(answer.begin(), answer.end(), target.begin());
    } else {
        source.read(number, input, target);
    }
}

} // namespace burin::data
