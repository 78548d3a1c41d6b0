#pragma once

#include "burin/core/number.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/normal_numbers.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/random_factors.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

/// In training x + n with n from the normal distribution of mean 0 and standard deviation Deviation; in
/// inference x itself, at no cost. What is drawn is a function of seed, layer, step and position.
template <core::Number auto Deviation>
struct GaussianNoise : Op {
    static constexpr std::string_view misuse =
        Deviation >= 0 ? "" : "expected a standard deviation of at least 0";

    static constexpr OpTraits traits{
        .is_view_in_inference = true, .in_place = true, .gradient_is_view = true, .streams = true};

    static constexpr Text<64> name() {
        return Text<64>("GaussianNoise<").append(double(Deviation)).append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        kernels::for_each_normal<Scalar>(
            run.random, run.position, Context::Shapes::output.size() * run.rows,
            [&](std::size_t begin, std::size_t count, const Scalar* numbers) noexcept {
                kernels::map<Scalar>(
                    count, run.output + begin,
                    [](auto x, auto n) {
                        return kernels::fma(n, kernels::Vector<Scalar>(Scalar(Deviation)), x);
                    },
                    run.inputs[0] + begin, numbers);
            });
    }
};

/// In training x · (1 + n) with n from the normal distribution of mean 0 and variance Rate / (1 − Rate), that
/// of `Dropout<Rate>`; in inference x itself, at no cost. Srivastava et al., "Dropout", JMLR 15 (2014),
/// section 10.
template <core::Number auto Rate>
struct GaussianDropout : detail::RandomFactors<GaussianDropout<Rate>> {
    static constexpr std::string_view misuse = detail::misused_rate(double(Rate));

    static constexpr Text<64> name() { return Text<64>("GaussianDropout<").append(double(Rate)).append(">"); }

    template <class Context, class Scalar>
    static void multiply(const Context& run, const Scalar* from, Scalar* to) noexcept {
        const kernels::Vector<Scalar> one(Scalar(1));
        const auto deviation = kernels::sqrt(kernels::Vector<Scalar>(Scalar(double(Rate) / (1 - Rate))));
        kernels::for_each_normal<Scalar>(
            run.random, run.position, Context::Shapes::output.size() * run.rows,
            [&](std::size_t begin, std::size_t count, const Scalar* numbers) noexcept {
                kernels::map<Scalar>(
                    count, to + begin, [=](auto x, auto n) { return x * kernels::fma(n, deviation, one); },
                    from + begin, numbers);
            });
    }
};

} // namespace burin
