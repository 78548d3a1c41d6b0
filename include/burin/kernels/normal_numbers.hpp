#pragma once

#include "burin/core/random.hpp"
#include "burin/kernels/functions/circular.hpp"
#include "burin/kernels/functions/logarithm.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// Blocks of four numbers that are made together.
inline constexpr std::size_t normal_blocks = 32;

/// Four numbers for each of `blocks` blocks of words of the stream, from `first` on: each pair of words
/// becomes √(−2 log u) · (cos a, sin a) with u in (0, 1) and the angle a.
template <class Scalar>
void fill_normal(const RandomStream& stream, std::uint64_t first, std::size_t blocks,
                 std::array<Scalar, 4 * normal_blocks>& numbers) noexcept {
    constexpr std::size_t pairs = 2 * normal_blocks;
    constexpr std::size_t room = pairs + width<Scalar>;
    std::array<Scalar, room> uniform, turns;
    uniform.fill(Scalar(1));
    turns.fill(Scalar(0));
    for (std::size_t block = 0; block < blocks; ++block) {
        const core::Philox::Counter words = stream.block(first + block);
        for (std::size_t pair = 0; pair < 2; ++pair) {
            uniform[2 * block + pair] =
                (static_cast<Scalar>(words[2 * pair]) + Scalar(0.5)) * Scalar(0x1p-32);
            turns[2 * block + pair] =
                static_cast<Scalar>(static_cast<std::int32_t>(words[2 * pair + 1])) * Scalar(0x1p-32);
        }
    }
    for (std::size_t i = 0; i < 2 * blocks; i += width<Scalar>) {
        const Vector<Scalar> radius = sqrt(log(load(uniform.data() + i)) * Vector<Scalar>(Scalar(-2)));
        const auto [sine, cosine] = circular(load(turns.data() + i));
        store(uniform.data() + i, radius * cosine);
        store(turns.data() + i, radius * sine);
    }
    for (std::size_t pair = 0; pair < 2 * blocks; ++pair) {
        numbers[2 * pair] = uniform[pair];
        numbers[2 * pair + 1] = turns[pair];
    }
}

} // namespace detail

/// Calls f(begin, count, numbers) for pieces of `count` independent numbers of the standard normal
/// distribution. Number i is a function of the stream and `position + i` alone, so that a backward rule draws
/// again what the forward rule drew; `position` is a multiple of 4. Box and Muller, "A Note on the Generation
/// of Random Normal Deviates", Ann. Math. Statist. 29 (1958). No number is farther from 0 than 6.8.
template <class Scalar, class Function>
void for_each_normal(const RandomStream& stream, std::uint64_t position, std::size_t count,
                     const Function& f) noexcept {
    std::array<Scalar, 4 * detail::normal_blocks> numbers;
    for (std::size_t begin = 0; begin < count; begin += numbers.size()) {
        const std::size_t piece = std::min(numbers.size(), count - begin);
        detail::fill_normal(stream, (position + begin) / 4, (piece + 3) / 4, numbers);
        f(begin, piece, static_cast<const Scalar*>(numbers.data()));
    }
}

} // namespace burin::kernels
