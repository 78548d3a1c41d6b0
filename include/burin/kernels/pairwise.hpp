#pragma once

#include "burin/kernels/unroll.hpp"

#include <bit>
#include <cstddef>
#include <limits>

namespace burin::kernels {

/// The sum of many terms, pair by pair: blocks of up to about `terms_per_block` terms are summed as they
/// come, then each block with its neighbour, each pair with its neighbour, and so on. The error is at most
/// some (terms of a block + log₂ of the blocks) · ε / 2 of the sum of the terms' magnitudes, where one running
/// sum would have the number of all terms in their place. It takes an addition a block more than one.
///
/// At most `Most` blocks; `Number` is a scalar, a vector, or several of them with an operator+.
template <class Number, std::size_t Most = std::numeric_limits<std::size_t>::max()>
class PairwiseSum {
  public:
    void add(const Number& block) noexcept {
        Number sum = block;
        for (std::size_t pairs = blocks_++; (pairs & 1) != 0; pairs >>= 1)
            sum = waiting_[--count_] + sum;
        waiting_[count_++] = sum;
    }

    /// The sum of `rest` and all blocks so far.
    Number total(Number rest) const noexcept {
        for (std::size_t i = count_; i-- > 0;)
            rest = waiting_[i] + rest;
        return rest;
    }

  private:
    static constexpr std::size_t levels = std::bit_width(Most);

    // Of 1, 2, 4, … blocks, the largest first; as many as the number of blocks has ones.
    Number waiting_[levels];
    std::size_t blocks_ = 0;
    std::size_t count_ = 0;
};

inline constexpr std::size_t terms_per_block = 64;

} // namespace burin::kernels
