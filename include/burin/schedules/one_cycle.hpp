#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// How `OneCycle` goes from one rate to the next.
enum class Anneal { cosine, linear };

/// Up from learning_rate / initial_divisor to `learning_rate`, its peak, and down to a `final_divisor`-th of
/// where it began, while the momentum goes down and up: PyTorch's OneCycleLR with all its defaults. With
/// three phases it comes down to where it began as fast as it rose, and then to the end. After `steps` it
/// stays there. Smith and Topin, arXiv:1708.07120.
///
/// The momentum is that of Momentum and Nesterov and the beta1 of Adam and its kin. To leave the optimizer's:
/// `.schedule = [cycle](std::uint64_t step) { return cycle(step); }`.
///
/// With 0 steps both stay at the peak. A divisor of 0 counts as 1, and `rise` is taken from 0 to 1 (in three
/// phases to 0.5). The peak is in step rise · steps − 1; where that is before the first, all steps go down.
struct OneCycle {
    double learning_rate = 1e-3; ///< The highest.
    std::uint64_t steps = 0;     ///< Of the whole cycle.
    double rise = 0.3;           ///< The part of them in which the rate rises.
    double initial_divisor = 25;
    double final_divisor = 1e4;
    Anneal anneal = Anneal::cosine;
    bool three_phases = false;
    double low_momentum = 0.85; ///< At the peak.
    double high_momentum = 0.95;

    constexpr double operator()(std::uint64_t step) const noexcept {
        const double initial = learning_rate / divisor(initial_divisor);
        return at(step, {initial, learning_rate, three_phases ? initial : learning_rate,
                         initial / divisor(final_divisor)});
    }

    constexpr double momentum(std::uint64_t step) const noexcept {
        return at(step,
                  {high_momentum, low_momentum, three_phases ? high_momentum : low_momentum, high_momentum});
    }

  private:
    struct Values {
        double start, peak, middle, end;
    };

    static constexpr double divisor(double value) noexcept { return value == 0 ? 1 : value; }

    constexpr double at(std::uint64_t step, const Values& values) const noexcept {
        if (steps == 0)
            return values.peak;
        const double most = three_phases ? 0.5 : 1;
        const double share = rise > most ? most : detail::at_least_zero(rise);
        const auto all = static_cast<double>(steps);
        const double peak = share * all - 1;
        const double middle = three_phases ? 2 * share * all - 2 : peak;
        const auto place = static_cast<double>(step);
        if (place <= peak)
            return between(values.start, values.peak, place, 0, peak);
        if (place <= middle)
            return between(values.peak, values.middle, place, peak, middle);
        return between(values.middle, values.end, place, middle, all - 1);
    }

    /// A way of no length has been gone.
    constexpr double between(double from, double to, double place, double first, double last) const noexcept {
        const double part = place >= last ? 1 : (place - first) / (last - first);
        return anneal == Anneal::cosine ? detail::along_cosine(from, to, part) : from + (to - from) * part;
    }
};

} // namespace burin::schedules
