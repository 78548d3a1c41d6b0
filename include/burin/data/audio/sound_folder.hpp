#pragma once

// Needs libsndfile.

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/audio/wav.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/class_folder.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

struct SoundFolderOptions {
    std::size_t sample_rate = 0; ///< Hertz that every file must have; 0: that of the first file.
    /// Samples of each sound, for SoundFolder: shorter ones end in silence, of longer ones the beginning is
    /// taken. 0: one second.
    std::size_t length = 0;
    std::vector<std::string> endings = {".wav", ".flac"}; ///< As in ClassFolderOptions, and so the next two.
    std::vector<std::string> classes{};
    bool skip_others = false;
    ReadOptions read{}; ///< `max_bytes` is that of one file.
};

/// The sounds of a folder that has a subfolder for each class (`list_class_folder`), each read when it is
/// asked for: a source for Loader, whose samples have one axis.
///
/// ```cpp
/// const data::SoundFolder words("speech", {.sample_rate = 16'000}); // speech/yes/1.wav, speech/no/1.flac
/// const data::Sound first = words.sound(0);                         // of its own length
/// fit(model, data::Loader(words, {.workers = 2}), Fit{.epochs = 10});
/// ```
///
/// All files must have one sample rate: throws Error, naming the file and both rates, where one has another,
/// and as `list_class_folder` and `read_sound` do.
class SoundFolder {
  public:
    using TargetType = Label;
    using ScalarType = float;

    explicit SoundFolder(const std::string& path, const SoundFolderOptions& options = {})
        : folder_(list_class_folder(path, {options.endings, options.classes, options.skip_others})),
          options_(options) {
        if (options_.sample_rate == 0)
            options_.sample_rate = read_sound(folder_.files[0], options_.read).sample_rate;
        if (options_.length == 0)
            options_.length = options_.sample_rate;
    }

    std::size_t size() const noexcept { return folder_.files.size(); }
    bool empty() const noexcept { return folder_.files.empty(); }
    Shape input_shape() const noexcept { return Shape(options_.length); }
    std::size_t target_size() const noexcept { return 1; }
    std::size_t sample_rate() const noexcept { return options_.sample_rate; }
    /// Their names, by label; the paths of the sounds, and the label of each.
    const std::vector<std::string>& classes() const noexcept { return folder_.classes; }
    const std::vector<std::string>& files() const noexcept { return folder_.files; }
    const std::vector<Label>& labels() const noexcept { return folder_.labels; }

    /// Sound `number`, which is below size(), of its own length.
    Sound sound(std::size_t number) const {
        Sound sound = read_sound(folder_.files[number], options_.read);
        if (sound.sample_rate != options_.sample_rate)
            throw Error(folder_.files[number] + ": expected " + std::to_string(options_.sample_rate) +
                        " Hz, as the others, got " + std::to_string(sound.sample_rate) +
                        " Hz; resample it first");
        return sound;
    }

    /// Fills the spans with a sound, cut or filled up with silence, and its label.
    void read(std::size_t number, std::span<float> input, std::span<Label> target) const {
        const Sound whole = sound(number);
        const std::size_t count = std::min(input.size(), whole.samples.size());
        std::copy_n(whole.samples.begin(), count, input.begin());
        std::fill(input.begin() + static_cast<std::ptrdiff_t>(count), input.end(), 0.0F);
        target[0] = folder_.labels[number];
    }

  private:
    ClassFolder folder_;
    SoundFolderOptions options_;
};

} // namespace burin::data
