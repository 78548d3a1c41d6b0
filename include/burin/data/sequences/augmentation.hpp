#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/kernels/normal_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

// Changes of a series, `[steps]` or `[steps, channels]`, that leave what it is. Each is a value with its
// options, and what it does is a function of the stream alone. No heap; what is drawn is the same everywhere.
//
//     const sequences::Compose augment{sequences::Jitter{.deviation = 0.03}, sequences::TimeWarp{}};
//     fit(model, train, Fit{.augment = augment});                       // each sample of a batch by itself
//     const data::Loader loader(train, {.workers = 2}, augment.of<128, 3>());
//
// Those of Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's Disease Monitoring using
// Convolutional Neural Networks", ICMI 2017.

namespace burin::data::sequences {

namespace detail {

/// A series at place `at` steps, on the line between two.
template <class Scalar>
Scalar at_place(const Scalar* values, std::size_t steps, Scalar at) noexcept {
    const auto before = std::min(static_cast<std::size_t>(at), steps - 1);
    const Scalar part = at - static_cast<Scalar>(before);
    return before + 1 < steps ? values[before] + part * (values[before + 1] - values[before])
                              : values[before];
}

/// Each channel at these places, in steps, instead of its own.
template <std::size_t Steps, std::size_t Channels, class Scalar>
void resample_in_place(Scalar* sample, const std::array<Scalar, Steps>& places) noexcept {
    std::array<Scalar, Steps> series{};
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        for (std::size_t step = 0; step < Steps; ++step)
            series[step] = sample[step * Channels + channel];
        for (std::size_t step = 0; step < Steps; ++step)
            sample[step * Channels + channel] = at_place(series.data(), Steps, places[step]);
    }
}

/// A smooth curve through Knots values at even distances, from the first step to the last: a cubic between
/// two whose slopes are those between their neighbours (Catmull and Rom), so that it needs no more than
/// these.
template <std::size_t Knots, class Scalar>
Scalar smooth(const std::array<Scalar, Knots>& knots, std::size_t step, std::size_t steps) noexcept {
    if (Knots == 1 || steps < 2)
        return knots[0];
    const Scalar at =
        static_cast<Scalar>(step) * static_cast<Scalar>(Knots - 1) / static_cast<Scalar>(steps - 1);
    const auto i = std::min(static_cast<std::size_t>(at), Knots - 2);
    const Scalar t = at - static_cast<Scalar>(i), a = knots[i], b = knots[i + 1];
    // At the ends the slope is that to the neighbour.
    const Scalar rise = b - a;
    const Scalar left = i > 0 ? (b - knots[i - 1]) / 2 : rise,
                 right = i + 2 < Knots ? (knots[i + 2] - a) / 2 : rise;
    return a + t * (left + t * (3 * rise - 2 * left - right + t * (left + right - 2 * rise)));
}

/// Knots numbers, 1 + deviation · normal.
template <std::size_t Knots, class Scalar>
std::array<Scalar, Knots> around_one(const RandomStream& stream, std::size_t number,
                                     double deviation) noexcept {
    std::array<Scalar, Knots> values{};
    constexpr std::size_t apart = (Knots + 3) / 4 * 4;
    kernels::for_each_normal<Scalar>(
        stream, number * apart, Knots, [&](std::size_t begin, std::size_t count, const Scalar* normal) {
            for (std::size_t i = 0; i < count; ++i)
                values[begin + i] = 1 + static_cast<Scalar>(deviation) * normal[i];
        });
    return values;
}

} // namespace detail

/// To each number comes a normal one of this deviation: noise of sensors.
struct Jitter {
    double deviation = 0.03;

    template <std::size_t Steps, std::size_t Channels, class Scalar>
    void apply(Scalar* sample, const RandomStream& stream) const noexcept {
        kernels::for_each_normal<Scalar>(
            stream, 0, Steps * Channels, [&](std::size_t begin, std::size_t count, const Scalar* normal) {
                for (std::size_t i = 0; i < count; ++i)
                    sample[begin + i] += static_cast<Scalar>(deviation) * normal[i];
            });
    }
};

/// Each channel is multiplied by a factor of its own, 1 + deviation · normal: a sensor that is worn
/// otherwise.
struct Scale {
    double deviation = 0.1;

    template <std::size_t Steps, std::size_t Channels, class Scalar>
    void apply(Scalar* sample, const RandomStream& stream) const noexcept {
        const auto factors = detail::around_one<Channels, Scalar>(stream, 0, deviation);
        for (std::size_t i = 0; i < Steps * Channels; ++i)
            sample[i] *= factors[i % Channels];
    }
};

