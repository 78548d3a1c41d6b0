#pragma once

#include "burin/core/random.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

namespace burin::data::audio {

/// Changes of one sample, sounds or spectrograms, one after the other: what a Loader takes, and
/// `Fit{.augment = …}`.
///
///     const audio::Compose change{audio::RandomGain{}, audio::Sometimes{0.5, audio::WhiteNoise{}}};
///     fit(model, train, Fit{.augment = change});                    // each sample of a batch by itself
///     const data::Loader loader(train, {.workers = 2}, change);
///
/// Each is called as `(std::span<Scalar> sample, const RandomStream& stream)`, with a stream of its own, so
/// that one that is put between others leaves theirs as they were. In `Fit` they change the network's first
/// input.
template <class... Changes>
struct Compose {
    std::tuple<Changes...> changes;
    static constexpr std::size_t field_count = 1;

    constexpr explicit Compose(Changes... each) : changes(std::move(each)...) {}

    template <class Scalar>
    constexpr void operator()(std::span<Scalar> sample, const RandomStream& stream) const {
        std::apply(
            [&](const auto&... each) {
                std::uint64_t number = 0;
                (each(sample, stream_of(stream, number++)), ...);
            },
            changes);
    }

    /// Every sample of a batch that is trained on.
    template <class Batch>
        requires requires(Batch& batch) { batch.inputs[0], batch.rows; }
    constexpr void operator()(Batch& batch, const RandomStream& stream) const {
        const std::size_t size = batch.rows == 0 ? 0 : batch.inputs[0].size() / batch.rows;
        for (std::size_t row = 0; row < batch.rows; ++row)
            (*this)(batch.inputs[0].subspan(row * size, size), stream_of(stream, row));
    }
};

} // namespace burin::data::audio
