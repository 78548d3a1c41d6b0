#pragma once

#include "burin/core/random.hpp"
#include "burin/data/moments.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace burin::data {

/// A missing value becomes the mean of the Neighbours training samples that are nearest and have one there.
///
///     using Preparation = data::Pipeline<Input<4>, data::StandardScaler, data::ImputeNearest<5>>;
///
/// The distance is Euclid's over the columns that both samples have, times columns / those; scale the columns
/// before. Samples that share no column with one are no neighbours of it; without any, the mean of the column
/// is put. As scikit-learn's KNNImputer; of neighbours that are equally near, those that come first.
///
/// Training samples are kept as constants, so Donors · columns numbers: all of them, or of more than Donors
/// one drawn (by the seed) from each of as many equal parts. `fit` refuses infinite values and columns that
/// have none but missing ones.
template <std::size_t Neighbours = 5, std::size_t Donors = 256>
struct ImputeNearest {
    static constexpr Text<64> name() {
        return Text<64>("ImputeNearest<").append(Neighbours).append(", ").append(Donors).append(">");
    }
    static constexpr Sentence problem(Shape) {
        if (Neighbours == 0 || Donors < Neighbours)
            return Sentence("expected neighbours from 1 to ")
                .append(Donors)
                .append(", got ")
                .append(Neighbours);
        return {};
    }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, Donors * In.size()> donor{}; ///< One after the other.
        std::array<Scalar, In.size()> mean{};
        std::array<std::uint32_t, 1> count{};

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept { return detail::count_problem(count, 0, Donors); }

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            bool complete = true;
            for (std::size_t c = 0; c < In.size(); ++c) {
                out[c] = in[c];
                complete = complete && in[c] == in[c];
            }
            if (complete)
                return;
            // No distance is NaN: it can't be compared.
            std::array<Scalar, Donors> distance{};
            for (std::size_t d = 0; d < count[0]; ++d)
                distance[d] = distance_to(in, &donor[d * In.size()]);
            for (std::size_t c = 0; c < In.size(); ++c)
                if (in[c] != in[c])
                    out[c] = mean_of_nearest(distance, c);
        }

      private:
        /// Its square over the number of shared columns; infinite without any.
        static constexpr Scalar distance_to(const Scalar* in, const Scalar* other) noexcept {
            Scalar sum = 0;
            std::size_t shared = 0;
            for (std::size_t c = 0; c < In.size(); ++c)
                if (const Scalar difference = in[c] - other[c]; difference == difference) {
                    sum += difference * difference;
                    ++shared;
                }
            return shared > 0 ? sum / static_cast<Scalar>(shared) : std::numeric_limits<Scalar>::infinity();
        }

        constexpr Scalar mean_of_nearest(const std::array<Scalar, Donors>& distance,
                                         std::size_t c) const noexcept {
            std::array<std::uint32_t, Neighbours> nearest{}; // In rising order of distance.
            std::size_t found = 0;
            for (std::uint32_t d = 0; d < count[0]; ++d) {
                const Scalar value = donor[d * In.size() + c];
                if (value != value || distance[d] == std::numeric_limits<Scalar>::infinity() ||
                    (found == Neighbours && !(distance[d] < distance[nearest[found - 1]])))
                    continue;
                std::size_t place = found < Neighbours ? found++ : found - 1;
                for (; place > 0 && distance[d] < distance[nearest[place - 1]]; --place)
                    nearest[place] = nearest[place - 1];
                nearest[place] = d;
            }
            if (found == 0)
                return mean[c];
            Scalar sum = 0;
            for (std::size_t i = 0; i < found; ++i)
                sum += donor[nearest[i] * In.size() + c];
            return sum / static_cast<Scalar>(found);
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.mean)::value_type;
        const std::size_t width = fitted.mean.size(), count = samples.size();
        for (std::size_t c = 0; c < width; ++c)
            fitted.mean[c] = detail::as_constant<Scalar>(
                samples, c, moments_of(detail::present_values(samples, c)).mean());
        const std::size_t kept = count < Donors ? count : Donors;
        const RandomStream stream{samples.seed(), Purpose::splitting, 1};
        for (std::size_t d = 0; d < kept; ++d) {
            const std::size_t begin = d * count / kept, end = (d + 1) * count / kept;
            const std::size_t row = begin + stream.below(static_cast<std::uint32_t>(end - begin), d);
            for (std::size_t c = 0; c < width; ++c)
                fitted.donor[d * width + c] = static_cast<Scalar>(samples(row, c));
        }
        fitted.count[0] = static_cast<std::uint32_t>(kept);
    }
};

} // namespace burin::data
