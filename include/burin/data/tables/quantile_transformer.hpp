#pragma once

#include "burin/data/order_statistics.hpp"
#include "burin/data/tables/normal_quantile.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace burin::data {

/// What the values of a column are distributed as behind `QuantileTransformer`.
enum class Distribution { uniform, normal };

/// Each column's value becomes the share of the training samples below it, or with `Distribution::normal` the
/// number below which a normal one has that probability: whatever the distribution of a column was, it then
/// is that one. Outliers come near to the others.
///
///     using ToNormal = data::QuantileTransformer<100, data::Distribution::normal>;
///     using Preparation = data::Pipeline<Input<4>, ToNormal>;
///
/// Quantiles is how many of them are kept; with fewer training samples, as many as there are. Between them it
/// is linear, and where several are equal it is the middle of their shares. What lies outside of the training
/// samples becomes 0 or 1; for a normal distribution ± 5.2. As scikit-learn's, of all training samples.
/// Missing values, NaN, stay missing and are left out when learning; `fit` refuses infinite values and
/// columns of missing ones.
template <std::size_t Quantiles = 1000, Distribution Output = Distribution::uniform>
struct QuantileTransformer {
    static constexpr Text<64> name() {
        return Text<64>("QuantileTransformer<")
            .append(Quantiles)
            .append(Output == Distribution::normal ? ", normal>" : ">");
    }
    static constexpr Sentence problem(Shape) {
        return Quantiles < 2 ? Sentence("expected at least 2 quantiles, got ").append(Quantiles) : Sentence();
    }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, In.size() * Quantiles> quantile{}; ///< For each column in rising order.
        std::array<std::uint32_t, In.size()> count{};         ///< How many of them a column has.

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept { return detail::count_problem(count, 1, Quantiles); }

        void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t c = 0; c < In.size(); ++c) {
                const Scalar share = share_below(in[c], &quantile[c * Quantiles], count[c]);
                out[c] = Output == Distribution::uniform ? share : normal(in[c], share, c);
            }
        }

      private:
        /// The mean of what interpolation gives from below and from above.
        static Scalar share_below(Scalar x, const Scalar* sorted, std::size_t count) noexcept {
            if (x != x || count == 0)
                return x;
            if (x <= sorted[0])
                return 0;
            if (x >= sorted[count - 1])
                return 1;
            std::size_t below = 0,
                        above = count - 1; // The last that is at most x, the first that is at least x.
            for (std::size_t end = count; end - below > 1;) {
                const std::size_t middle = below + (end - below) / 2;
                (sorted[middle] <= x ? below : end) = middle;
            }
            for (std::size_t begin = 0; begin < above;) {
                const std::size_t middle = begin + (above - begin) / 2;
                if (sorted[middle] >= x)
                    above = middle;
                else
                    begin = middle + 1;
            }
            const auto last = static_cast<Scalar>(count - 1);
            if (sorted[below] == x)
                return static_cast<Scalar>(below + above) / (2 * last);
            return (static_cast<Scalar>(below) + (x - sorted[below]) / (sorted[above] - sorted[below])) /
                   last;
        }

        Scalar normal(Scalar x, Scalar share, std::size_t c) const noexcept {
            constexpr Scalar near = Scalar(1e-7), most = Scalar(5.19933758270342);
            if (x != x || count[c] == 0)
                return x;
            if (share <= 0 || x - near < quantile[c * Quantiles])
                return -most;
            if (share >= 1 || x + near > quantile[c * Quantiles + count[c] - 1])
                return most;
            const Scalar number = normal_quantile(share);
            return number < -most ? -most : number > most ? most : number;
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.quantile)::value_type;
        const std::size_t kept = samples.size() < Quantiles ? samples.size() : Quantiles;
        for (std::size_t c = 0; c < fitted.count.size(); ++c) {
            const auto values = detail::sorted_values(samples, c);
            fitted.count[c] = static_cast<std::uint32_t>(kept);
            Scalar* const quantiles = &fitted.quantile[c * Quantiles];
            for (std::size_t q = 0; q < kept; ++q) {
                const double share = kept < 2 ? 0 : static_cast<double>(q) / static_cast<double>(kept - 1);
                quantiles[q] =
                    detail::as_constant<Scalar>(samples, c, quantile(std::span<const double>(values), share));
                if (q > 0 && quantiles[q] < quantiles[q - 1])
                    quantiles[q] = quantiles[q - 1];
            }
        }
    }
};

} // namespace burin::data
