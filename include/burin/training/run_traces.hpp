#pragma once

#include "burin/graph/network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::detail {

/// What a training run changes beside the gradients, kept so that further runs on the same samples begin as
/// the first did and leave behind what it left: running statistics, and the state that sequences carry on.
/// Empty unless `Needed`.
template <class Net, std::size_t Batch, class Scalar, bool Needed>
class RunTraces {
    static constexpr std::size_t statistics_count = Needed ? updated_statistics_count<Net> : 0;
    static constexpr std::size_t state_count = Needed ? engine::Network<Net>::state_count * Batch : 0;

  public:
    static constexpr std::size_t count = statistics_count + 2 * state_count;

    void before_first(const Scalar* state) noexcept {
        if (state != nullptr)
            std::copy_n(state, state_count, values_.data());
    }
    void after_first(const Scalar* statistics, const Scalar* state) noexcept {
        if (state != nullptr)
            std::copy_n(state, state_count, values_.data() + state_count);
        std::copy_n(statistics, statistics_count, values_.data() + 2 * state_count);
    }
    void before_another(Scalar* state) const noexcept {
        if (state != nullptr)
            std::copy_n(values_.data(), state_count, state);
    }
    void after_another(Scalar* statistics, Scalar* state) const noexcept {
        if (state != nullptr)
            std::copy_n(values_.data() + state_count, state_count, state);
        std::copy_n(values_.data() + 2 * state_count, statistics_count, statistics);
    }

  private:
    std::array<Scalar, count> values_{};
};

} // namespace burin::detail
