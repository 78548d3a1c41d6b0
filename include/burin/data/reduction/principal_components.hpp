#pragma once

// Needs Eigen.

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/number_text.hpp"
#include "burin/kernels/normal_numbers.hpp"

#include <Eigen/Core>
#include <Eigen/Householder>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

/// The directions in which points vary most, the first one most of all.
struct PrincipalComponents {
    std::vector<double> mean;
    std::vector<double> components; ///< [count, width], each of length 1, its largest number positive.
    std::vector<double> singular_values;
    std::vector<double> explained_variance;       ///< σ²/(n − 1): the variance along each.
    std::vector<double> explained_variance_ratio; ///< The same, divided by the variance of all features.
};

/// How `principal_components` finds them where few of many are wanted: the range of the points' matrix, found
/// by multiplying it with random columns and some power iterations. As scikit-learn's `randomized_svd`.
struct RandomizedSolver {
    std::size_t oversamples = 10; ///< Columns more than components.
    std::size_t iterations = 0;   ///< 0: 7 where less than a tenth of the components are wanted, else 4.
    std::uint64_t seed = 0;
    /// The columns, `[width or points, whichever is less, components + oversamples]`, or none: they are
    /// drawn.
    std::span<const double> columns{};
};

namespace detail {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;

constexpr Eigen::Index index(std::size_t number) noexcept {
    return static_cast<Eigen::Index>(number);
}

/// The factor R of A = QR, of a matrix with at least as many rows as columns.
inline Matrix triangle_of(Matrix a) {
    const Eigen::Index rows = a.rows(), columns = a.cols();
    Eigen::VectorXd scratch(columns);
    for (Eigen::Index k = 0; k < columns; ++k) {
        double tau = 0, beta = 0;
        a.col(k).tail(rows - k).makeHouseholderInPlace(tau, beta);
        a.coeffRef(k, k) = beta;
        if (k + 1 < columns)
            a.bottomRightCorner(rows - k, columns - k - 1)
                .applyHouseholderOnTheLeft(a.col(k).tail(rows - k - 1), tau, scratch.data());
    }
    Matrix r = Matrix::Zero(columns, columns);
    for (Eigen::Index k = 0; k < columns; ++k)
        r.col(k).head(k + 1) = a.col(k).head(k + 1);
    return r;
}

/// Makes the columns orthonormal, each against those before it, twice for rounding. One that depends on those
/// becomes 0.
inline void orthonormalise(Matrix& a) {
    for (Eigen::Index k = 0; k < a.cols(); ++k) {
        const double before = a.col(k).norm();
        for (int pass = 0; pass < 2; ++pass)
            for (Eigen::Index earlier = 0; earlier < k; ++earlier)
                a.col(k) -= a.col(earlier).dot(a.col(k)) * a.col(earlier);
        const double length = a.col(k).norm();
        if (length > 1e-13 * before)
            a.col(k) /= length;
        else
            a.col(k).setZero();
    }
}

struct RightVectors {
    Matrix vectors; ///< In columns.
    Eigen::VectorXd values;
};

/// Singular values and right singular vectors.
inline RightVectors right_vectors(const Matrix& a) {
    using Solver = Eigen::JacobiSVD<Matrix, Eigen::NoQRPreconditioner>;
    if (a.rows() >= a.cols()) {
        const Solver solved(triangle_of(a), Eigen::ComputeFullV);
        return {solved.matrixV(), solved.singularValues()};
    }
    // Of the transpose A' = QR, R = U S V': A' = (Q U) S V', and Q U = A' V / S.
    const Solver solved(triangle_of(a.transpose()), Eigen::ComputeFullV);
    RightVectors result{a.transpose() * solved.matrixV(), solved.singularValues()};
    const double least =
        result.values(0) * std::numeric_limits<double>::epsilon() * static_cast<double>(a.cols());
    for (Eigen::Index k = 0; k < result.vectors.cols(); ++k)
        if (result.values(k) > least)
            result.vectors.col(k) /= result.values(k);
        else
            result.vectors.col(k).setZero();
    return result;
}

inline RightVectors right_vectors(const Matrix& a, std::size_t count, const RandomizedSolver& solver) {
    const auto rows = static_cast<std::size_t>(a.rows()), columns = static_cast<std::size_t>(a.cols());
    const std::size_t least = std::min(rows, columns), width = count + solver.oversamples;
    const std::size_t iterations = solver.iterations > 0 ? solver.iterations : 10 * count < least ? 7 : 4;
    // From the shorter side, as fewer numbers are drawn.
    const bool transposed = rows < columns;
    Matrix random(index(least), index(width));
    if (!solver.columns.empty() && solver.columns.size() != least * width)
        throw Error("RandomizedSolver: expected " + std::to_string(least) + " x " + std::to_string(width) +
                    " numbers in .columns, got " + std::to_string(solver.columns.size()));
    const auto place = [&](std::size_t i, double value) {
        random(index(i / width), index(i % width)) = value;
    };
    for (std::size_t i = 0; i < solver.columns.size(); ++i)
        place(i, solver.columns[i]);
    if (solver.columns.empty())
        kernels::for_each_normal<double>(RandomStream{solver.seed, Purpose::preparing}, 0, least * width,
                                         [&](std::size_t first, std::size_t many, const double* numbers) {
                                             for (std::size_t i = 0; i < many; ++i)
                                                 place(first + i, numbers[i]);
                                         });
    const auto forward = [&](const Matrix& q) {
        return transposed ? Matrix(a.transpose() * q) : Matrix(a * q);
    };
    const auto back = [&](const Matrix& q) { return transposed ? Matrix(a * q) : Matrix(a.transpose() * q); };
    for (std::size_t i = 0; i < iterations; ++i) {
        Matrix range = forward(random);
        orthonormalise(range);
        random = back(range);
        orthonormalise(random);
    }
    Matrix range = forward(random);
    orthonormalise(range);
    if (!transposed)
        return right_vectors(Matrix(range.transpose() * a));
    // The range is that of A', so A' = Q (A Q)' and with the vectors V of A Q: those of A are Q V.
    RightVectors small = right_vectors(Matrix(a * range));
    return {range * small.vectors, std::move(small.values)};
}

/// The points less their mean, and what comes of their vectors. `find` is what finds these.
template <class Find>
PrincipalComponents components_of(std::span<const double> points, std::size_t width, std::size_t count,
                                  std::string_view who, const Find& find) {
    const std::size_t rows = width == 0 ? 0 : points.size() / width;
    if (rows * width != points.size() || rows < 2)
        throw Error(std::string(who) + ": expected two or more points of " + std::to_string(width) +
                    " numbers, got " + std::to_string(points.size()) + " numbers");
    if (count == 0 || count > std::min(rows - 1, width))
        throw Error(std::string(who) + ": expected 1 to " + std::to_string(std::min(rows - 1, width)) +
                    " components of " + std::to_string(rows) + " points with " + std::to_string(width) +
                    " features, got " + std::to_string(count));
    Matrix a(index(rows), index(width));
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!std::isfinite(points[i]))
            throw Error(std::string(who) + ": point " + std::to_string(i / width) + ", feature " +
                        std::to_string(i % width) + ": expected a finite number, got " +
                        number_text(points[i]));
        a(index(i / width), index(i % width)) = points[i];
    }
    const Eigen::RowVectorXd mean = a.colwise().mean();
    a.rowwise() -= mean;
    // By a power of two, which changes no digit: squares of very large or small numbers are then in range.
    int exponent = 0;
    const double largest = a.cwiseAbs().maxCoeff();
    std::frexp(largest, &exponent);
    const double unit = largest > 0 ? std::ldexp(1.0, exponent - 1) : 1;
    a /= unit;
    const double all = a.squaredNorm() / static_cast<double>(rows - 1);
    const RightVectors found = find(a);
    PrincipalComponents result;
    result.mean.assign(mean.data(), mean.data() + width);
    for (std::size_t k = 0; k < count; ++k) {
        const auto column = found.vectors.col(index(k));
        Eigen::Index place = 0;
        column.cwiseAbs().maxCoeff(&place);
        const double sign = column(place) < 0 ? -1 : 1;
        for (std::size_t f = 0; f < width; ++f)
            result.components.push_back(sign * column(index(f)));
        const double value = found.values(index(k));
        const double variance = value * value / static_cast<double>(rows - 1);
        result.singular_values.push_back(value * unit);
        result.explained_variance.push_back(variance * unit * unit);
        result.explained_variance_ratio.push_back(all > 0 ? variance / all : 0);
    }
    return result;
}

} // namespace detail

/// The first `count` principal components of points, rows of `width` numbers: as scikit-learn's `PCA`. A
/// direction in which nothing varies may come as zeros. Throws Error for numbers that are not finite, and
/// unless there are more points than components.
inline PrincipalComponents principal_components(std::span<const double> points, std::size_t width,
                                                std::size_t count,
                                                std::string_view who = "principal_components") {
    return core::within_memory(who, [&] {
        return detail::components_of(points, width, count, who,
                                     [](const detail::Matrix& a) { return detail::right_vectors(a); });
    });
}
inline PrincipalComponents principal_components(std::span<const double> points, std::size_t width,
                                                std::size_t count, const RandomizedSolver& solver,
                                                std::string_view who = "principal_components") {
    return core::within_memory(who, [&] {
        return detail::components_of(points, width, count, who, [&](const detail::Matrix& a) {
            return detail::right_vectors(a, count, solver);
        });
    });
}

} // namespace burin::data
