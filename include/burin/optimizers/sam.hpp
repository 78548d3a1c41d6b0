#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// Sharpness-aware minimization: any optimizer, given the gradients where the loss is worst nearby, at
///
///     p + rho · g / ‖g‖             or, where it is adaptive,      p + rho · p² g / ‖|p| g‖
///
/// so that it finds flat minima, which hold better for other samples. It costs a second forward and backward
/// run a step, on the same samples, with the same random numbers; running means of BatchNorm are those of the
/// first. Remembers one vector more (the parameters during the second run).
///
///     SAM{Momentum{.learning_rate = 0.1}, 0.05}
///
/// Foret, Kleiner, Mobahi and Neyshabur, arXiv:2010.01412; adaptive (usual rho: 0.5 to 2): Kwon, Kim, Park
/// and Choi, arXiv:2102.11600.
template <class Optimizer>
struct SAM {
    Optimizer optimizer{};
    double rho = 0.05;
    bool adaptive = false;

    static constexpr std::size_t state_vectors = Optimizer::state_vectors + 1;
    template <class Net>
    static constexpr std::size_t extra_state = detail::extra_state_of<Optimizer, Net>;
    /// It needs gradients at other places than where the parameters are.
    static constexpr bool asks_again = true;

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        Again&& again) const noexcept {
        constexpr std::size_t count = trained_count<Net>;
        Scalar* const before = state;
        std::copy_n(parameters, count, before);
        adaptive ? climb<true>(parameters, gradients, count) : climb<false>(parameters, gradients, count);
        again();
        std::copy_n(before, count, parameters);
        apply<Net>(optimizer, parameters, gradients, state + count, step, again);
    }

  private:
    template <bool Adaptive, class Scalar>
    void climb(Scalar* parameters, const Scalar* gradients, std::size_t count) const noexcept {
        // Squares of what is large overflow, and of what is small vanish: the largest is brought to 1 first.
        Scalar largest = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Scalar size = std::abs(Adaptive ? parameters[i] * gradients[i] : gradients[i]);
            largest = size > largest ? size : largest;
        }
        if (!(largest > Scalar(0)))
            return;
        const Scalar inverse = Scalar(1) / largest;
        const Scalar squares = kernels::sum<Scalar>(
            count,
            [inverse](auto p, auto g) {
                const auto size = (Adaptive ? p * g : g) * decltype(g)(inverse);
                return size * size;
            },
            static_cast<const Scalar*>(parameters), gradients);
        const double norm = std::sqrt(static_cast<double>(squares)) * static_cast<double>(largest);
        const auto factor = static_cast<Scalar>(rho / (norm + 1e-12));
        kernels::map<Scalar>(
            count, parameters,
            [factor](auto p, auto g) {
                const auto direction = Adaptive ? p * p * g : g;
                return kernels::fma(decltype(g)(factor), direction, p);
            },
            static_cast<const Scalar*>(parameters), gradients);
    }
};

} // namespace burin::optimizers
