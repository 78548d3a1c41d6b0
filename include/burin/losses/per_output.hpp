#pragma once

#include "burin/losses/loss.hpp"

#include <array>
#include <cstddef>
#include <tuple>

namespace burin::losses {

/// One loss for each output of a network, in the order of its outputs; the total is Σ weight · loss. An
/// output with weight 0 does not count at all, whatever its loss is.
///
///     PerOutput{MeanSquaredError{}, SparseCategoricalCrossentropy{}}.weighted({1.0, 0.5})
template <Loss... Ls>
struct PerOutput {
    static constexpr std::size_t count = sizeof...(Ls);

    std::tuple<Ls...> losses;
    std::array<double, count> weights;

    constexpr explicit PerOutput(Ls... each) : losses(each...) { weights.fill(1); }

    /// The same losses with these weights.
    constexpr PerOutput weighted(const std::array<double, count>& new_weights) const {
        PerOutput result = *this;
        result.weights = new_weights;
        return result;
    }

    template <std::size_t Index>
    constexpr const auto& get() const noexcept {
        return std::get<Index>(losses);
    }
};

/// The losses of several outputs, each reduced as it wants, add up to what counts once for each sample.
template <class Scalar, Loss... Ls>
constexpr Scalar reduce(const PerOutput<Ls...>&, const LossSum<Scalar>& sum) noexcept {
    return (sum.weight == Scalar(0) ? sum.total : sum.total / sum.weight) + sum.penalty;
}

} // namespace burin::losses
