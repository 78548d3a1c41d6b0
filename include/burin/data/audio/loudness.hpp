#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/level.hpp"
#include "burin/data/audio/sound.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace burin::data::audio {

namespace detail {

/// y[n] = b₀ x[n] + b₁ x[n−1] + b₂ x[n−2] − a₁ y[n−1] − a₂ y[n−2].
struct Biquad {
    std::array<double, 3> b{};
    double a1 = 0, a2 = 0;
    double state1 = 0, state2 = 0;

    double operator()(double x) noexcept {
        const double y = b[0] * x + state1;
        state1 = b[1] * x - a1 * y + state2;
        state2 = b[2] * x - a2 * y;
        return y;
    }
};

/// The two filters of BS.1770, at 48 kHz those of its tables; at other rates of the same analogue ones, by
/// the bilinear transform (De Man, "Evaluation of implementations of the EBU R128 loudness measurement",
/// 2018).
struct KWeighting {
    Biquad shelf, high_pass;

    explicit KWeighting(double sample_rate) noexcept {
        {
            const double k = std::tan(std::numbers::pi * 1681.9744509555319 / sample_rate),
                         q = 0.7071752369554193;
            const double high = amplitude_of(3.99984385397), band = std::pow(high, 0.499666774155);
            const double a0 = 1 + k / q + k * k;
            shelf.b = {(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0,
                       (high - band * k / q + k * k) / a0};
            shelf.a1 = 2 * (k * k - 1) / a0;
            shelf.a2 = (1 - k / q + k * k) / a0;
        }
        const double k = std::tan(std::numbers::pi * 38.13547087613982 / sample_rate), q = 0.5003270373253953;
        const double a0 = 1 + k / q + k * k;
        high_pass.b = {1, -2, 1};
        high_pass.a1 = 2 * (k * k - 1) / a0;
        high_pass.a2 = (1 - k / q + k * k) / a0;
    }
    double operator()(double x) noexcept { return high_pass(shelf(x)); }
};

} // namespace detail

/// How loud a sound is as a whole, in LUFS: ITU-R BS.1770-4, "integrated". Each channel is filtered as the
/// head hears it; of blocks of 400 ms, one every 100 ms, those that are above −70 LUFS and at most 10 below
/// the mean of these are averaged. A sine of 1 kHz and full scale is −3.01 LUFS.
///
/// Up to five channels: left, right, centre, left and right surround. Of silence it is −∞. Throws Error for a
/// sound of less than 400 ms, sample rates or lengths that differ, a rate below 4 kHz, a sample that is not
/// finite.
inline double loudness(std::span<const Sound> channels) {
    constexpr std::array weight{1.0, 1.0, 1.0, 1.41, 1.41};
    if (channels.empty() || channels.size() > weight.size())
        throw Error("loudness: expected 1 to 5 channels, got " + std::to_string(channels.size()));
    const std::size_t rate = channels[0].sample_rate, length = channels[0].samples.size();
    if (rate < 4000)
        throw Error("loudness: expected a sample rate of at least 4000 Hz, got " + std::to_string(rate));
    const auto end_of = [&](std::size_t tenths) { return rate / 10 * tenths + rate % 10 * tenths / 10; };
    if (length < end_of(4))
        throw Error("loudness: expected at least " + std::to_string(end_of(4)) + " samples, 400 ms, got " +
                    std::to_string(length));
    return core::within_memory("loudness", [&] {
        std::vector<double> powers; // Of each block.
        for (std::size_t first = 0; end_of(first + 4) <= length; ++first)
            powers.push_back(0);
        for (std::size_t c = 0; c < channels.size(); ++c) {
            detail::require_one_rate("loudness", channels[0], "channels", channels[c]);
            if (channels[c].samples.size() != length)
                throw Error("loudness: channel " + std::to_string(c) + ": expected " +
                            std::to_string(length) + " samples, got " +
                            std::to_string(channels[c].samples.size()));
            detail::require_finite("loudness", channels[c].samples);
            detail::KWeighting filter(static_cast<double>(rate));
            std::vector<double> squares(length);
            for (std::size_t i = 0; i < length; ++i) {
                const double y = filter(static_cast<double>(channels[c].samples[i]));
                squares[i] = y * y;
            }
            for (std::size_t block = 0; block < powers.size(); ++block) {
                double sum = 0;
                for (std::size_t i = end_of(block); i < end_of(block + 4); ++i)
                    sum += squares[i];
                powers[block] += weight[c] * sum / (0.4 * static_cast<double>(rate));
            }
        }
        const auto lufs = [](double power) { return -0.691 + 10 * std::log10(power); };
        const auto mean_above = [&](double threshold) {
            double sum = 0;
            std::size_t count = 0;
            for (const double power : powers)
                if (lufs(power) > threshold) {
                    sum += power;
                    ++count;
                }
            return count == 0 ? 0 : sum / static_cast<double>(count);
        };
        constexpr double absolute = -70;
        const double relative = lufs(mean_above(absolute)) - 10;
        return lufs(mean_above(relative > absolute ? relative : absolute));
    });
}

inline double loudness(const Sound& sound) {
    return loudness(std::span(&sound, 1));
}

/// Brings a sound to a loudness in LUFS: −23 is that of European broadcasting (EBU R 128), −14 that of many
/// players. Silence stays. What then exceeds −1 to 1 is not clipped; `normalize_peak` mends it. Throws Error
/// as `loudness` does.
inline void normalize_loudness(Sound& sound, double target = -23) {
    const double found = loudness(sound);
    if (std::isfinite(found))
        gain(sound.samples, target - found);
}

} // namespace burin::data::audio
