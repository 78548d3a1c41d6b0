#pragma once

#include "burin/core/text.hpp"
#include "burin/data/audio/cepstrum.hpp"
#include "burin/data/audio/front_end.hpp"

#include <cstddef>
#include <span>

namespace burin::data::audio {

/// A sound `[samples]` becomes log-mel bands `[frames, bands]`: LogMel as a stage of a pipeline, for the
/// computer and the device.
///
///     using Preparation = data::Pipeline<Input<16000>, audio::MelBands<{.bands = 40}>,
///                                        data::StandardScaler>;
///
/// Nothing is learnt. By FrontEnd, of which one lies on the stack meanwhile (3.7 kB with the defaults), in
/// floats, with the same bits on a device as on a computer with one lane. A sample that is not finite makes
/// the frames that it lies in NaN.
template <FrontEndOptions Options = FrontEndOptions{}>
struct MelBands {
    /// With all that the numbers depend on: of one that was saved with others, it is told apart.
    static constexpr Text<128> name() {
        return Text<128>("MelBands<")
            .append(Options.sample_rate)
            .append(" Hz, ")
            .append(Options.window)
            .append("/")
            .append(Options.hop)
            .append("/")
            .append(Options.fft_size)
            .append(", ")
            .append(Options.bands)
            .append(" of ")
            .append(Options.lowest)
            .append(" to ")
            .append(Options.bank().highest)
            .append(" Hz, floor ")
            .append(Options.floor)
            .append(Options.form == Window::hann      ? ""
                    : Options.form == Window::hamming ? ", hamming"
                                                      : ", rectangular")
            .append(Options.scale == MelScale::htk ? "" : ", slaney")
            .append(Options.norm == MelNorm::peak ? ">" : ", area>");
    }

    static constexpr Sentence problem(Shape input) {
        if (!Options.valid())
            return "expected a sample rate, hop and number of bands above 0, a window of at most fft_size "
                   "samples, 0 <= "
                   "lowest < highest <= half the sample rate and a floor above 0";
        if (input.rank != 1)
            return Sentence("expected input `[samples]`, got `").append(input).append("`");
        if (input.size() < Options.window)
            return Sentence("expected at least ")
                .append(Options.window)
                .append(" samples, a frame, got ")
                .append(input.size());
        return {};
    }
    static constexpr Shape output_shape(Shape input) {
        return Shape(1 + (input.size() - Options.window) / Options.hop, Options.bands);
    }

    template <Shape In, class Scalar>
    struct Fitted {
        static void apply(const Scalar* in, Scalar* out) noexcept {
            FrontEnd<Options> front_end;
            const auto write = [&](std::span<const float, Options.bands> bands) {
                for (const float band : bands)
                    *out++ = static_cast<Scalar>(band);
            };
            for (std::size_t i = 0; i < In.size(); ++i) {
                const auto sample = static_cast<float>(in[i]);
                front_end.push(std::span(&sample, 1), write);
            }
        }
    };
};

/// Log-mel bands `[frames, bands]` become the first Coefficients of their cepstrum, `[frames, Coefficients]`:
/// the orthonormal DCT-II of each frame, as Mfcc's. Nothing is learnt; NaN stays within its frame.
///
///     // [98, 13]
///     using Preparation = data::Pipeline<Input<16000>, audio::MelBands<>, audio::MelCepstrum<13>>;
template <std::size_t Coefficients>
struct MelCepstrum {
    static constexpr Text<64> name() { return Text<64>("MelCepstrum<").append(Coefficients).append(">"); }

    static constexpr Sentence problem(Shape input) {
        if (input.rank != 2)
            return Sentence("expected input `[frames, bands]`, got `").append(input).append("`");
        if (Coefficients == 0 || Coefficients > input[1])
            return Sentence("expected 1 to ")
                .append(input[1])
                .append(" coefficients, as many as bands, got ")
                .append(Coefficients);
        return {};
    }
    static constexpr Shape output_shape(Shape input) { return Shape(input[0], Coefficients); }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            for (std::size_t frame = 0; frame < In[0]; ++frame)
                for (const Scalar coefficient : Cepstrum<In[1], Coefficients, Scalar>::of(
                         std::span<const Scalar, In[1]>(in + frame * In[1], In[1])))
                    *out++ = coefficient;
        }
    };
};

} // namespace burin::data::audio
