#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/optimizer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::optimizers {

/// Any optimizer, and slow weights that follow it: after every `steps` steps slow ← slow + alpha · (p − slow)
/// and p ← slow. They begin as the parameters do. Remembers one vector more.
///
///     Lookahead{AdamW{.learning_rate = 1e-3}}
///
/// Zhang, Lucas, Hinton and Ba, arXiv:1907.08610. The defaults are the paper's for images.
template <class Optimizer>
struct Lookahead {
    Optimizer optimizer{};
    std::uint64_t steps = 5; ///< At least 1.
    double alpha = 0.5;

    static constexpr std::size_t state_vectors = Optimizer::state_vectors + 1;
    template <class Net>
    static constexpr std::size_t extra_state = detail::extra_state_of<Optimizer, Net>;

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        Again&& again) const noexcept {
        constexpr std::size_t count = trained_count<Net>;
        Scalar* const slow = state;
        if (step == 1)
            std::copy_n(parameters, count, slow);
        apply<Net>(optimizer, parameters, gradients, state + count, step, again);
        if (step % std::max<std::uint64_t>(steps, 1) != 0)
            return;
        kernels::map_all<Scalar>(
            count, std::array{parameters, slow},
            [=, part = static_cast<Scalar>(alpha)](auto load) {
                const auto before = load(slow);
                using Vector = std::remove_cvref_t<decltype(before)>;
                const Vector after = kernels::fma(Vector(part), load(parameters) - before, before);
                return std::array<Vector, 2>{after, after};
            },
            std::array<const Scalar*, 2>{parameters, slow});
    }
};

} // namespace burin::optimizers
