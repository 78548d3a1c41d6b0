#pragma once

#include "burin/kernels/sweep.hpp"
#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::losses::detail {

/// The formula of the vector that begins at this element, if it differs from place to place.
template <class Formula>
decltype(auto) formula_at(const Formula& formula, std::size_t element) noexcept {
    if constexpr (requires { formula.at(element); })
        return formula.at(element);
    else
        return (formula);
}

/// The sum of a formula over output elements, each compared with its own target.
template <Shape Output, bool WithGradient, class Scalar, class Formula>
LossSum<Scalar> elementwise(const Formula& formula, Reduction reduction, const Scalar* outputs,
                            const Scalar* targets, const Scalar* sample_weights, Scalar* gradient,
                            std::size_t rows) noexcept {
    constexpr std::size_t size = Output.size();
    LossSum<Scalar> sum;
    sum.weight = sum_of_weights(sample_weights, rows) * static_cast<Scalar>(size);

    const Scalar divisor = divisor_of(reduction, sum.weight);

    const auto run = [&](std::size_t first, std::size_t count, Scalar weight) noexcept {
        const auto scale = kernels::broadcast(weight / divisor);
        const auto sum_of = [&](std::size_t begin, std::size_t end) noexcept {
            kernels::Vector<Scalar> total(Scalar(0));
            std::size_t element = first + begin;
            kernels::for_each_vector<Scalar>(
                end,
                [&](std::size_t lanes, auto load, auto store) noexcept {
                    const auto& own = formula_at(formula, element);
                    element += kernels::width<Scalar>;
                    const auto output = load(outputs + first);
                    const auto target = load(targets + first);
                    total = total + kernels::keep_first<Scalar>(own.value(output, target), lanes);
                    if constexpr (WithGradient)
                        store(gradient + first, own.gradient(output, target) * scale);
                },
                begin);
            return total;
        };
        return weight * kernels::reduce_add<Scalar>(sum_of_blocks<Scalar>(count, sum_of));
    };
    if (sample_weights == nullptr) {
        sum.total = run(0, rows * size, 1);
        return sum;
    }
    LongSum<Scalar> total;
    for (std::size_t row = 0; row < rows; ++row)
        if (sample_weights[row] != Scalar(0))
            total.add(run(row * size, size, sample_weights[row]));
        else if constexpr (WithGradient)
            std::fill_n(gradient + row * size, size, Scalar(0));
    sum.total = total.total();
    return sum;
}

} // namespace burin::losses::detail
