#pragma once

#include "burin/core/random.hpp"

#include <cstdint>

namespace burin::data {

/// The random numbers with which one sample is augmented in one epoch: a function of seed, epoch and the
/// sample's place in the order of the epoch (both from 0), whoever asks and whenever. So a sample that comes
/// several times in an epoch, because its class is rare, is another one each time. Streams of two places, or
/// of two epochs, share nothing but by a chance of 2^-96.
constexpr RandomStream sample_stream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t place) noexcept {
    // Apart from those of the samples of a batch, which `fit` augments.
    constexpr std::uint64_t apart = std::uint64_t{1} << 60;
    return stream_of({seed, Purpose::augmentation, static_cast<std::uint32_t>(epoch)}, apart + place);
}

} // namespace burin::data
