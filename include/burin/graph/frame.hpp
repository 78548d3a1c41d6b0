#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace engine {

/// How a run finds a network's parameters.
template <class Net, class Stored>
struct StoredIn {
    using Pointers = engine::ParameterPointers<Net, const Stored>;
};

/// What a run needs besides its plan: where the caller's data, the parameters and the arena are.
/// `Stored` is the type of the parameters, if it is another: one that the plan widens, or the constants of a
/// whole network.
template <class Net, class Scalar, class Stored = Scalar>
struct Frame {
    std::array<const Scalar*, engine::Network<Net>::input_count> inputs{};
    typename StoredIn<Net, Stored>::Pointers parameters{};
    Scalar* gradients = nullptr;
    Scalar* statistics = nullptr; ///< Where training updates them.
    Scalar* arena = nullptr;
    Scalar* state = nullptr; ///< What sequences carry from piece to piece; null if nothing.
    std::size_t rows = 0;
    std::size_t first_row = 0; ///< In its batch, where it is a part of one.
    std::uint64_t seed = 0;
    std::uint64_t step = 0; ///< Counts training steps, so that each draws numbers of its own.

    /// Calls use(pointer) for all memory that a run computes with.
    template <class Use>
    [[gnu::always_inline]] void for_each_object(const Use& use) const noexcept {
        for (const Scalar* input : inputs)
            use(input);
        if constexpr (requires { parameters.trained; }) {
            use(parameters.trained);
            use(parameters.frozen);
            use(parameters.statistics);
        }
        use(gradients);
        use(statistics);
        use(arena);
        use(state);
    }
};

} // namespace engine

} // namespace burin
