#pragma once

#include "burin/core/text.hpp"
#include "burin/data/moments.hpp"
#include "burin/data/order_statistics.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::data {

/// Where the edges of bins are: at equal distances, so that each has as many training samples, or half-way
/// between the centres of k-means.
enum class Bins { uniform, quantile, kmeans };

/// What `Binning` may be told besides.
struct BinningOptions {
    bool one_hot = false; ///< A column for each bin, with 1 for its own, instead of the bin's number.
};

/// Each column's value becomes the number of its bin, 0 to Count − 1; a bin has its lower edge, not its upper
/// one, and what lies beyond the outer edges belongs to the outer bins. As scikit-learn's KBinsDiscretizer.
///
///     using Fifths = data::Binning<5, data::Bins::quantile>;
///     using Preparation = data::Pipeline<Input<4>, data::On<data::ColumnsAt<1>, Fifths>>;
///
/// A column that never varies has one bin; bins that would be narrower than 10⁻⁸ are left out (`quantile`,
/// `kmeans`), so that a column may have fewer than Count. Missing values, NaN, are left out when learning and
/// stay missing (zeros with `one_hot`). `fit` refuses infinite values and columns of missing ones.
template <std::size_t Count, Bins Where = Bins::uniform, BinningOptions Options = BinningOptions{}>
struct Binning {
    static constexpr Text<64> name() {
        return Text<64>("Binning<")
            .append(Count)
            .append(Where == Bins::uniform    ? ""
                    : Where == Bins::quantile ? ", quantile"
                                              : ", kmeans")
            .append(Options.one_hot ? ", one_hot>" : ">");
    }
    static constexpr Sentence problem(Shape input) {
        if (Count < 2)
            return Sentence("expected at least 2 bins, got ").append(Count);
        return Options.one_hot && input.rank != 1
                   ? Sentence("expected input `[columns]`, got `").append(input).append("`")
                   : Sentence();
    }
    static constexpr Shape output_shape(Shape input) {
        return Options.one_hot ? Shape(input.size() * Count) : input;
    }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, In.size() * (Count - 1)>
            edge{};                                  ///< For each column those between bins, in rising order.
        std::array<std::uint32_t, In.size()> bins{}; ///< How many bins a column has.

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept { return detail::count_problem(bins, 1, Count); }

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t c = 0; c < In.size(); ++c) {
                const bool missing = in[c] != in[c];
                std::size_t bin = 0;
                while (bin + 1 < bins[c] && in[c] >= edge[c * (Count - 1) + bin])
                    ++bin;
                if constexpr (Options.one_hot)
                    for (std::size_t b = 0; b < Count; ++b)
                        out[c * Count + b] = Scalar(!missing && b == bin);
                else
                    out[c] = missing ? in[c] : static_cast<Scalar>(bin);
            }
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.edge)::value_type;
        for (std::size_t c = 0; c < fitted.bins.size(); ++c) {
            const auto values = detail::sorted_values(samples, c);
            std::array<double, Count + 1> edges{};
            std::size_t count = 0; // Of the edges, the outer ones among them.
            if (values.front() < values.back()) {
                count = Count + 1;
                edges = edges_of(values);
                if (Where != Bins::uniform)
                    count = without_narrow(edges);
            }
            fitted.bins[c] = static_cast<std::uint32_t>(count > 2 ? count - 1 : 1);
            for (std::size_t e = 1; e + 1 < count; ++e)
                fitted.edge[c * (Count - 1) + e - 1] = detail::as_constant<Scalar>(samples, c, edges[e]);
        }
    }

  private:
    using Edges = std::array<double, Count + 1>;

    static Edges evenly(double low, double high) {
        Edges edges{};
        const double step = (high - low) / static_cast<double>(Count);
        for (std::size_t e = 0; e < Count; ++e)
            edges[e] = low + static_cast<double>(e) * step;
        edges[Count] = high;
        return edges;
    }

    template <class Values>
    static Edges edges_of(const Values& sorted) {
        if constexpr (Where == Bins::uniform) {
            return evenly(sorted.front(), sorted.back());
        } else if constexpr (Where == Bins::quantile) {
            Edges edges{};
            for (std::size_t e = 0; e <= Count; ++e)
                edges[e] = averaged_quantile(sorted, static_cast<double>(e) / static_cast<double>(Count));
            return edges;
        } else {
            return edges_of_clusters(sorted);
        }
    }

    /// Leaves out edges that are no more than 1e-8 above the one before; how many stay.
    static std::size_t without_narrow(Edges& edges) {
        std::size_t count = 1;
        double before = edges[0];
        for (std::size_t e = 1; e <= Count; ++e) {
            const double edge = edges[e];
            if (edge - before > 1e-8)
                edges[count++] = edge;
            before = edge;
        }
        return count;
    }

    /// Lloyd's algorithm in one dimension, from the middles of even bins until no centre moves much. As
    /// scikit-learn's KMeans, a centre without values moves to the value that is farthest from its own.
    template <class Values>
    static Edges edges_of_clusters(const Values& sorted) {
        Edges edges = evenly(sorted.front(), sorted.back());
        std::array<double, Count> centre{}, next{};
        for (std::size_t b = 0; b < Count; ++b)
            centre[b] = (edges[b] + edges[b + 1]) * 0.5;
        const double deviation = moments_of(sorted).deviation();
        double moved = 0;
        std::size_t round = 0;
        do {
            std::array<std::size_t, Count> members{};
            next = {};
            for (std::size_t i = 0, b = 0; i < sorted.size(); ++i) {
                while (b + 1 < Count && sorted[i] - centre[b] > centre[b + 1] - sorted[i])
                    ++b;
                ++members[b];
                next[b] += sorted[i];
            }
            for (std::size_t b = 0; b < Count; ++b)
                if (members[b] == 0)
                    move_farthest(sorted, centre, members, next, b);
            moved = 0;
            for (std::size_t b = 0; b < Count; ++b) {
                next[b] /= static_cast<double>(members[b]);
                moved += (next[b] - centre[b]) * (next[b] - centre[b]);
            }
            std::sort(next.begin(), next.end());
            centre = next;
        } while (moved > 1e-4 * deviation * deviation && ++round < 300);
        for (std::size_t b = 1; b < Count; ++b)
            edges[b] = (centre[b - 1] + centre[b]) * 0.5;
        return edges;
    }

    /// Takes the value that is farthest from its centre from that one's cluster, for the empty one.
    template <class Values>
    static void move_farthest(const Values& sorted, const std::array<double, Count>& centre,
                              std::array<std::size_t, Count>& members, std::array<double, Count>& sums,
                              std::size_t empty) {
        double farthest = -1, value = 0;
        std::size_t from = 0;
        for (std::size_t i = 0, b = 0; i < sorted.size(); ++i) {
            while (b + 1 < Count && sorted[i] - centre[b] > centre[b + 1] - sorted[i])
                ++b;
            bool taken = false; // By an empty cluster before this one.
            for (std::size_t other = 0; other < empty; ++other)
                taken = taken || (members[other] == 1 && sums[other] == sorted[i]);
            if (const double distance = std::abs(sorted[i] - centre[b]);
                distance > farthest && members[b] > 1 && !taken) {
                farthest = distance;
                value = sorted[i];
                from = b;
            }
        }
        if (farthest < 0) { // There are fewer values than bins.
            members[empty] = 1;
            sums[empty] = centre[empty];
            return;
        }
        --members[from];
        sums[from] -= value;
        members[empty] = 1;
        sums[empty] = value;
    }
};

} // namespace burin::data
