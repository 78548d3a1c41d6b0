#pragma once

#include "burin/core/random.hpp"

#include <cstdint>

namespace burin::data {

/// The random numbers with which one sample is augmented in one epoch: a function of seed, epoch and the
/// sample's place in the order of the epoch (both from 0), whoever asks and whenever. So a sample that comes
/// several times in an epoch, because its class is rare, is another one each time. Streams of two places, or
/// of two epochs, share nothing but by a chance of 2^-96.
constexpr RandomStream sample_stream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t place) noexcept {
    // Far behind what is drawn for whole batches from the streams of this purpose.
    constexpr std::uint64_t far = std::uint64_t{1} << 61;
    const Philox::Counter words =
        RandomStream{seed, Purpose::augmentation, static_cast<std::uint32_t>(epoch)}.block(far + place);
    return {std::uint64_t{words[0]} << 32 | words[1], Purpose::augmentation, words[2]};
}

} // namespace burin::data
