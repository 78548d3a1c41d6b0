#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/text.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>

namespace burin::detail {

/// Numbers of a stream, one after the other.
class Draws {
  public:
    explicit Draws(const RandomStream& stream) noexcept : stream_(stream) {}

    /// In (0, 1).
    double uniform() noexcept { return (static_cast<double>(stream_.word(position_++)) + 0.5) * 0x1p-32; }
    std::size_t below(std::size_t bound) noexcept {
        return stream_.below(static_cast<std::uint32_t>(bound), position_++);
    }
    double normal() noexcept {
        const double radius = std::sqrt(-2 * std::log(uniform()));
        return radius * std::cos(6.28318530717958647692 * uniform());
    }

  private:
    RandomStream stream_;
    std::uint64_t position_ = 0;
};

/// The logarithm of a number of the gamma distribution of this shape: Marsaglia and Tsang, "A Simple Method
/// for Generating Gamma Variables", ACM TOMS 26 (2000), for shape + 1, times u^(1 / shape).
inline double log_gamma_number(double shape, Draws& draws) noexcept {
    const double d = shape + 2.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = draws.normal(), root = 1 + c * x;
        if (root <= 0)
            continue;
        const double v = root * root * root;
        if (std::log(draws.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
            return std::log(d * v) + std::log(draws.uniform()) / shape;
    }
}

/// A number of the distribution Beta(alpha, alpha): near 0 or 1 for a small alpha, near ½ for a large one. 1
/// unless alpha > 0; where alpha is so small or large that a double can't tell, what it then is in the limit.
inline double beta_number(double alpha, Draws& draws) noexcept {
    if (!(alpha > 0))
        return 1;
    if (alpha < 1e-300)
        return draws.uniform() < 0.5 ? 0 : 1;
    if (alpha > 1e15)
        return 0.5;
    const double x = log_gamma_number(alpha, draws), y = log_gamma_number(alpha, draws);
    return 1 / (1 + std::exp(y - x));
}

template <FixedString Who, class Batch>
struct MixedTargets {
    static constexpr Sentence problem = [] {
        Sentence sentence;
        if (std::apply(
                [](auto... each) {
                    return (std::is_same_v<typename decltype(each)::value_type, Label> || ...);
                },
                typename Batch::Targets{}))
            sentence.append(Who.view())
                .append(": expected targets that can be mixed, got labels; use "
                        "`losses::CategoricalCrossentropy{}` with "
                        "`data::one_hot(train, classes)`");
        return sentence;
    }();
};

/// Row `row` of the `rows` in a span.
template <class T>
std::span<T> row_of(std::span<T> all, std::size_t rows, std::size_t row) noexcept {
    const std::size_t size = all.size() / rows;
    return all.subspan(row * size, size);
}

/// Of two vectors each becomes share · itself + (1 − share) · the other.
template <class T>
void mix(std::span<T> a, std::span<T> b, double share) noexcept {
    const auto keep = static_cast<T>(share), take = static_cast<T>(1 - share);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const T before = a[i];
        a[i] = keep * before + take * b[i];
        b[i] = keep * b[i] + take * before;
    }
}

/// Calls visit(row, partner) for each pair: the first and the last sample of a batch, and so on. Batches are
/// shuffled, so that this pairs at random. The one in the middle stays alone.
template <class Visit>
void for_each_pair(std::size_t rows, Visit visit) {
    for (std::size_t row = 0; row < rows / 2; ++row)
        visit(row, rows - 1 - row);
}

/// Mixes targets, and weights where there are any, of each pair of samples.
template <class Batch>
void mix_targets(Batch& batch, double share) noexcept {
    for_each_pair(batch.rows, [&](std::size_t row, std::size_t partner) {
        std::apply(
            [&](auto... targets) {
                (mix(row_of(targets, batch.rows, row), row_of(targets, batch.rows, partner), share), ...);
            },
            batch.targets);
        if (!batch.weights.empty())
            mix(batch.weights.subspan(row, 1), batch.weights.subspan(partner, 1), share);
    });
}

} // namespace burin::detail
