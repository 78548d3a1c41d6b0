#pragma once

#include "burin/data/audio/integer_functions.hpp"
#include "burin/data/audio/micro_bands.hpp"
#include "burin/data/audio/micro_gain.hpp"
#include "burin/data/audio/real_fft.hpp"
#include "burin/data/audio/sliding_frame.hpp"
#include "burin/schedules/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::data::audio {

/// What TensorFlow's microfrontend is asked for. The defaults are those of its keyword spotters
/// (`micro_speech`, microWakeWord), but for the hop: 10 ms, where the former has 20.
struct MicroFrontEndOptions {
    std::size_t sample_rate = 16000; ///< Hertz.
    std::size_t window = 480;        ///< Samples of a frame, 30 ms.
    std::size_t hop = 160;           ///< Samples from one frame to the next, 10 ms; at most `window`.
    std::size_t bands = 40;
    double lowest = 125;           ///< Hertz.
    double highest = 7500;         ///< Hertz.
    int smoothing_bits = 10;       ///< Of the noise that are kept below 1.
    double even_smoothing = 0.025; ///< How much of a frame the estimate of the noise takes: bands 0, 2, …
    double odd_smoothing = 0.06;   ///< and 1, 3, …
    double min_signal_remaining = 0.05; ///< So much of a band is left whatever its noise.
    bool gain_control = true;           ///< Per-channel amplitude normalisation (PCAN).
    double strength = 0.95, offset = 80;
    int gain_bits = 21;
    bool logarithm = true;
    int scale_shift = 6; ///< The logarithm is multiplied by 2^scale_shift.

    constexpr std::size_t fft_size() const noexcept { return std::bit_ceil(window); }
    constexpr bool valid() const noexcept {
        return sample_rate > 0 && window >= 4 && window <= 32768 && hop > 0 && hop <= window && bands > 0 &&
               lowest >= 0 && lowest < highest && highest < static_cast<double>(sample_rate) / 2 &&
               smoothing_bits >= 0 && smoothing_bits < 16 && scale_shift >= 0 && scale_shift < 12;
    }
};

/// The integer front end of TensorFlow's keyword spotters, to the same bits as its
/// `tensorflow/lite/experimental/microfrontend`: a network that was trained on that one's features may be run
/// on this one's, and the other way round.
///
///     static MicroFrontEnd<> front_end;
///     front_end.push(samples, [](std::span<const std::uint16_t, 40> bands) { ... }); // each frame
///
/// Of each frame of 16-bit samples: a Hann window in 12 bits, shifted up as far as 16 bits allow; a 16-bit
/// FFT (`RealFft<std::int16_t, …>`); the root of the energy of each mel band, with 12-bit weights; less an
/// estimate of its noise, smoothed over frames; divided by about that noise (PCAN: Wang et al., "Trainable
/// Frontend For Robust and Far-Field Keyword Spotting", 2017; Lostanlen et al. 2019); and its logarithm ·
/// 2^scale_shift, from 0 to some 670 with the defaults. Features times `feature_scale` are from 0 to about
/// 26, as in microWakeWord.
///
/// Freestanding: integers alone, no heap, everything is a member; tables are constants. The same bits
/// everywhere.
template <MicroFrontEndOptions Options = MicroFrontEndOptions{}>
class MicroFrontEnd {
    static_assert(Options.valid(),
                  "MicroFrontEnd: expected a window of 4 to 32768 samples, a hop of at most that, "
                  "bands, and 0 <= lowest < highest < half the sample rate");

    using Fft = RealFft<std::int16_t, Options.fft_size()>;
    using Bands = detail::MicroBands<Options.bands, Fft::bins>;
    static constexpr int noise_bits = 14, snr_bits = 12, output_bits = 6;
    /// Of the transform's division by its size, less what the weights have added.
    static constexpr int correction_bits = detail::bit_count(Options.fft_size()) - 1 - Bands::bits / 2;
    static constexpr int snr_shift = Options.gain_bits - correction_bits - snr_bits;
    static_assert(!Options.gain_control ||
                      (snr_shift >= 0 && Options.smoothing_bits >= correction_bits && Options.gain_bits < 32),
                  "MicroFrontEnd: expected more gain_bits and smoothing_bits for this window");

  public:
    static constexpr std::size_t bands = Options.bands;
    /// What networks take for 1: 10 / 256.
    static constexpr float feature_scale = 0.0390625F;
    /// A feature in 8 bits, as the networks of `micro_speech` and microWakeWord have their inputs: from 0 to
    /// 26 in 256 steps, of scale 26 / 256 and zero point −128.
    static constexpr std::int8_t eight_bits(std::uint16_t feature) noexcept {
        return static_cast<std::int8_t>(std::min((feature * 256 + 333) / 666, 255) - 128);
    }

    /// Takes 16-bit samples, as many as there are, and calls `ready(std::span<const std::uint16_t, bands>)`
    /// for each frame that they complete. Returns the number of these.
    template <class Ready>
    std::size_t push(std::span<const std::int16_t> samples, Ready&& ready) noexcept {
        std::size_t frames = 0;
        for (const std::int16_t sample : samples)
            if (frame_.push(sample)) {
                compute();
                ready(std::span<const std::uint16_t, bands>(features_));
                ++frames;
            }
        return frames;
    }

