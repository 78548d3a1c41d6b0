#pragma once

#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/norm.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace burin::optimizers {

namespace detail {

/// A tensor as matrices of its last two axes, [rows, columns] each; of one axis as a single row.
struct Matrices {
    std::size_t count = 1;
    std::size_t rows = 1;
    std::size_t columns = 1;
    bool factored = false; ///< Whether squares are remembered by row and by column.
    core::Layout layout = core::Layout::row_major;

    constexpr Matrices(const ParameterSpec& spec) noexcept
        : columns(spec.shape.last()), factored(spec.shape.rank > 1), layout(spec.layout) {
        if (factored) {
            rows = spec.shape[spec.shape.rank - 2];
            count = spec.shape.size() / (rows * columns);
        }
    }

    constexpr std::size_t size() const noexcept { return count * rows * columns; }
    constexpr std::size_t state_size() const noexcept {
        return factored ? count * (rows + columns) : columns;
    }
};

} // namespace detail

/// Adam's scale for each parameter in the memory of a row and a column: of the squares of a matrix of
/// gradients it remembers the means of each row, r, and of each column, c; of a vector the squares
/// themselves. With b = t^beta2_decay
///
///     r ← (1 − b) r + b · mean of g² along the row,   c likewise;   v = r c / mean(r)
///     u = g / max(√v, epsilon1);   u ← u / max(1, RMS(u) / threshold)
///     p ← (1 − learning_rate · weight_decay) · p − max(epsilon2, RMS(p)) · min(learning_rate, 1 / √t) · u
///
/// with the root mean square RMS of a tensor. Shazeer and Stern, arXiv:1804.04235, in PyTorch's form and with
/// its defaults. Of tensors of more than two axes the last two are rows and columns, which are the input and
/// output channels of a convolution. (PyTorch's layout makes them its height and width.) With clipping,
/// `gradients` are clipped in their place.
///
/// It needs the network's tensors, so `ParameterGroups` can't split it.
struct Adafactor {
    double learning_rate = 1e-2;
    double beta2_decay = -0.8;
    double epsilon1 = 0; ///< 0: the distance from 1 to the next number.
    double epsilon2 = 1e-3;
    double threshold = 1;
    double weight_decay = 0; ///< Decoupled: not part of the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 0;

    template <class Net>
    static constexpr std::size_t extra_state = [] {
        std::size_t size = 0;
        for (const ParameterTensor& tensor : parameter_tensors<Net>)
            if (tensor.kind == TensorKind::trained)
                size += detail::Matrices(tensor.spec).state_size();
        return size;
    }();

