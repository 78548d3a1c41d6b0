#pragma once

#include "burin/core/assert.hpp"
#include "burin/schedules/arithmetic.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace burin::schedules {

/// Steps at which something happens, in any order: at most 32 of them; more do not count (see BURIN_ASSERT).
class Milestones {
  public:
    static constexpr std::size_t most = 32;

    constexpr Milestones() = default;
    constexpr Milestones(std::initializer_list<std::uint64_t> steps) noexcept {
        BURIN_ASSERT(steps.size() <= most, "Milestones: expected at most 32 of them");
        for (const std::uint64_t step : steps)
            if (count_ < most)
                steps_[count_++] = step;
    }

    constexpr const std::uint64_t* begin() const noexcept { return steps_.data(); }
    constexpr const std::uint64_t* end() const noexcept { return steps_.data() + count_; }

  private:
    std::array<std::uint64_t, most> steps_{};
    std::size_t count_ = 0;
};

/// learning_rate · factor^(number of milestones up to the step): the rate falls at each of these steps.
/// PyTorch's MultiStepLR.
///
///     schedules::MultiStep{.learning_rate = 0.1, .milestones = {30'000, 60'000}}
struct MultiStep {
    double learning_rate = 1e-3;
    Milestones milestones{};
    double factor = 0.1;

    constexpr double operator()(std::uint64_t step) const noexcept {
        std::uint64_t passed = 0;
        for (const std::uint64_t milestone : milestones)
            passed += step >= milestone ? 1 : 0;
        return learning_rate * detail::power(factor, passed);
    }
};

} // namespace burin::schedules
