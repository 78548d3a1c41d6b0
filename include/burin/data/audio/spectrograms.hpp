#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/audio/log_mel.hpp"
#include "burin/data/source.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data::audio {

/// Leaves sounds as they are.
struct KeepSounds {};

/// The sounds of a source as images of their pitches, `[frames, bands]`, each made when it is asked for: a
/// source for data::Loader, which does it on other threads, and changes each sound anew in every epoch before
/// its image is made.
///
///     const data::SoundFolder words("speech", {.sample_rate = 16000});
///     const audio::Spectrograms images(words, {.bands = 40}, audio::Compose{audio::RandomShift{}, street});
///     fit(model, data::Loader(images, {.workers = 2}, audio::SpecAugment{.bands = 40}), Fit{.epochs = 20});
///
/// The source is a SoundFolder, a Dataset of samples, or what data::Loader takes by number; the sounds have
/// one length and the sample rate of the options. The change is called as `(std::span<float> sound, const
/// RandomStream& stream)`; what it draws depends on seed, epoch and the sound's place in the epoch alone. Not
/// used without a Loader's augmentation (`LoadOrder{.augment = false}`). Throws Error for options that make
/// no sense, sounds too short for a frame, a folder of another sample rate, and what the source throws.
template <ReadsByNumber Sounds, class Change = KeepSounds>
class Spectrograms {
  public:
    using TargetType = typename Sounds::TargetType;
    using ScalarType = float;

    explicit Spectrograms(Sounds sounds, const LogMelOptions& options = {}, Change change = {})
        : sounds_(std::move(sounds)), change_(std::move(change)),
          log_mel_(std::make_shared<const LogMel>(options)) {
        if constexpr (requires { sounds_.sample_rate(); })
            if (sounds_.sample_rate() != options.sample_rate)
                throw Error("Spectrograms: expected sounds of " + std::to_string(options.sample_rate) +
                            " Hz, got " + std::to_string(sounds_.sample_rate()));
        if (input_shape().size() == 0)
            throw Error("Spectrograms: expected sounds of at least one frame, got " +
                        std::to_string(sounds_.input_shape().size()) + " samples");
    }

    std::size_t size() const { return sounds_.size(); }
    Shape input_shape() const { return log_mel_->shape(sounds_.input_shape().size()); }
    std::size_t target_size() const { return sounds_.target_size(); }

    void read(std::size_t number, std::span<float> image, std::span<TargetType> target) const {
        make(number, image, target, [](std::span<float>) {});
    }
    void read(std::size_t number, std::span<float> image, std::span<TargetType> target,
              const RandomStream& stream) const {
        make(number, image, target, [&](std::span<float> sound) {
            if constexpr (!std::is_same_v<Change, KeepSounds>)
                change_(sound, stream);
        });
    }

  private:
    template <class Changed>
    void make(std::size_t number, std::span<float> image, std::span<TargetType> target,
              Changed change) const {
        std::vector<float> sound(sounds_.input_shape().size());
        read_sample(sounds_, number, std::span(sound), target);
        change(std::span(sound));
        const std::vector<float> bands = (*log_mel_)(sound);
        std::copy(bands.begin(), bands.end(), image.begin());
    }

    Sounds sounds_;
    Change change_;
    std::shared_ptr<const LogMel> log_mel_; ///< A loader copies its source.
};

template <class Sounds>
Spectrograms(Sounds, LogMelOptions) -> Spectrograms<Sounds, KeepSounds>;
template <class Sounds, class Change>
Spectrograms(Sounds, LogMelOptions, Change) -> Spectrograms<Sounds, Change>;

} // namespace burin::data::audio
