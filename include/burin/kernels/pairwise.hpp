#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::kernels {

/// So many terms go into one running sum; longer sums are made of blocks.
inline constexpr std::size_t terms_per_block = 32;

/// The sum of blocks of terms, pair by pair: each block with its neighbour, each pair with its neighbour, and
/// so on, up to 2^(Levels − 1) blocks, whose sums are added one by one. Of n terms in blocks of m the error
/// is at most about (m + Levels + n / (m · 2^(Levels − 1))) · ε of the sum of their magnitudes, where a
/// single running sum would have n · ε. That costs an addition or two for each block.
///
/// `Number` is a scalar, a vector, or anything else with an operator+.
template <class Number, std::size_t Levels = 8>
class PairwiseSum {
  public:
    /// By value: the address of a sum that is under way would keep it in memory.
    void add(Number sum) noexcept {
        std::size_t level = 0;
        for (; level + 1 < Levels && is_waiting(level); ++level) {
            sum = waiting_[level] + sum;
            levels_ -= std::size_t(1) << level;
        }
        if (is_waiting(level))
            sum = waiting_[level] + sum;
        waiting_[level] = sum;
        levels_ |= std::size_t(1) << level;
    }

    /// The sum of all blocks and a `rest`.
    Number total(Number rest) const noexcept {
        for (std::size_t level = 0; level < Levels; ++level)
            if (is_waiting(level))
                rest = waiting_[level] + rest;
        return rest;
    }

  private:
    bool is_waiting(std::size_t level) const noexcept { return (levels_ >> level & 1) != 0; }

    Number waiting_[Levels]; ///< Of 2^level blocks, where there is one.
    std::size_t levels_ = 0;
};

} // namespace burin::kernels
