#pragma once

#include "burin/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// For each point asked for the `count` nearest others among all, by Euclidean distance, nearest first, of
/// equally near ones the first: `[asked, count]` numbers of points. Points are rows of `width` numbers. Every
/// distance is computed: asked · points · width steps. Throws Error if there are not as many others.
template <class Scalar>
std::vector<std::size_t> nearest_neighbours(std::span<const Scalar> points, std::size_t width,
                                            std::span<const std::size_t> asked, std::size_t count,
                                            std::string_view who = "nearest_neighbours") {
    const std::size_t rows = width == 0 ? 0 : points.size() / width;
    if (rows * width != points.size() || rows == 0)
        throw Error(std::string(who) + ": expected whole points of " + std::to_string(width) +
                    " numbers, got " + std::to_string(points.size()));
    if (count >= rows)
        throw Error(std::string(who) + ": expected at least " + std::to_string(count + 1) +
                    " points, as each has " + std::to_string(count) + " neighbours, got " +
                    std::to_string(rows));
    std::vector<std::size_t> result;
    result.reserve(asked.size() * count);
    std::vector<std::pair<double, std::size_t>> others(rows - 1);
    for (const std::size_t own : asked) {
        const Scalar* const here = points.data() + own * width;
        std::size_t next = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            if (row == own)
                continue;
            const Scalar* const there = points.data() + row * width;
            double sum = 0;
            for (std::size_t i = 0; i < width; ++i) {
                const double difference = static_cast<double>(here[i]) - static_cast<double>(there[i]);
                sum += difference * difference;
            }
            others[next++] = {sum, row};
        }
        std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count), others.end());
        for (std::size_t i = 0; i < count; ++i)
            result.push_back(others[i].second);
    }
    return result;
}

} // namespace burin::data
