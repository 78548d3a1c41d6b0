#pragma once

#include "burin/core/random.hpp"
#include "burin/data/sample_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

namespace burin::data {

/// Augmentations of one sample, one after the other: what a Loader takes, and `Fit{.augment = …}`.
///
///     const data::Augmentations change{audio::RandomGain{}, audio::Sometimes{0.5, audio::WhiteNoise{}}};
///     fit(model, train, Fit{.augment = change});
///     const data::Loader loader(train, {.workers = 2}, change);
///
/// Each is called as `(std::span<Scalar> sample, const RandomStream& stream)`. Every sample of a batch and
/// every augmentation has random numbers of its own. In `Fit` they change the network's first input.
template <class... Each>
struct Augmentations {
    std::tuple<Each...> each;

    constexpr Augmentations() = default;
    constexpr explicit Augmentations(Each... all)
        requires(sizeof...(Each) > 0)
        : each(std::move(all)...) {}

    template <class Scalar>
    constexpr void operator()(std::span<Scalar> sample, const RandomStream& stream) const {
        std::uint64_t number = 0;
        std::apply(
            [&](const auto&... augment) {
                (augment(sample, sample_stream(stream.seed, stream.substream, number++)), ...);
            },
            each);
    }

    /// A batch of `fit`: each row for itself.
    template <class Batch>
        requires requires(Batch& batch) { batch.inputs[0], batch.rows; }
    constexpr void operator()(Batch& batch, const RandomStream& stream) const {
        const std::size_t size = batch.rows == 0 ? 0 : batch.inputs[0].size() / batch.rows;
        for (std::size_t row = 0; row < batch.rows; ++row)
            (*this)(batch.inputs[0].subspan(row * size, size),
                    sample_stream(stream.seed, stream.substream, row));
    }
};

} // namespace burin::data
