#pragma once

#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>

// Sums over the samples of a batch, of which there may be many: their error is that of
// `kernels::PairwiseSum`.

namespace burin::losses::detail {

/// Of numbers that come one by one, up to some millions.
template <class Scalar>
class LongSum {
  public:
    void add(Scalar number) noexcept {
        block_ += number;
        if (++in_block_ == kernels::terms_per_block) {
            blocks_.add(block_);
            block_ = 0;
            in_block_ = 0;
        }
    }
    Scalar total() const noexcept { return blocks_.total(block_); }

  private:
    kernels::PairwiseSum<Scalar, 20> blocks_;
    Scalar block_ = 0;
    std::size_t in_block_ = 0;
};

/// Σ of what `sum_of(begin, end)`, a vector or several, is for the blocks of `count` elements.
template <class Scalar, class SumOf>
[[gnu::always_inline]] inline auto sum_of_blocks(std::size_t count, const SumOf& sum_of) noexcept {
    constexpr std::size_t block = kernels::terms_per_block * kernels::width<Scalar>;
    kernels::PairwiseSum<decltype(sum_of(count, count))> blocks;
    for (std::size_t begin = 0;; begin += block) {
        const auto sum = sum_of(begin, std::min(count, begin + block));
        if (count <= begin + block)
            return begin == 0 ? sum : blocks.total(sum);
        blocks.add(sum);
    }
}

/// The weights of `rows` samples; null stands for ones.
template <class Scalar>
Scalar sum_of_weights(const Scalar* weights, std::size_t rows) noexcept {
    if (weights == nullptr)
        return static_cast<Scalar>(rows);
    return kernels::sum<Scalar>(rows, [](auto weight) { return weight; }, weights);
}

/// What the losses are divided by: their weights if a mean is wanted and there are any.
template <class Scalar>
constexpr Scalar divisor_of(Reduction reduction, Scalar weight) noexcept {
    return reduction == Reduction::mean && weight != Scalar(0) ? weight : Scalar(1);
}

} // namespace burin::losses::detail
