#pragma once

#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace burin {

namespace fitting {

/// Whether a network has a weight that is trained and constrained, as in `Regularized<Dense<64>,
/// MaxNorm<3>>`.
template <class Net>
inline constexpr bool is_constrained = [] {
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.constraint.any())
            return true;
    return false;
}();

} // namespace fitting

namespace detail {

/// What the weights of a unit are multiplied by, given their norm. Of none but zeros it is 1.
template <class Scalar>
Scalar constraining_factor(const passes::Constraint& constraint, Scalar norm) noexcept {
    if (constraint.unit_norm && norm != Scalar(0)) {
        const double wanted = constraint.max_norm > 0 && constraint.max_norm < 1 ? constraint.max_norm : 1;
        return static_cast<Scalar>(wanted) / norm;
    }
    const auto limit = static_cast<Scalar>(constraint.max_norm);
    return limit > Scalar(0) && norm > limit ? limit / norm : Scalar(1);
}

/// The norm of numbers, given the sum of their squares: where that is too large or too small to be exact,
/// they are gone through again. `for_each(visit)` visits each.
template <class Scalar, class ForEach>
Scalar norm_from(Scalar squares, const ForEach& for_each) noexcept {
    using Limits = std::numeric_limits<Scalar>;
    if (squares >= Limits::min() / Limits::epsilon() && squares <= Limits::max())
        return std::sqrt(squares);
    Scalar largest = 0;
    for_each([&](Scalar w) { largest = std::abs(w) > largest ? std::abs(w) : largest; });
    if (largest == Scalar(0) || !(largest <= Limits::max()))
        return std::sqrt(squares);
    Scalar sum = 0;
    for_each([&](Scalar w) { sum += (w / largest) * (w / largest); });
    return largest * std::sqrt(sum);
}

/// Constrains the columns of a matrix of so many rows, whose columns beside each other are beside each other
/// in memory too.
template <class Scalar>
void constrain_columns(const passes::Constraint& constraint, Scalar* weights, std::size_t rows,
                       std::size_t columns, std::size_t stride) noexcept {
    constexpr std::size_t at_once = 32;
    for (std::size_t first = 0; first < columns; first += at_once) {
        const std::size_t count = std::min(at_once, columns - first);
        std::array<Scalar, at_once> factors{};
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar* const w = weights + row * stride + first;
            for (std::size_t c = 0; c < count; ++c)
                factors[c] += w[c] * w[c];
        }
        bool changes = false;
        for (std::size_t c = 0; c < count; ++c) {
            const Scalar norm = norm_from(factors[c], [&](auto visit) {
                for (std::size_t row = 0; row < rows; ++row)
                    visit(weights[row * stride + first + c]);
            });
            factors[c] = constraining_factor(constraint, norm);
            changes = changes || factors[c] != Scalar(1);
        }
        for (std::size_t row = 0; changes && row < rows; ++row) {
            Scalar* const w = weights + row * stride + first;
            for (std::size_t c = 0; c < count; ++c)
                w[c] *= factors[c];
        }
    }
}

/// Constrains units of which each has several elements beside each other: `[outer, units, inner]`.
template <class Scalar>
void constrain_rows(const passes::Constraint& constraint, const engine::TensorView<Scalar>& weights,
                    std::size_t units, std::size_t inner) noexcept {
    for (std::size_t unit = 0; unit < units; ++unit) {
        const auto for_each = [&](auto visit) {
            for (std::size_t first = unit * inner; first < weights.size(); first += units * inner)
                for (std::size_t i = first; i < first + inner; ++i)
                    visit(weights[i]);
        };
        Scalar squares = 0;
        for_each([&](Scalar w) { squares += w * w; });
        const Scalar factor = constraining_factor(constraint, norm_from(squares, for_each));
        if (factor != Scalar(1))
            for_each([&](Scalar& w) { w *= factor; });
    }
}

} // namespace detail

namespace fitting {

/// Brings the weights of each unit to the norms that the network's layers are constrained to. What is no
/// number stays so.
template <class Net, class Scalar>
void constrain(Scalar* parameters) noexcept {
    if constexpr (is_constrained<Net>)
        for (const ParameterTensor& tensor : parameter_tensors<Net>) {
            if (!tensor.constraint.any())
                continue;
            const ParameterSpec& spec = tensor.spec;
            Scalar* const weights = parameters + tensor.offset;
            const std::size_t size = spec.shape.size(), last = spec.shape.last(), rows = size / last;
            const auto beside_last = [&] { return spec.shape[spec.shape.rank - 2]; };
            if (spec.use == WeightUse::embedding)
                detail::constrain_rows(tensor.constraint, engine::TensorView<Scalar>(weights, spec), rows,
                                       last);
            else if (spec.use == WeightUse::transposed)
                detail::constrain_rows(tensor.constraint, engine::TensorView<Scalar>(weights, spec),
                                       beside_last(), last);
            else if (spec.use == WeightUse::depthwise)
                detail::constrain_columns(tensor.constraint, weights, rows / beside_last(),
                                          beside_last() * last, beside_last() * last);
            else if (spec.layout == core::Layout::row_major)
                detail::constrain_columns(tensor.constraint, weights, rows, last, last);
            else
                for (std::size_t i = 0; i < kernels::panels<Scalar>(last).count(); ++i) {
                    const kernels::Panels panels = kernels::panels<Scalar>(last);
                    detail::constrain_columns(tensor.constraint, weights + panels.first_column(i) * rows,
                                              rows, panels.columns(i), panels.columns(i));
                }
        }
}

} // namespace fitting

} // namespace burin
