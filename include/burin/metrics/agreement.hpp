#pragma once

#include "burin/metrics/class_counts.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

// Scores of a matrix of counts: `matrix[right · classes + named]` is how often class `right` was the right
// one and `named` was named.

namespace burin::metrics {

/// How far apart two classes are for Cohen's kappa: all the same, by |i − j|, or by (i − j)². The latter are
/// for classes with an order, such as grades.
enum class Disagreement { equal, linear, quadratic };

/// The sum of a row (`right`) or of a column (`named`).
constexpr double row_sum(const double* matrix, std::size_t classes, std::size_t row) noexcept {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c)
        sum += matrix[row * classes + c];
    return sum;
}
constexpr double column_sum(const double* matrix, std::size_t classes, std::size_t column) noexcept {
    double sum = 0;
    for (std::size_t r = 0; r < classes; ++r)
        sum += matrix[r * classes + column];
    return sum;
}

/// The counts of one class.
constexpr ClassCount class_count(const double* matrix, std::size_t classes, std::size_t index) noexcept {
    const double right = matrix[index * classes + index];
    return {right, column_sum(matrix, classes, index) - right, row_sum(matrix, classes, index) - right};
}

/// Cohen's kappa: 1 − Σ w·counts / Σ w·expected, where chance is expected from the sums of rows and columns.
/// 1 is full agreement, 0 is that of chance. NaN where all are of one class, or there are none (scikit-learn:
/// `replace_undefined_by=nan`).
/// J. Cohen, "A coefficient of agreement for nominal scales", 1960.
constexpr double cohen_kappa(const double* matrix, std::size_t classes,
                             Disagreement disagreement = Disagreement::equal) noexcept {
    double all = 0, observed = 0, expected = 0;
    for (std::size_t r = 0; r < classes; ++r)
        all += row_sum(matrix, classes, r);
    for (std::size_t r = 0; r < classes; ++r) {
        const double right = row_sum(matrix, classes, r);
        for (std::size_t c = 0; c < classes; ++c) {
            const double distance = static_cast<double>(r < c ? c - r : r - c);
            const double weight = disagreement == Disagreement::equal    ? (r == c ? 0 : 1)
                                  : disagreement == Disagreement::linear ? distance
                                                                         : distance * distance;
            observed += weight * matrix[r * classes + c];
            if (weight != 0)
                expected += weight * right * column_sum(matrix, classes, c);
        }
    }
    return expected == 0 ? std::numeric_limits<double>::quiet_NaN() : 1 - observed * all / expected;
}

/// Matthews's correlation coefficient, of any number of classes: from −1 to 1, and 0 for chance, and where
/// all that is right or all that is named is of one class (as in scikit-learn). J. Gorodkin, "Comparing two
/// K-category assignments by a K-category correlation coefficient", 2004.
inline double matthews(const double* matrix, std::size_t classes) noexcept {
    double all = 0, right = 0, both = 0, rows = 0, columns = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        const double row = row_sum(matrix, classes, c), column = column_sum(matrix, classes, c);
        all += row;
        right += matrix[c * classes + c];
        both += row * column;
        rows += row * row;
        columns += column * column;
    }
    const double product = (all * all - columns) * (all * all - rows);
    return product == 0 ? 0 : (right * all - both) / std::sqrt(product);
}

} // namespace burin::metrics
