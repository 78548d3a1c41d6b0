#pragma once

#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace burin::kernels {

// What normalisation over columns needs: each column (a channel) of a matrix has moments of its own. Rows
// follow one another without gaps. A few vectors of columns at a time go down the rows, with their sums and
// constants in registers.

namespace detail {

/// How many rows of few columns are taken as one, so that they are whole vectors.
template <std::size_t Columns, class Scalar>
inline constexpr std::size_t rows_in_a_pass =
    Columns >= 4 * width<Scalar> ? 1 : width<Scalar> / std::gcd(Columns, width<Scalar>);

/// Rows of a block; blocks are added pair by pair.
inline constexpr std::size_t rows_per_block = 4 * terms_per_block;

/// `Vectors` vectors of columns, of which the last has only `Rest` (0: all). `Period` columns are repeated
/// where several rows are taken as one.
template <class Scalar, std::size_t Columns, std::size_t Period, std::size_t Vectors, std::size_t Rest>
struct ColumnGroup {
    static constexpr std::size_t lanes = width<Scalar>;
    static constexpr std::size_t vectors = Vectors;

    std::size_t first = 0;  ///< Offset of its first column in the first row.
    std::size_t column = 0; ///< Its first column.
    std::size_t rows = 0;

    static constexpr std::size_t lanes_of(std::size_t k) {
        return Rest > 0 && k + 1 == Vectors ? Rest : lanes;
    }
    Vector<Scalar> load(const Scalar* matrix, std::size_t row, std::size_t k) const noexcept {
        const Scalar* const from = matrix + first + row * Columns + k * lanes;
        return lanes_of(k) == lanes ? kernels::load(from) : load_partial(from, lanes_of(k));
    }
    void store(Scalar* matrix, std::size_t row, std::size_t k, const Vector<Scalar>& value) const noexcept {
        Scalar* const to = matrix + first + row * Columns + k * lanes;
        if (lanes_of(k) == lanes)
            kernels::store(to, value);
        else
            store_partial(to, value, lanes_of(k));
    }
    /// Those of vector k, of one value for each of `Period` columns.
    Vector<Scalar> values_of(const Scalar* values, std::size_t k) const noexcept {
        if constexpr (is_repeated) {
            Scalar repeated[lanes] = {};
            for (std::size_t i = 0; i < lanes_of(k); ++i)
                repeated[i] = values[(column + k * lanes + i) % Period];
            return kernels::load(repeated);
        } else {
            return in_first_row().load(values, 0, k);
        }
    }
    void set_values(Scalar* values, std::size_t k, const Vector<Scalar>& value) const noexcept
        requires(Columns == Period)
    {
        in_first_row().store(values, 0, k, value);
    }
    void add_to_values(Scalar* values, std::size_t k, const Vector<Scalar>& value) const noexcept {
        if constexpr (is_repeated)
            for_each_lane(value, k, [values](std::size_t c, Scalar more) { values[c] += more; });
        else
            set_values(values, k, values_of(values, k) + value);
    }
    /// Calls f(column, lane) for each lane of vector k.
    template <class Function>
    void for_each_lane(const Vector<Scalar>& value, std::size_t k, const Function& f) const noexcept {
        Scalar values[lanes];
        kernels::store(values, value);
        for (std::size_t i = 0; i < lanes_of(k); ++i)
            f((column + k * lanes + i) % Period, values[i]);
    }

  private:
    static constexpr bool is_repeated = Columns != Period;

    ColumnGroup in_first_row() const noexcept { return {column, column, 1}; }
};

template <class Scalar, std::size_t Columns, std::size_t Period, class Function>
[[gnu::always_inline]] inline void for_each_group(std::size_t first, std::size_t rows,
                                                  const Function& f) noexcept {
    constexpr std::size_t lanes = width<Scalar>, most = 4;
    constexpr std::size_t vectors = (Columns + lanes - 1) / lanes, behind = vectors % most;
    constexpr std::size_t rest = Columns % lanes;
    constexpr std::size_t full = rest > 0 && behind == 0 ? vectors - most : vectors - behind;
    std::size_t column = 0;
    if constexpr (full > 0)
        for (; column < full * lanes; column += most * lanes)
            f(ColumnGroup<Scalar, Columns, Period, most, 0>{first + column, column, rows});
    if constexpr (full < vectors)
        f(ColumnGroup<Scalar, Columns, Period, vectors - full, rest>{first + column, column, rows});
}

/// Calls f(group) for groups that together are all columns of all rows.
template <std::size_t Columns, class Scalar, class Function>
[[gnu::always_inline]] inline void for_each_column_group(std::size_t rows, const Function& f) noexcept {
    constexpr std::size_t at_once = rows_in_a_pass<Columns, Scalar>;
    const std::size_t whole = rows / at_once;
    if constexpr (at_once > 1) {
        if (whole > 0)
            for_each_group<Scalar, at_once * Columns, Columns>(0, whole, f);
        if (const std::size_t rest = rows % at_once; rest > 0)
            for_each_group<Scalar, Columns, Columns>(whole * at_once * Columns, rest, f);
    } else {
        for_each_group<Scalar, Columns, Columns>(0, rows, f);
    }
}

/// Means and sums of squared deviations of so many values.
template <class Number>
struct Moments {
    Number mean;
    Number squares;