    /// As if no sample had been pushed.
    void reset() noexcept {
        frame_.reset();
        noise_ = {};
    }

  private:
    static constexpr int window_bits = 12;
    static constexpr auto window = [] {
        constexpr float pi = 3.14159265358979323846F, step = pi * 2 / static_cast<float>(Options.window);
        std::array<std::int16_t, Options.window> table{};
        for (std::size_t i = 0; i < table.size(); ++i) {
            const double angle = static_cast<double>(step * (static_cast<float>(i) + 0.5F));
            const double turn = angle / 3.14159265358979323846;
            const auto cosine =
                static_cast<float>(schedules::detail::cosine_of_half_turn(turn > 1 ? 2 - turn : turn));
            table[i] = static_cast<std::int16_t>((0.5F - 0.5F * cosine) * (1 << window_bits) + 0.5F);
        }
        return table;
    }();
    static constexpr Bands mel{Options.sample_rate, static_cast<float>(Options.lowest),
                               static_cast<float>(Options.highest)};
    static constexpr detail::MicroGain gain{Options.strength, Options.offset, Options.gain_bits,
                                            Options.gain_control ? Options.smoothing_bits - correction_bits
                                                                 : 0};

    static constexpr std::uint32_t share(double part) noexcept {
        return static_cast<std::uint16_t>(static_cast<float>(part) * (1 << noise_bits));
    }

    std::int16_t windowed(std::size_t i) const noexcept {
        return static_cast<std::int16_t>((frame_[i] * window[i]) >> window_bits);
    }

    void compute() noexcept {
        int loudest = 0;
        for (std::size_t i = 0; i < Options.window; ++i)
            if (const int value = windowed(i); value != -32768) // Its magnitude has no 16 bits.
                loudest = std::max(loudest, value < 0 ? -value : value);
        const int shift = 15 - detail::bit_count(static_cast<unsigned>(loudest));
        Fft::transform(
            [&](std::size_t i) {
                return static_cast<std::int16_t>(i < Options.window ? windowed(i) * (1 << shift) : 0);
            },
            spectrum_.data());

        // What falls in one piece rises in the band after it.
        std::uint64_t rising = 0;
        for (std::size_t piece = 0; piece <= bands; ++piece) {
            std::uint64_t energy = rising;
            rising = 0;
            for (std::size_t bin = mel.first[piece]; bin < mel.first[piece + 1]; ++bin) {
                const auto [re, im] = spectrum_[bin];
                const auto power = static_cast<std::uint32_t>(re * re) + static_cast<std::uint32_t>(im * im);
                energy += std::uint64_t{mel.falling[bin]} * power;
                rising += std::uint64_t{mel.rising[bin]} * power;
            }
            if (piece > 0)
                features_[piece - 1] = finished(piece - 1, detail::root(energy) >> shift);
        }
    }

    /// The feature of a band's magnitude.
    std::uint16_t finished(std::size_t band, std::uint32_t magnitude) noexcept {
        std::uint32_t value = less_noise(band, magnitude);
        if constexpr (Options.gain_control)
            value = at_even_loudness(value, noise_[band]);
        if constexpr (Options.logarithm) {
            if constexpr (correction_bits < 0)
                value >>= -correction_bits;
            else
                value <<= correction_bits;
            value = value > 1 ? detail::integer_logarithm(value, Options.scale_shift) : 0;
        }
        return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, 0xFFFF));
    }

    std::uint32_t less_noise(std::size_t band, std::uint32_t magnitude) noexcept {
        constexpr std::uint64_t even = share(Options.even_smoothing), odd = share(Options.odd_smoothing);
        const std::uint64_t taken = band % 2 == 0 ? even : odd;
        const std::uint32_t scaled = magnitude << Options.smoothing_bits;
        noise_[band] = static_cast<std::uint32_t>(
            (scaled * taken + noise_[band] * ((1 << noise_bits) - taken)) >> noise_bits);
        const std::uint32_t rest = (scaled - std::min(noise_[band], scaled)) >> Options.smoothing_bits;
        const auto least = static_cast<std::uint32_t>(
            (std::uint64_t{magnitude} * share(Options.min_signal_remaining)) >> noise_bits);
        return std::max(rest, least);
    }

    /// x² / 4 up to a signal twice as loud as the noise, x − 1 beyond, in 2⁻⁶.
    static std::uint32_t at_even_loudness(std::uint32_t value, std::uint32_t noise) noexcept {
        const auto factor = static_cast<std::uint32_t>(static_cast<std::int32_t>(gain(noise)));
        const auto x = static_cast<std::uint32_t>((std::uint64_t{value} * factor) >> snr_shift);
        if (x < (std::uint32_t{2} << snr_bits))
            return (x * x) >> (2 + 2 * snr_bits - output_bits);
        return (x >> (snr_bits - output_bits)) - (1 << output_bits);
    }

    SlidingFrame<std::int16_t, Options.window, Options.hop> frame_;
    std::array<Complex<std::int16_t>, Fft::bins> spectrum_{};
    std::array<std::uint32_t, bands> noise_{};
    std::array<std::uint16_t, bands> features_{};
};

} // namespace burin::data::audio
