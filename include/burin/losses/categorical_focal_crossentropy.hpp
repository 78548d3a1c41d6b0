#pragma once

#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/class_weight.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/focal_term.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"

#include <cstddef>
#include <span>

namespace burin::losses {

/// −α Σ_c t_c · (1 − p_c)^γ · log p_c of p = softmax(z) and a distribution t (one-hot or any other) a
/// position, averaged over the positions: what is right already counts for little. Keras's
/// CategoricalFocalCrossentropy of logits; its list of α, one a class, are class weights here, with `alpha =
/// 1`.
///
/// With label smoothing ε over C classes the target is (1 − ε) · t + ε/C.
struct CategoricalFocalCrossentropy {
    double alpha = 0.25;
    double gamma = 2; ///< At least 0, which is the plain cross-entropy times α.
    double label_smoothing = 0;
    std::span<const double> class_weights{}; ///< One a class, or none; must outlive the loss.
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    constexpr Sentence reject_options(const Shape&) const {
        return detail::unless(gamma >= 0, "gamma", "at least 0", gamma);
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        constexpr std::size_t classes = detail::class_count(Output);
        const detail::FocalTerm<Scalar> term(gamma);
        const auto everywhere = static_cast<Scalar>(label_smoothing / static_cast<double>(classes));
        const auto share = static_cast<Scalar>(1 - label_smoothing);
        Scalar weights[classes];
        for (std::size_t c = 0; c < classes; ++c)
            weights[c] = static_cast<Scalar>(alpha * detail::class_weight(class_weights, c));

        const auto row = [&](std::size_t index, const Scalar* z, Scalar* dz, Scalar scale) noexcept {
            const Scalar* const target = targets + index * classes;
            const Vector zero(Scalar(0)), most = kernels::broadcast(kernels::largest<classes>(z));
            const Vector log_sum =
                kernels::log(kernels::broadcast(kernels::exponentials<classes, false>(z, most, dz)));
            const auto log_p = [&](auto load) { return (load(z) - most) - log_sum; };
            // A class that does not count adds nothing, even if its logarithm is −∞.
            const auto times_target = [&](auto load, const Vector& value) {
                const Vector weight = load(weights);
                const Vector t = kernels::fma(load(target), Vector(share), Vector(everywhere));
                const Vector counts = kernels::select(weight == zero, zero, t * weight);
                return kernels::select(counts == zero, zero, counts * value);
            };
            Vector loss = zero, slopes = zero;
            kernels::for_each_vector<Scalar>(classes, [&](std::size_t lanes, auto load, auto) {
                const Vector logarithm = log_p(load);
                loss = loss + kernels::keep_first<Scalar>(times_target(load, term.value(logarithm)), lanes);
                if constexpr (WithGradient)
                    slopes = slopes +
                             kernels::keep_first<Scalar>(times_target(load, term.slope(logarithm)), lanes);
            });
            if constexpr (WithGradient) {
                const Vector all = kernels::broadcast(kernels::reduce_add<Scalar>(slopes));
                kernels::for_each_vector<Scalar>(classes, [&](std::size_t, auto load, auto store) {
                    const Vector logarithm = log_p(load);
                    const Vector own = times_target(load, term.slope(logarithm));
                    store(dz, (own - kernels::exp(logarithm) * all) * Vector(scale));
                });
            }
            return kernels::reduce_add<Scalar>(loss);
        };
        return detail::per_row<classes, detail::position_count(Output), WithGradient, Scalar>(
            row, reduction, outputs, sample_weights, gradient, rows);
    }
};

} // namespace burin::losses
