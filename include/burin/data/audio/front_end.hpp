#pragma once

#include "burin/data/audio/mel.hpp"
#include "burin/data/audio/real_fft.hpp"
#include "burin/data/audio/sliding_frame.hpp"
#include "burin/data/audio/window.hpp"
#include "burin/kernels/functions/logarithm.hpp"
#include "burin/kernels/sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::data::audio {

/// How a device turns a stream of samples into a stream of log-mel bands. The defaults are LogMel's.
struct FrontEndOptions {
    std::size_t sample_rate = 16000; ///< Hertz.
    std::size_t window = 400;        ///< Samples of a frame, 25 ms.
    std::size_t hop = 160;           ///< Samples from one frame to the next, 10 ms.
    std::size_t fft_size = 512;      ///< A power of two.
    std::size_t bands = 40;
    double lowest = 20;  ///< Hertz.
    double highest = 0;  ///< Hertz; 0: half the sample rate.
    double floor = 1e-6; ///< Added to each energy before the logarithm.
    Window form = Window::hann;
    MelScale scale = MelScale::htk;
    MelNorm norm = MelNorm::peak;

    constexpr MelBank bank() const noexcept {
        return {bands, lowest, highest == 0 ? static_cast<double>(sample_rate) / 2 : highest, scale, norm};
    }
    constexpr double hertz(std::size_t bin) const noexcept {
        return static_cast<double>(bin * sample_rate) / static_cast<double>(fft_size);
    }
    constexpr bool valid() const noexcept {
        return sample_rate > 0 && window > 0 && hop > 0 && bands > 0 && window <= fft_size && lowest >= 0 &&
               lowest < bank().highest && bank().highest <= static_cast<double>(sample_rate) / 2 &&
               static_cast<float>(floor) > 0;
    }
};

namespace detail {

/// The weights of all bands that are not 0, one band after the other.
template <FrontEndOptions Options>
struct BandWeights {
    struct Band {
        std::uint16_t first_bin = 0, count = 0;
    };

    static constexpr auto triangles = [] {
        std::array<MelTriangle, Options.bands> all{};
        for (std::size_t band = 0; band < Options.bands; ++band)
            all[band] = Options.bank().triangle(band);
        return all;
    }();

    static constexpr auto bands = [] {
        std::array<Band, Options.bands> all{};
        for (std::size_t band = 0; band < Options.bands; ++band)
            for (std::size_t bin = 0; bin <= Options.fft_size / 2; ++bin)
                if (triangles[band].weight(Options.hertz(bin)) > 0) {
                    if (all[band].count++ == 0)
                        all[band].first_bin = static_cast<std::uint16_t>(bin);
                }
        return all;
    }();

    static constexpr auto weights = [] {
        constexpr std::size_t size = [] {
            std::size_t sum = 0;
            for (const Band& band : bands)
                sum += band.count;
            return sum;
        }();
        std::array<float, size> all{};
        std::size_t next = 0;
        for (std::size_t band = 0; band < Options.bands; ++band)
            for (std::size_t i = 0; i < bands[band].count; ++i)
                all[next++] =
                    static_cast<float>(triangles[band].weight(Options.hertz(bands[band].first_bin + i)));
        return all;
    }();
};

} // namespace detail

/// log(floor + energy) of mel bands, frame by frame, as samples come in: LogMel for a device.
///
///     constexpr FrontEndOptions options{.sample_rate = 8000, .window = 256, .hop = 128, .fft_size = 256};
///     static FrontEnd<options> front_end;
///     front_end.push(samples, [](std::span<const float, 40> bands) { ... }); // for each complete frame
///
/// Its frames are those that LogMel makes of the whole sound, to 2e-4. Freestanding: no heap, everything is a
/// member; window, bands and the circle of the transform are constants. It gives the same bits on a device as
/// on a computer with one lane. A sample that is not finite makes the frames that it lies in NaN, and no
/// other.
template <FrontEndOptions Options = FrontEndOptions{}>
class FrontEnd {
    static_assert(Options.valid(),
                  "FrontEnd: expected a sample rate, hop and number of bands above 0, a window "
                  "of at most fft_size samples, 0 <= lowest < highest <= half the sample rate "
                  "and a floor above 0");

    using Fft = RealFft<float, Options.fft_size>;
    using Bank = detail::BandWeights<Options>;

  public:
    static constexpr std::size_t bands = Options.bands;

    /// Takes samples from -1 to 1, as many as there are, and calls `ready(std::span<const float, bands>)` for
    /// each frame that they complete. Returns the number of these.
    template <class Ready>
    std::size_t push(std::span<const float> samples, Ready&& ready) noexcept {
        std::size_t frames = 0;
        for (const float sample : samples)
            if (frame_.push(sample)) {
                compute();
                ready(std::span<const float, bands>(bands_));
                ++frames;
            }
        return frames;
    }

    /// As if no sample had been pushed.
    void reset() noexcept { frame_.reset(); }

  private:
    // Constants: read as the program runs, clang 19 takes the floor for 0 on WebAssembly.
    static constexpr float floor = static_cast<float>(Options.floor);
    static constexpr auto window = window_table<Options.form, Options.window>();

    void compute() noexcept {
        Fft::transform([&](std::size_t i) { return i < Options.window ? window[i] * frame_[i] : 0.0F; },
                       spectrum_.data());
        for (auto& number : spectrum_)
            number.re = number.re * number.re + number.im * number.im;
        std::size_t next = 0;
        for (std::size_t band = 0; band < bands; ++band) {
            float energy = floor;
            for (std::size_t i = 0; i < Bank::bands[band].count; ++i)
                energy += Bank::weights[next++] * spectrum_[Bank::bands[band].first_bin + i].re;
            bands_[band] = energy;
        }
        kernels::map(
            bands, bands_.data(), [](auto energy) { return kernels::log<float>(energy); }, bands_.data());
    }

    SlidingFrame<float, Options.window, Options.hop> frame_;
    std::array<Complex<float>, Fft::bins> spectrum_{};
    std::array<float, bands> bands_{};
};

} // namespace burin::data::audio
