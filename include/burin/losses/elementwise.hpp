#pragma once

#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses::detail {

/// A loss that is a sum over output elements, each compared with its own target. `formula.value(output,
/// target)` and `formula.gradient(output, target)` are functions of vectors. The mean is over all elements of
/// all samples.
template <Shape Output, bool WithGradient, class Scalar, class Formula>
LossSum<Scalar> elementwise(const Formula& formula, Reduction reduction, const Scalar* outputs,
                            const Scalar* targets, const Scalar* sample_weights, Scalar* gradient,
                            std::size_t rows) noexcept {
    constexpr std::size_t size = Output.size();
    LossSum<Scalar> sum;
    Scalar weights = 0;
    for (std::size_t row = 0; row < rows; ++row)
        weights += sample_weights == nullptr ? Scalar(1) : sample_weights[row];
    sum.weight = weights * static_cast<Scalar>(size);

    const auto run = [&](std::size_t begin, std::size_t count, Scalar weight) noexcept {
        const Scalar scale =
            reduction == Reduction::mean && sum.weight > Scalar(0) ? weight / sum.weight : weight;
        kernels::Vector<Scalar> total(Scalar(0));
        kernels::for_each_vector<Scalar>(count, [&](std::size_t lanes, auto load, auto store) noexcept {
            const auto output = load(outputs + begin);
            const auto target = load(targets + begin);
            total = total + kernels::keep_first<Scalar>(formula.value(output, target), lanes);
            if constexpr (WithGradient)
                store(gradient + begin, formula.gradient(output, target) * kernels::broadcast(scale));
        });
        sum.total += weight * kernels::reduce_add<Scalar>(total);
    };
    if (sample_weights == nullptr)
        run(0, rows * size, 1);
    else
        for (std::size_t row = 0; row < rows; ++row)
            run(row * size, size, sample_weights[row]);
    return sum;
}

} // namespace burin::losses::detail
