#pragma once

#include "burin/core/random.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::data::audio {

/// Hides parts of a spectrogram, so that a network learns not to rely on any: SpecAugment.
///
///     const audio::SpecAugment hide{.bands = 20, .time_width = 6};
///     const data::Loader loader(train, {.workers = 2}, hide);                // or
///     fit(model, train, Fit{.augment = audio::Compose{hide}});
///
/// First, time is bent: a frame is drawn that is at least `time_warp` frames from both ends, and moved by up
/// to that many frames; what is before and behind it is stretched and shortened, linearly between frames.
/// Then bands and frames are hidden: each mask is 0 to `width` wide, drawn evenly, and lies anywhere. Park et
/// al., arXiv:1904.08779, of which policy "LD" is two masks each of 27 bands (of 80) and of 100 frames (of
/// some 1,000), time_warp 80.
///
/// Freestanding. What is drawn is a function of the stream alone.
struct SpecAugment {
    std::size_t bands = 40; ///< Numbers of one frame.
    std::size_t time_masks = 2;
    std::size_t time_width = 10; ///< Frames, at most.
    std::size_t frequency_masks = 2;
    std::size_t frequency_width = 4; ///< Bands, at most.
    std::size_t time_warp = 0;       ///< Frames, at most; 0: time is not bent.
    double value = 0; ///< What hidden places become: the mean of the data, 0 where they are standardized.

    /// One sample `[frames, bands]`, in place.
    template <class Scalar>
    constexpr void operator()(std::span<Scalar> image, const RandomStream& stream) const noexcept {
        const std::size_t frames = bands == 0 ? 0 : image.size() / bands;
        if (frames == 0)
            return;
        std::uint64_t position = 0;
        const auto up_to = [&](std::size_t most) {
            return static_cast<std::size_t>(stream.below(static_cast<std::uint32_t>(most + 1), position++));
        };
        if (time_warp > 0 && time_warp < frames && frames - time_warp > time_warp) {
            const std::size_t from = time_warp + up_to(frames - 2 * time_warp - 1);
            bend(image, frames, from, from + up_to(2 * time_warp) - time_warp);
        }
        const auto hidden = static_cast<Scalar>(value);
        for (std::size_t mask = 0; mask < frequency_masks; ++mask) {
            const std::size_t width = up_to(std::min(frequency_width, bands)), first = up_to(bands - width);
            for (std::size_t t = 0; t < frames; ++t)
                for (std::size_t band = first; band < first + width; ++band)
                    image[t * bands + band] = hidden;
        }
        for (std::size_t mask = 0; mask < time_masks; ++mask) {
            const std::size_t width = up_to(std::min(time_width, frames)), first = up_to(frames - width);
            for (std::size_t i = first * bands; i < (first + width) * bands; ++i)
                image[i] = hidden;
        }
    }

  private:
    /// Moves frame `from` to `to`, in place: the source of a frame lies before it everywhere, or behind it
    /// everywhere.
    template <class Scalar>
    constexpr void bend(std::span<Scalar> image, std::size_t frames, std::size_t from,
                        std::size_t to) const noexcept {
        const auto source = [&](std::size_t t) {
            const auto at = static_cast<double>(t), a = static_cast<double>(from),
                       b = static_cast<double>(to);
            const auto last = static_cast<double>(frames - 1);
            if (t <= to)
                return to == 0 ? a : at * a / b;
            return to + 1 == frames ? last : a + (at - b) * (last - a) / (last - b);
        };
        const auto fill = [&](std::size_t t) {
            const double place = source(t);
            const auto before = static_cast<std::size_t>(place);
            const double part = place - static_cast<double>(before);
            for (std::size_t band = 0; band < bands; ++band) {
                const auto here = static_cast<double>(image[before * bands + band]);
                const auto next = static_cast<double>(image[std::min(before + 1, frames - 1) * bands + band]);
                image[t * bands + band] = static_cast<Scalar>(part == 0 ? here : here + part * (next - here));
            }
        };
        if (to >= from)
            for (std::size_t t = frames; t-- > 0;)
                fill(t);
        else
            for (std::size_t t = 0; t < frames; ++t)
                fill(t);
    }
};

} // namespace burin::data::audio
