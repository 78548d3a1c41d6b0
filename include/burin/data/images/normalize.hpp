#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/view.hpp"
#include "burin/data/scale_problem.hpp"

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>

namespace burin::data::images {

/// (value − mean) / deviation, with one mean and deviation a channel.
template <class T>
constexpr void normalize(View<const T> in, View<T> out, const T* mean, const T* deviation) noexcept {
    for (std::size_t i = 0; i < in.size(); i += in.channels)
        for (std::size_t c = 0; c < in.channels; ++c)
            out.values[i + c] = (in.values[i + c] - mean[c]) / deviation[c];
}

/// A stage of a Pipeline: each channel gets mean 0 and standard deviation 1 over all pixels of all training
/// images; a channel that never varies is only centred. NaN does not count, and stays.
///
///     data::Pipeline<Input<28, 28>, images::Normalize> preparation;
///     preparation.fit(train);
struct Normalize {
    static constexpr Text<64> name() { return "images::Normalize"; }
    static constexpr Sentence problem(Shape input) { return image_problem(input); }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, std::floating_point Scalar>
    struct Fitted {
        std::array<Scalar, channels_of(In)> mean{};
        std::array<Scalar, channels_of(In)> deviation = [] {
            std::array<Scalar, channels_of(In)> ones{};
            for (Scalar& one : ones)
                one = 1;
            return ones;
        }();

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept {
            return data::detail::first_problem(data::detail::scale_problem(deviation),
                                               data::detail::finite_problem(mean));
        }
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            normalize<Scalar>(view_of<In>(in), view_of<In>(out), mean.data(), deviation.data());
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.mean)::value_type;
        const std::size_t channels = fitted.mean.size();
        for (std::size_t c = 0; c < channels; ++c) {
            const auto mean_of = [&](auto value_of) {
                double sum = 0, count = 0;
                for (std::size_t i = 0; i < samples.size(); ++i)
                    for (std::size_t column = c; column < samples.width(); column += channels)
                        if (const double value = samples(i, column); value == value) {
                            sum += value_of(value);
                            ++count;
                        }
                return count > 0 ? sum / count : 0.0;
            };
            const double mean = mean_of([](double value) { return value; });
            const double variance = mean_of([&](double value) { return (value - mean) * (value - mean); });
            if (!(variance < 1e300))
                samples.refuse("expected values whose squares are finite");
            fitted.mean[c] = static_cast<Scalar>(mean);
            fitted.deviation[c] = static_cast<Scalar>(variance > 0 ? std::sqrt(variance) : 1.0);
        }
    }
};

} // namespace burin::data::images
