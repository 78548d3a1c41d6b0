#pragma once

#include "burin/core/error.hpp"
#include "burin/data/audio/sound.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace burin::data::audio {

/// The mean of several channels. Throws Error unless they have one sample rate and one length.
inline Sound mono(std::span<const Sound> channels) {
    if (channels.empty())
        throw Error("mono: expected a channel, got none");
    Sound result{std::vector<float>(channels[0].samples.size()), channels[0].sample_rate};
    for (const Sound& channel : channels) {
        detail::require_one_rate("mono", channels[0], "channels", channel);
        if (channel.samples.size() != result.samples.size())
            throw Error("mono: expected channels of " + std::to_string(result.samples.size()) +
                        " samples, got " + std::to_string(channel.samples.size()));
    }
    for (std::size_t i = 0; i < result.samples.size(); ++i) {
        double sum = 0;
        for (const Sound& channel : channels)
            sum += static_cast<double>(channel.samples[i]);
        result.samples[i] = static_cast<float>(sum / static_cast<double>(channels.size()));
    }
    return result;
}

/// Left and right of a sound at a place from −1 (left) over 0 (both, at −3 dB) to 1 (right): cos and sin of
/// π/4 · (1 + place), so that the power is the same at every place.
inline std::array<Sound, 2> pan(const Sound& sound, double place) {
    detail::require_within("pan", "a place", place, -1, 1);
    std::array<Sound, 2> sides{sound, sound};
    const double angle = std::numbers::pi / 4 * (1 + place);
    for (std::size_t i = 0; i < sound.samples.size(); ++i) {
        sides[0].samples[i] *= static_cast<float>(std::cos(angle));
        sides[1].samples[i] *= static_cast<float>(std::sin(angle));
    }
    return sides;
}

} // namespace burin::data::audio
