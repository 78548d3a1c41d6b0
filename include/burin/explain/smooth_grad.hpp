#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/random.hpp"
#include "burin/explain/target.hpp"
#include "burin/kernels/normal_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::explain {

/// The mean of the gradients ∂y / ∂xᵢ at `samples` places around the sample, each with normally distributed
/// noise of standard deviation `deviation` (in the inputs' units; the authors take 0.1 to 0.2 of their range)
/// on each element: what a gradient does from one place to the next goes out of it. With `squares` the mean
/// of their squares, which keeps what has a changing sign. The noise is a function of seed, draw and element.
/// Smilkov et al., "SmoothGrad", arXiv:1706.03825.
///
///     explain::SmoothGrad{.samples = 50, .deviation = 0.15, .seed = 1}(explainer, parameters, sample,
///                                                                     {.element = 3}, attribution);
struct SmoothGrad {
    std::size_t samples = 50;
    double deviation = 0.15;
    std::uint64_t seed = 0;
    bool squares = false;

    template <class Explainer>
    void operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                    std::span<const typename Explainer::Scalar> sample, const Target& target,
                    std::span<typename Explainer::Scalar> attribution) const noexcept {
        using Scalar = typename Explainer::Scalar;
        BURIN_ASSERT(samples > 0, "SmoothGrad: expected at least one sample");
        if (!detail::fits<Explainer>(sample, attribution, Explainer::sample_size) || samples == 0)
            return;
        std::ranges::fill(attribution, Scalar(0));
        detail::run_all(
            explainer, parameters, samples, target,
            [&](std::size_t index, std::size_t row) {
                explainer.put(row, sample);
                const RandomStream stream{seed, Purpose::explaining, static_cast<std::uint32_t>(index)};
                explainer.for_each_input([&](auto input, std::size_t) {
                    constexpr std::size_t size = Explainer::input_shapes[input.value].size();
                    Scalar* const to = explainer.template input<input.value>().data() + row * size;
                    kernels::for_each_normal<Scalar>(
                        stream, std::uint64_t{input.value} << 40, size,
                        [&](std::size_t begin, std::size_t count, const Scalar* noise) noexcept {
                            for (std::size_t i = 0; i < count; ++i)
                                to[begin + i] += static_cast<Scalar>(deviation) * noise[i];
                        });
                });
            },
            [&](std::size_t, std::size_t row) {
                detail::for_each_gradient(explainer, row, [&](std::size_t i, Scalar gradient) {
                    attribution[i] += squares ? gradient * gradient : gradient;
                });
            });
        for (Scalar& mean : attribution)
            mean /= static_cast<Scalar>(samples);
    }
};

} // namespace burin::explain