    /// Those of these `count` and `others` further values together, by Chan, Golub and LeVeque, "Updating
    /// Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
    template <class Scalar>
    void merge(Scalar count, const Moments& more, Scalar others) noexcept {
        const Number delta = more.mean - mean;
        const Number share(others / (count + others));
        squares = squares + more.squares + delta * delta * (share * Number(count));
        mean = mean + delta * share;
    }
};

/// Those of several vectors of columns, and of how many rows.
template <class Scalar, std::size_t Vectors>
struct BlockMoments {
    Moments<Vector<Scalar>> moments[Vectors];
    Scalar rows;

    friend BlockMoments operator+(BlockMoments a, const BlockMoments& b) noexcept {
        for (std::size_t k = 0; k < Vectors; ++k)
            a.moments[k].merge(a.rows, b.moments[k], b.rows);
        a.rows += b.rows;
        return a;
    }
};

} // namespace detail

/// The mean and the variance (the mean of squared deviations) of each column, in one pass. Squares are of
/// deviations from the mean of the block before, in blocks, whose moments are merged, and means are kept as
/// deviations from the first row: a mean far from 0 costs no digits of either.
template <std::size_t Columns, class Scalar>
void column_moments(const Scalar* x, std::size_t rows, Scalar* mean, Scalar* variance) noexcept {
    constexpr std::size_t at_once = detail::rows_in_a_pass<Columns, Scalar>;
    std::size_t merged[at_once > 1 ? Columns : 1] = {}; // Rows, where several are taken as one.
    if constexpr (at_once > 1) {
        std::fill_n(mean, Columns, Scalar(0));
        std::fill_n(variance, Columns, Scalar(0));
    }
    detail::for_each_column_group<Columns, Scalar>(rows, [&](auto group) {
        using Group = decltype(group);
        constexpr std::size_t vectors = Group::vectors;
        const Vector<Scalar> zero(Scalar(0));
        detail::BlockMoments<Scalar, vectors> block;
        PairwiseSum<detail::BlockMoments<Scalar, vectors>> before;
        for (std::size_t k = 0; k < vectors; ++k)
            block.moments[k] = {zero, zero};
        block.rows = 0;
        for (std::size_t begin = 0; begin < group.rows; begin += detail::rows_per_block) {
            const std::size_t end = std::min(begin + detail::rows_per_block, group.rows);
            Vector<Scalar> sums[vectors], squares[vectors], pivots[vectors];
            for (std::size_t k = 0; k < vectors; ++k) {
                sums[k] = squares[k] = zero;
                pivots[k] = group.values_of(x, k) + block.moments[k].mean;
            }
            for (std::size_t row = begin; row < end; ++row) {
                BURIN_DETAIL_UNROLL
                for (std::size_t k = 0; k < vectors; ++k) {
                    const Vector<Scalar> deviation = group.load(x, row, k) - pivots[k];
                    sums[k] = sums[k] + deviation;
                    squares[k] = fma(deviation, deviation, squares[k]);
                }
            }
            if (begin > 0)
                before.add(block);
            block.rows = static_cast<Scalar>(end - begin);
            for (std::size_t k = 0; k < vectors; ++k) {
                const Vector<Scalar> shift = sums[k] / Vector<Scalar>(block.rows);
                const Vector<Scalar> pivot = pivots[k] - group.values_of(x, k);
                const Vector<Scalar> rest = kernels::fnma<Scalar>(sums[k], shift, squares[k]);
                block.moments[k] = {pivot + shift, at_least(rest, zero)};
            }
        }
        if (group.rows > detail::rows_per_block)
            block = before.total(block);
        const auto& moments = block.moments;
        const auto count = static_cast<Scalar>(group.rows);
        if constexpr (at_once == 1) {
            for (std::size_t k = 0; k < vectors; ++k) {
                group.set_values(mean, k, group.values_of(x, k) + moments[k].mean);
                group.set_values(variance, k, moments[k].squares / Vector<Scalar>(count));
            }
        } else {
            for (std::size_t k = 0; k < vectors; ++k) {
                Scalar squares[Group::lanes];
                store(squares, moments[k].squares);
                std::size_t lane = 0;
                group.for_each_lane(moments[k].mean, k, [&](std::size_t column, Scalar value) {
                    detail::Moments<Scalar> all{mean[column], variance[column]};
                    all.merge(static_cast<Scalar>(merged[column]), {value, squares[lane++]}, count);
                    merged[column] += group.rows;
                    mean[column] = all.mean;
                    variance[column] = all.squares;
                });
            }
        }
    });
    if constexpr (at_once > 1)
        for (std::size_t column = 0; column < Columns; ++column) {
            mean[column] += x[column];
            variance[column] /= static_cast<Scalar>(rows);
        }
}

