#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/audio/level.hpp"
#include "burin/data/audio/noise.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/kernels/normal_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Random changes of one sound, in place, each called as `(std::span<float> sound, const RandomStream&
// stream)`: what a data::Loader takes, and audio::Compose puts in a row. What they draw is a function of
// the stream alone.

namespace burin::data::audio {

namespace detail {

constexpr double between(double low, double high, const RandomStream& stream,
                         std::uint64_t position) noexcept {
    return low + (high - low) * stream.uniform(position);
}

} // namespace detail

/// Louder or softer by some decibels.
struct RandomGain {
    double lowest = -6, highest = 6; ///< dB.

    void operator()(std::span<float> sound, const RandomStream& stream) const noexcept {
        gain(sound, detail::between(lowest, highest, stream, 0));
    }
};

/// Earlier or later.
struct RandomShift {
    std::size_t most = 1600; ///< Samples.
    bool goes_round = false; ///< Whether what leaves at one end comes in at the other.

    void operator()(std::span<float> sound, const RandomStream& stream) const noexcept {
        const std::size_t reach = std::min(most, sound.size());
        const auto drawn =
            static_cast<std::ptrdiff_t>(stream.below(static_cast<std::uint32_t>(2 * reach + 1), 0));
        time_shift(sound, drawn - static_cast<std::ptrdiff_t>(reach), goes_round);
    }
};

/// Ratios of a sound's power to a noise's, drawn evenly between two.
struct SnrRange {
    double lowest = 5, highest = 30; ///< dB.

    /// Within ±200 dB, beyond which there is nothing left of one of them.
    double draw(const RandomStream& stream, std::uint64_t position) const noexcept {
        const double drawn = detail::between(lowest, highest, stream, position);
        return drawn > -200 ? (drawn < 200 ? drawn : 200) : -200;
    }
};

/// With noise of normal distribution at a random ratio to the sound's power. Silence stays.
struct WhiteNoise {
    SnrRange ratio;

    void operator()(std::span<float> sound, const RandomStream& stream) const noexcept {
        const double deviation = std::sqrt(mean_power(sound)) / amplitude_of(ratio.draw(stream, 0));
        kernels::for_each_normal<float>(stream, 4, sound.size(),
                                        [&](std::size_t begin, std::size_t count, const float* normal) {
                                            for (std::size_t i = 0; i < count; ++i)
                                                sound[begin + i] += static_cast<float>(deviation) * normal[i];
                                        });
    }
};

/// With one of several recorded noises, from a random place on, at a random ratio.
///
///     const audio::BackgroundNoise street({data::read_sound("street.wav")}, 16000, {.lowest = 0});
class BackgroundNoise {
  public:
    /// Throws Error unless there are noises, all of this sample rate, the sounds', finite and with samples;
    /// and for ratios beyond ±200 dB.
    BackgroundNoise(std::vector<Sound> noises, std::size_t sample_rate, const SnrRange& ratio = {})
        : noises_(std::move(noises)), ratio_(ratio) {
        if (noises_.empty())
            throw Error("BackgroundNoise: expected at least one noise");
        for (std::size_t i = 0; i < noises_.size(); ++i) {
            const std::string who = "BackgroundNoise: noise " + std::to_string(i);
            detail::require_one_rate(who, {{}, sample_rate}, "a noise", noises_[i]);
            if (noises_[i].samples.empty())
                throw Error(who + ": expected samples, got none");
            detail::require_finite(who, noises_[i].samples);
        }
        for (const double end : {ratio.lowest, ratio.highest})
            detail::require_within("BackgroundNoise", "a ratio in dB", end, -detail::largest_snr,
                                   detail::largest_snr);
    }

    void operator()(std::span<float> sound, const RandomStream& stream) const noexcept {
        const std::vector<float>& noise =
            noises_[stream.below(static_cast<std::uint32_t>(noises_.size()), 0)].samples;
        const std::size_t first = stream.below(static_cast<std::uint32_t>(noise.size()), 1);
        detail::add_at_snr(sound, noise, ratio_.draw(stream, 2), first);
    }

  private:
    std::vector<Sound> noises_;
    SnrRange ratio_;
};

/// Now and then only.
template <class Augmentation>
struct Sometimes {
    double probability = 0.5;
    Augmentation augmentation{};

    template <class Scalar>
    void operator()(std::span<Scalar> sound, const RandomStream& stream) const {
        // A number that no augmentation comes to by itself.
        if (stream.uniform(std::uint64_t{1} << 60) < probability)
            augmentation(sound, stream);
    }
};
template <class Augmentation>
Sometimes(double, Augmentation) -> Sometimes<Augmentation>;

} // namespace burin::data::audio
