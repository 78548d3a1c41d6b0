#pragma once

#include "burin/data/moments.hpp"
#include "burin/data/order_statistics.hpp"
#include "burin/data/tables/column.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

namespace burin::data {

/// How numbers are spread; missing ones are left out.
///
///     const data::Spread ages = data::spread_of(table.numbers("age"));
struct Spread {
    std::size_t count = 0; ///< Of those that are not missing.
    double sum = 0;
    double mean = Column::missing;
    /// Of a sample (divided by count − 1), as pandas has it; NaN of fewer than 2.
    double std = Column::missing;
    double min = Column::missing, max = Column::missing;
    double lower_quartile = Column::missing, median = Column::missing, upper_quartile = Column::missing;
};

inline Spread spread_of(std::span<const double> numbers) {
    std::vector<double> sorted;
    sorted.reserve(numbers.size());
    std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(sorted),
                 [](double x) { return !std::isnan(x); });
    Spread spread;
    spread.count = sorted.size();
    if (sorted.empty())
        return spread;
    std::sort(sorted.begin(), sorted.end());
    const Moments moments = moments_of(sorted);
    const auto count = static_cast<double>(sorted.size());
    for (const double x : sorted)
        spread.sum += x;
    spread.mean = moments.mean();
    if (sorted.size() > 1)
        spread.std = moments.deviation() * std::sqrt(count / (count - 1));
    spread.min = sorted.front();
    spread.max = sorted.back();
    spread.lower_quartile = quantile(sorted, 0.25);
    spread.median = quantile(sorted, 0.5);
    spread.upper_quartile = quantile(sorted, 0.75);
    return spread;
}

} // namespace burin::data
