#pragma once

#include "burin/core/language.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace core {

/// Philox4x32-10, a counter-based generator: four random words that depend on nothing but (counter, key).
/// Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
struct Philox {
    using Counter = std::array<std::uint32_t, 4>;
    using Key = std::array<std::uint32_t, 2>;

    static constexpr Counter generate(Counter counter, Key key) noexcept {
        for (int round = 0; round < 10; ++round) {
            const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
            const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
            counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
            key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
        }
        return counter;
    }

  private:
    static constexpr std::uint32_t high(std::uint64_t word) noexcept {
        return static_cast<std::uint32_t>(word >> 32);
    }
    static constexpr std::uint32_t low(std::uint64_t word) noexcept {
        return static_cast<std::uint32_t>(word);
    }
};

} // namespace core

/// What a random stream is for. Streams of different purposes never share a number.
enum class Purpose : std::uint32_t {
    initialisation = 1,
    shuffling,
    dropout,
    splitting,
    augmentation,
    user,
    explaining,
    searching,
    preparing
};

/// Random numbers by position: `word(i)` is always the same number for the same seed, purpose and substream,
/// whatever was asked before and whichever thread asks. A substream separates layers, epochs or steps.
struct RandomStream {
    std::uint64_t seed = 0;
    Purpose purpose = Purpose::user;
    std::uint32_t substream = 0;

    /// Four consecutive words: `block(i)[j]` is `word(4 * i + j)`.
    constexpr core::Philox::Counter block(std::uint64_t index) const noexcept {
        return core::Philox::generate(
            {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), substream,
             static_cast<std::uint32_t>(purpose)},
            {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    }

    constexpr std::uint32_t word(std::uint64_t position) const noexcept {
        return block(position / 4)[static_cast<std::size_t>(position % 4)];
    }

    /// Uniform in [0, 1), a multiple of 2^-32.
    constexpr double uniform(std::uint64_t position) const noexcept {
        return static_cast<double>(word(position)) * 0x1p-32;
    }

    /// Uniform in {0, …, bound - 1}, by the high half of a product (Lemire); the bias is below bound / 2^32.
    constexpr std::uint32_t below(std::uint32_t bound, std::uint64_t position) const noexcept {
        return static_cast<std::uint32_t>((std::uint64_t{word(position)} * bound) >> 32);
    }
};

/// A stream of its own for each number, such as each sample of a batch or each of several transforms. What is
/// drawn from one does not depend on what is drawn from another.
constexpr RandomStream stream_of(const RandomStream& stream, std::uint64_t number) noexcept {
    // Far behind what is drawn from the stream itself.
    constexpr std::uint64_t far = std::uint64_t{1} << 60;
    const core::Philox::Counter words = stream.block(far + number);
    return {std::uint64_t{words[0]} << 32 | words[1], stream.purpose, words[2]};
}

/// Puts the elements in an order drawn from the stream (Fisher and Yates).
template <class Range>
constexpr void shuffle(Range& range, const RandomStream& stream) noexcept {
    for (std::size_t i = range.size(); i > 1; --i) {
        const std::size_t j = stream.below(static_cast<std::uint32_t>(i), i);
        auto kept = range[i - 1];
        range[i - 1] = range[j];
        range[j] = kept;
    }
}

} // namespace burin