    /// Updates all trained parameters. `state` holds extra_state numbers that are 0 before the first step;
    /// steps count from 1.
    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        const Again&) const noexcept {
        detail::treat({clip_value, clip_norm, 0.0}, parameters, gradients, trained_count<Net>);
        for (const ParameterTensor& tensor : parameter_tensors<Net>)
            if (tensor.kind == TensorKind::trained) {
                const detail::Matrices matrices(tensor.spec);
                update_tensor(parameters + tensor.offset, gradients + tensor.offset, state, matrices, step);
                state += matrices.state_size();
            }
    }

  private:
    /// Calls visit(row, column, offset, count) for every piece of a row of a matrix that lies in one: so many
    /// elements from this column on, at this offset.
    template <class Scalar, class Visit>
    static void for_each_piece(const detail::Matrices& matrices, std::size_t matrix,
                               const Visit& visit) noexcept {
        const std::size_t rows = matrices.rows, columns = matrices.columns;
        const kernels::Panels panels = matrices.layout == core::Layout::panels
                                           ? kernels::panels<Scalar>(columns)
                                           : kernels::Panels{columns, 1, 0};
        for (std::size_t panel = 0; panel < panels.count(); ++panel) {
            const std::size_t first = panels.first_column(panel), width = panels.columns(panel);
            const std::size_t begin = first * matrices.count * rows + matrix * rows * width;
            for (std::size_t row = 0; row < rows; ++row)
                visit(row, first, begin + row * width, width);
        }
    }

    /// The means of a matrix: of its rows, and behind those of all matrices, of its columns. A vector has
    /// only the second.
    template <class Scalar>
    struct Means {
        Scalar* rows;
        Scalar* columns;
        std::size_t row_count;
        bool factored;

        Means(Scalar* state, const detail::Matrices& matrices, std::size_t matrix) noexcept
            : rows(state + matrix * matrices.rows),
              columns(state + (matrices.factored ? matrices.count * matrices.rows : 0) +
                      matrix * matrices.columns),
              row_count(matrices.rows), factored(matrices.factored) {}

        void remember(const Scalar* gradients, const detail::Matrices& matrices, std::size_t matrix,
                      double share) const noexcept {
            using Vector = kernels::Vector<Scalar>;
            const auto keep = static_cast<Scalar>(1 - share);
            const auto of_row = static_cast<Scalar>(share / static_cast<double>(matrices.columns));
            const Vector of_column(static_cast<Scalar>(share / static_cast<double>(row_count)));
            for_each_piece<Scalar>(
                matrices, matrix,
                [&](std::size_t row, std::size_t column, std::size_t offset, std::size_t count) {
                    const Vector keep_column(row == 0 ? keep : Scalar(1));
                    kernels::map<Scalar>(
                        count, columns + column,
                        [=](const Vector& mean, const Vector& gradient) {
                            return kernels::fma(of_column * gradient, gradient, keep_column * mean);
                        },
                        columns + column, gradients + offset);
                    if (factored)
                        rows[row] =
                            (column == 0 ? keep : Scalar(1)) * rows[row] +
                            of_row * kernels::sum<Scalar>(
                                         count, [](const Vector& gradient) { return gradient * gradient; },
                                         gradients + offset);
                });
        }

        /// What the mean of a column is multiplied by in this row, given the mean of all rows. Where that
        /// has become infinite, so have the columns that count.
        Scalar factor(std::size_t row, Scalar mean) const noexcept {
            return factored && !std::isinf(mean) ? rows[row] / mean : Scalar(1);
        }
        Scalar mean_of_rows(double least) const noexcept {
            if (!factored)
                return 1;
            Scalar sum = 0;
            for (std::size_t row = 0; row < row_count; ++row)
                sum += rows[row];
            const Scalar mean = sum / static_cast<Scalar>(row_count);
            return mean < static_cast<Scalar>(least) ? static_cast<Scalar>(least) : mean;
        }
    };

    template <class Scalar>
    void update_tensor(Scalar* parameters, const Scalar* gradients, Scalar* state,
                       const detail::Matrices& matrices, std::uint64_t step) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        const std::size_t size = matrices.size();
        const double root_size = std::sqrt(static_cast<double>(size)), t = static_cast<double>(step);
        const double rms = detail::norm<Scalar>(
                               size, [](const Vector& parameter) { return parameter; }, parameters) /
                           root_size;
        const double least =
            epsilon1 > 0 ? epsilon1 : static_cast<double>(std::numeric_limits<Scalar>::epsilon());
        // Calls visit(offset, count, column means, move) for all pieces, where u = move(gradient, mean).
        const auto for_each_move = [&](const auto& visit) {
            for (std::size_t matrix = 0; matrix < matrices.count; ++matrix) {
                const Means<Scalar> means(state, matrices, matrix);
                const Scalar mean = means.mean_of_rows(least);
                for_each_piece<Scalar>(
                    matrices, matrix,
                    [&](std::size_t row, std::size_t column, std::size_t offset, std::size_t count) {
                        visit(offset, count, means.columns + column,
                              [factor = Vector(means.factor(row, mean)),
                               least_square = Vector(static_cast<Scalar>(least * least))](
                                  const Vector& gradient, const Vector& square) {
                                  return gradient /
                                         kernels::sqrt(kernels::at_least(factor * square, least_square));
                              });
                    });
            }
        };

        const double share = std::pow(t, beta2_decay);
        for (std::size_t matrix = 0; matrix < matrices.count; ++matrix)
            Means<Scalar>(state, matrices, matrix).remember(gradients, matrices, matrix, share);
        double squares = 0;
        for_each_move([&](std::size_t offset, std::size_t count, const Scalar* columns, const auto& move) {
            const double length = detail::norm<Scalar>(count, move, gradients + offset, columns);
            squares += length * length;
        });
        const double rate = std::max(epsilon2, rms) * std::min(learning_rate, 1 / std::sqrt(t)) /
                            std::max(1.0, std::sqrt(squares) / (root_size * threshold));
        for_each_move([&, minus_rate = Vector(static_cast<Scalar>(-rate)),
                       shrink = Vector(static_cast<Scalar>(1 - learning_rate * weight_decay))](
                          std::size_t offset, std::size_t count, const Scalar* columns, const auto& move) {
            kernels::map<Scalar>(
                count, parameters + offset,
                [&](const Vector& parameter, const Vector& gradient, const Vector& square) {
                    return kernels::fma(minus_rate, move(gradient, square), shrink * parameter);
                },
                parameters + offset, gradients + offset, columns);
        });
    }
};

} // namespace burin::optimizers