/// Each channel is multiplied by a smooth curve of its own through Knots numbers 1 + deviation · normal.
template <std::size_t Knots = 6>
struct MagnitudeWarp {
    double deviation = 0.2;

    template <std::size_t Steps, std::size_t Channels, class Scalar>
    void apply(Scalar* sample, const RandomStream& stream) const noexcept {
        for (std::size_t channel = 0; channel < Channels; ++channel) {
            const auto knots = detail::around_one<Knots, Scalar>(stream, channel, deviation);
            for (std::size_t step = 0; step < Steps; ++step)
                sample[step * Channels + channel] *= detail::smooth(knots, step, Steps);
        }
    }
};

/// Time runs faster and slower: its speed is a smooth curve through Knots numbers 1 + deviation · normal, of
/// at least a tenth. The first and the last step stay; values are on the line between two steps. All channels
/// run alike.
template <std::size_t Knots = 6>
struct TimeWarp {
    double deviation = 0.2;

    template <std::size_t Steps, std::size_t Channels, class Scalar>
    void apply(Scalar* sample, const RandomStream& stream) const noexcept {
        if constexpr (Steps > 1) {
            const auto knots = detail::around_one<Knots, Scalar>(stream, 0, deviation);
            std::array<Scalar, Steps> time{};
            for (std::size_t step = 1; step < Steps; ++step)
                time[step] = time[step - 1] + std::max(detail::smooth(knots, step, Steps), Scalar(0.1));
            const Scalar end = time[Steps - 1];
            for (Scalar& at : time)
                at = at / end * static_cast<Scalar>(Steps - 1);
            detail::resample_in_place<Steps, Channels>(sample, time);
        }
    }
};

/// A part of the series, of `share` of its steps from a drawn one on, is stretched to the whole.
struct WindowSlice {
    double share = 0.9; ///< From 0 to 1.

    template <std::size_t Steps, std::size_t Channels, class Scalar>
    void apply(Scalar* sample, const RandomStream& stream) const noexcept {
        if constexpr (Steps > 1) {
            const auto all = static_cast<Scalar>(Steps - 1), part = all * static_cast<Scalar>(share);
            const Scalar begin = (all - part) * static_cast<Scalar>(stream.uniform(0));
            std::array<Scalar, Steps> time{};
            for (std::size_t step = 0; step < Steps; ++step)
                time[step] = begin + part * static_cast<Scalar>(step) / all;
            detail::resample_in_place<Steps, Channels>(sample, time);
        }
    }
};

/// Changes one after the other, each with a stream of its own, so that one that is put between others leaves
/// theirs as they were. For `Fit{.augment = …}`, and by `of` for a Loader or a sample.
template <class... Changes>
struct Compose {
    std::tuple<Changes...> changes;
    static constexpr std::size_t field_count = 1;

    constexpr explicit Compose(Changes... each) : changes(std::move(each)...) {}

    template <std::size_t Steps, std::size_t Channels = 1, class Scalar>
    void apply(Scalar* sample, const RandomStream& stream) const noexcept {
        std::apply(
            [&](const auto&... each) {
                std::uint64_t number = 0;
                (each.template apply<Steps, Channels>(sample, stream_of(stream, number++)), ...);
            },
            changes);
    }

    /// What changes one sample, its steps one after the other, by a stream.
    template <std::size_t Steps, std::size_t Channels = 1>
    constexpr auto of() const noexcept {
        return [own = *this]<class Scalar>(std::span<Scalar> sample, const RandomStream& stream) noexcept {
            BURIN_ASSERT(sample.size() == Steps * Channels, "a sample of other steps or channels");
            own.template apply<Steps, Channels>(sample.data(), stream);
        };
    }

    /// What batch can't be taken is refused when compiling.
    template <class Batch>
    struct Examined {
        static constexpr Sentence problem = [] {
            const auto& shapes = Batch::input_shapes;
            const bool fits = shapes.size() == 1 && (shapes[0].rank == 1 || shapes[0].rank == 2);
            return Sentence(fits ? ""
                                 : "sequences::Compose: expected a network with one input, `[steps]` or "
                                   "`[steps, channels]`");
        }();
    };

    /// Every sample of a batch that is trained on.
    template <class Batch>
        requires requires { Batch::input_shapes; }
    void operator()(Batch& batch, const RandomStream& stream) const noexcept {
        if constexpr (Examined<Batch>::problem.empty()) {
            constexpr Shape shape = Batch::input_shapes[0];
            for (std::size_t row = 0; row < batch.rows; ++row)
                apply<shape[0], shape.size() / shape[0]>(batch.inputs[0].data() + row * shape.size(),
                                                         stream_of(stream, row));
        }
    }
};

} // namespace burin::data::sequences
