#pragma once

#include "burin/core/text.hpp"
#include "burin/data/scale_problem.hpp"

#include <array>
#include <concepts>
#include <cstddef>

namespace burin::data {

/// What a linear reduction is on a sample: y = M · (x − mean), each sum in the order of the features.
template <std::size_t In, std::size_t Out, std::floating_point Scalar>
struct Projection {
    std::array<Scalar, In> mean{};
    std::array<Scalar, Out * In> matrix{}; ///< [Out, In].

    /// What of constants from a file can't be.
    constexpr Sentence problem() const noexcept {
        return detail::first_problem(detail::finite_problem(mean), detail::finite_problem(matrix));
    }
    constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
        for (std::size_t o = 0; o < Out; ++o) {
            const Scalar* const row = matrix.data() + o * In;
            Scalar sum = 0;
            for (std::size_t i = 0; i < In; ++i)
                sum += row[i] * (in[i] - mean[i]);
            out[o] = sum;
        }
    }
};

} // namespace burin::data