/// sums = Σ dy and products = Σ dy · (x − mean) of each column.
template <std::size_t Columns, class Scalar>
void column_gradients(const Scalar* x, const Scalar* mean, const Scalar* dy, std::size_t rows, Scalar* sums,
                      Scalar* products) noexcept {
    std::fill_n(sums, Columns, Scalar(0));
    std::fill_n(products, Columns, Scalar(0));
    detail::for_each_column_group<Columns, Scalar>(rows, [&](auto group) {
        constexpr std::size_t vectors = decltype(group)::vectors;
        const Vector<Scalar> zero(Scalar(0));
        Vector<Scalar> means[vectors], block_sums[vectors], block_products[vectors];
        PairwiseSum<Vector<Scalar>> all_sums[vectors], all_products[vectors];
        for (std::size_t k = 0; k < vectors; ++k) {
            means[k] = group.values_of(mean, k);
            block_sums[k] = block_products[k] = zero;
        }
        for (std::size_t begin = 0; begin < group.rows; begin += detail::rows_per_block) {
            const std::size_t end = std::min(begin + detail::rows_per_block, group.rows);
            for (std::size_t k = 0; begin > 0 && k < vectors; ++k) {
                all_sums[k].add(block_sums[k]);
                all_products[k].add(block_products[k]);
                block_sums[k] = block_products[k] = zero;
            }
            for (std::size_t row = begin; row < end; ++row) {
                BURIN_DETAIL_UNROLL
                for (std::size_t k = 0; k < vectors; ++k) {
                    const Vector<Scalar> gradient = group.load(dy, row, k);
                    block_sums[k] = block_sums[k] + gradient;
                    block_products[k] = fma(gradient, group.load(x, row, k) - means[k], block_products[k]);
                }
            }
        }
        for (std::size_t k = 0; k < vectors; ++k) {
            if (group.rows > detail::rows_per_block) {
                block_sums[k] = all_sums[k].total(block_sums[k]);
                block_products[k] = all_products[k].total(block_products[k]);
            }
            group.add_to_values(sums, k, block_sums[k]);
            group.add_to_values(products, k, block_products[k]);
        }
    });
}

/// y = epilogue((x − mean) · scale + shift), with a mean, a scale and a shift for each column. y may be x.
template <std::size_t Columns, class Scalar, class Epilogue>
void scale_columns(const Scalar* x, const Scalar* mean, const Scalar* scale, const Scalar* shift, Scalar* y,
                   std::size_t rows, Epilogue epilogue) noexcept {
    detail::for_each_column_group<Columns, Scalar>(rows, [&](auto group) {
        constexpr std::size_t vectors = decltype(group)::vectors;
        Vector<Scalar> means[vectors], scales[vectors], shifts[vectors];
        for (std::size_t k = 0; k < vectors; ++k) {
            means[k] = group.values_of(mean, k);
            scales[k] = group.values_of(scale, k);
            shifts[k] = group.values_of(shift, k);
        }
        for (std::size_t row = 0; row < group.rows; ++row) {
            BURIN_DETAIL_UNROLL
            for (std::size_t k = 0; k < vectors; ++k)
                group.store(
                    y, row, k,
                    epilogue(Vector<Scalar>(fma(group.load(x, row, k) - means[k], scales[k], shifts[k]))));
        }
    });
}

/// dx = of_gradient · dy + of_deviation · (x − mean) + constant, each for each column. dx may be dy.
template <std::size_t Columns, class Scalar>
void scale_columns_gradient(const Scalar* x, const Scalar* mean, const Scalar* dy, const Scalar* of_gradient,
                            const Scalar* of_deviation, const Scalar* constant, Scalar* dx,
                            std::size_t rows) noexcept {
    detail::for_each_column_group<Columns, Scalar>(rows, [&](auto group) {
        constexpr std::size_t vectors = decltype(group)::vectors;
        Vector<Scalar> means[vectors], factors[vectors], slopes[vectors], constants[vectors];
        for (std::size_t k = 0; k < vectors; ++k) {
            means[k] = group.values_of(mean, k);
            factors[k] = group.values_of(of_gradient, k);
            slopes[k] = group.values_of(of_deviation, k);
            constants[k] = group.values_of(constant, k);
        }
        for (std::size_t row = 0; row < group.rows; ++row) {
            BURIN_DETAIL_UNROLL
            for (std::size_t k = 0; k < vectors; ++k) {
                const Vector<Scalar> deviation = group.load(x, row, k) - means[k];
                const Vector<Scalar> rest = fma(slopes[k], deviation, constants[k]);
                group.store(dx, row, k, fma(factors[k], group.load(dy, row, k), rest));
            }
        }
    });
}

} // namespace burin::kernels
