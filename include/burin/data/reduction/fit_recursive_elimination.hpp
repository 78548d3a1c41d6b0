#pragma once

// Needs Eigen.

#include "burin/data/reduction/eliminate.hpp"
#include "burin/data/reduction/fit_selection.hpp"
#include "burin/data/reduction/points.hpp"
#include "burin/data/reduction/recursive_elimination.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace burin::data {

namespace detail {

/// How much each of some features matters to a ridge regression on the targets, of which there are `outputs`
/// a sample: the sum of its squared weights. Nothing of it depends on the means.
class RidgeImportance {
  public:
    RidgeImportance(std::span<const double> points, std::size_t width, std::span<const double> targets,
                    std::size_t outputs, double alpha)
        : alpha_(alpha) {
        const auto rows = static_cast<Eigen::Index>(points.size() / width);
        const auto matrix = [&](std::span<const double> numbers, std::size_t columns) {
            Eigen::MatrixXd result(rows, static_cast<Eigen::Index>(columns));
            for (std::size_t i = 0; i < numbers.size(); ++i)
                result(static_cast<Eigen::Index>(i / columns), static_cast<Eigen::Index>(i % columns)) =
                    numbers[i];
            result.rowwise() -= Eigen::RowVectorXd(result.colwise().mean());
            return result;
        };
        const Eigen::MatrixXd x = matrix(points, width), y = matrix(targets, outputs);
        squares_ = x.transpose().lazyProduct(x);
        products_ = x.transpose().lazyProduct(y);
    }

    std::vector<double> operator()(std::span<const std::size_t> features) const {
        const auto count = static_cast<Eigen::Index>(features.size());
        Eigen::MatrixXd squares(count, count), products(count, products_.cols());
        for (Eigen::Index a = 0; a < count; ++a) {
            const auto own = static_cast<Eigen::Index>(features[static_cast<std::size_t>(a)]);
            products.row(a) = products_.row(own);
            for (Eigen::Index b = 0; b < count; ++b)
                squares(a, b) =
                    squares_(own, static_cast<Eigen::Index>(features[static_cast<std::size_t>(b)]));
            squares(a, a) += alpha_;
        }
        const Eigen::LDLT<Eigen::MatrixXd> solver(squares);
        std::vector<double> importance(features.size());
        for (Eigen::Index output = 0; output < products.cols(); ++output) {
            const Eigen::VectorXd weights = solver.solve(Eigen::VectorXd(products.col(output)));
            for (std::size_t i = 0; i < importance.size(); ++i)
                importance[i] +=
                    weights(static_cast<Eigen::Index>(i)) * weights(static_cast<Eigen::Index>(i));
        }
        return importance;
    }

  private:
    double alpha_;
    Eigen::MatrixXd squares_, products_;
};

/// Each class against the others, +1 and −1; of two classes one is enough.
inline std::vector<double> class_targets(std::span<const Label> labels, std::size_t& outputs) {
    const std::size_t classes = labels.empty() ? 1 : std::size_t{std::ranges::max(labels)} + 1;
    outputs = classes <= 2 ? 1 : classes;
    std::vector<double> targets;
    for (const Label label : labels)
        for (std::size_t c = classes - outputs; c < classes; ++c)
            targets.push_back(label == c ? 1 : -1);
    return targets;
}

} // namespace detail

template <std::size_t Features, RidgeWeights Weights>
template <class F, class Samples>
void RecursiveElimination<Features, Weights>::fit(F& fitted, const Samples& samples) {
    const std::vector<double> points = detail::finite_points(samples);
    std::size_t outputs = 1;
    const std::vector<double> targets = [&] {
        if constexpr (Weights.classes)
            return detail::class_targets(detail::labels_of(samples), outputs);
        else
            return detail::targets_of(samples);
    }();
    const detail::RidgeImportance importance(points, samples.width(), targets, outputs, Weights.alpha);
    detail::set_selection(fitted,
                          eliminate_recursively(samples.width(), Features, Weights.step, importance).kept);
}

} // namespace burin::data
