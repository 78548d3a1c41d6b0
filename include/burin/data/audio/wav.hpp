#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/data/audio/sound_header.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/read_file.hpp"
#include "burin/io/atomic_file.hpp"

#include <sndfile.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

namespace detail {

/// A file in memory, as libsndfile wants to see it.
struct MemoryFile {
    std::vector<char> bytes;
    sf_count_t position = 0;

    static SF_VIRTUAL_IO calls() {
        SF_VIRTUAL_IO io{};
        io.get_filelen = [](void* self) { return static_cast<sf_count_t>(of(self).bytes.size()); };
        io.seek = [](sf_count_t offset, int whence, void* self) {
            MemoryFile& file = of(self);
            const sf_count_t base = whence == SEEK_SET   ? 0
                                    : whence == SEEK_CUR ? file.position
                                                         : static_cast<sf_count_t>(file.bytes.size());
            file.position = std::max<sf_count_t>(base + offset, 0);
            return file.position;
        };
        io.read = [](void* to, sf_count_t count, void* self) {
            MemoryFile& file = of(self);
            const auto left = static_cast<sf_count_t>(file.bytes.size()) - file.position;
            count = std::clamp<sf_count_t>(count, 0, std::max<sf_count_t>(left, 0));
            if (count > 0)
                std::memcpy(to, file.bytes.data() + file.position, static_cast<std::size_t>(count));
            file.position += count;
            return count;
        };
        io.write = [](const void* from, sf_count_t count, void* self) {
            MemoryFile& file = of(self);
            const auto end = static_cast<std::size_t>(file.position + count);
            // It is called through C, which an exception must not cross.
            try {
                if (file.bytes.size() < end)
                    file.bytes.resize(end);
            } catch (const std::exception&) {
                return sf_count_t{0};
            }
            if (count > 0)
                std::memcpy(file.bytes.data() + file.position, from, static_cast<std::size_t>(count));
            file.position += count;
            return count;
        };
        io.tell = [](void* self) { return of(self).position; };
        return io;
    }

  private:
    static MemoryFile& of(void* self) { return *static_cast<MemoryFile*>(self); }
};

/// Calls begin(channels, sample_rate), then take(frame, channel, sample) for all samples of a sound file.
template <class Begin, class Take>
void read_samples(const std::string& path, const ReadOptions& options, Begin begin, Take take) {
    MemoryFile file{read_file(path, options.max_bytes)};
    check_sound_header(file.bytes, path);
    SF_VIRTUAL_IO calls = MemoryFile::calls();
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> sound(sf_open_virtual(&calls, SFM_READ, &info, &file),
                                                            sf_close);
    if (sound == nullptr)
        throw Error(path + ": expected a sound file, got something else: " + sf_strerror(nullptr));
    // Piece by piece: the number of frames that a header claims may be more than there is memory for.
    constexpr std::size_t piece = 4096;
    const auto channels = static_cast<std::size_t>(info.channels);
    std::vector<float> interleaved(piece * channels);
    const std::size_t kept = begin(channels, static_cast<std::size_t>(info.samplerate));
    std::size_t count = 0;
    for (;;) {
        const sf_count_t frames = sf_readf_float(sound.get(), interleaved.data(), piece);
        if (frames <= 0)
            break;
        for (std::size_t i = 0; i < static_cast<std::size_t>(frames); ++i, ++count)
            for (std::size_t c = 0; c < channels; ++c) {
                const float sample = interleaved[i * channels + c];
                if (!std::isfinite(sample) && !options.allow_not_finite)
                    throw Error(path + ": sample " + std::to_string(count) + ", channel " +
                                std::to_string(c) + ": expected a finite number, got " + number_text(sample));
                take(c, sample);
            }
        if (count > options.max_bytes / sizeof(float) / kept)
            throw Error(path + ": expected at most " + std::to_string(options.max_bytes) +
                        " bytes after unpacking, got more");
    }
    if (static_cast<sf_count_t>(count) != info.frames)
        throw Error(path + ": expected " + std::to_string(info.frames) + " samples, got " +
                    std::to_string(count));
}

/// What libsndfile calls `format` and `numbers`, messages `name`; `most` samples a file.
inline void write_sound(const std::string& path, std::span<const float> samples, std::size_t sample_rate,
                        int format, const char* name, int numbers = SF_FORMAT_PCM_16,
                        std::size_t most = std::size_t{1} << 30) {
    const auto nan = std::find_if(samples.begin(), samples.end(), [](float x) { return std::isnan(x); });
    if (nan != samples.end())
        throw Error(path + ": sample " + std::to_string(nan - samples.begin()) +
                    ": expected a number, got nan");
    if (samples.size() > most)
        throw Error(path + ": expected at most " + std::to_string(most) + " samples, got " +
                    std::to_string(samples.size()));
    core::within_memory(path, [&] {
        MemoryFile file;
        SF_VIRTUAL_IO calls = MemoryFile::calls();
        SF_INFO info{};
        info.channels = 1;
        info.samplerate = static_cast<int>(std::min<std::size_t>(sample_rate, INT_MAX));
        info.format = format | numbers;
        SNDFILE* const sound =
            sample_rate > INT_MAX ? nullptr : sf_open_virtual(&calls, SFM_WRITE, &info, &file);
        if (sound == nullptr)
            throw Error(path + ": expected a sample rate that " + name + " knows, got " +
                        std::to_string(sample_rate) + ": " + sf_strerror(nullptr));
        sf_command(sound, SFC_SET_CLIPPING, nullptr, SF_TRUE);
        // Of floats it would tell the peak, and when that was.
        sf_command(sound, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
        const auto count = static_cast<sf_count_t>(samples.size());
        const sf_count_t written = sf_write_float(sound, samples.data(), count);
        const bool closed = sf_close(sound) == 0;
        if (written != count || !closed)
            throw Error(path + ": expected to write " + std::to_string(count) + " samples, got " +
                        std::to_string(written));
        // libsndfile begins a FLAC file with its first sample.
        if (file.bytes.empty())
            throw Error(path + ": expected at least 1 sample, got 0");
        io::write_file(path, std::as_bytes(std::span(file.bytes)));
    });
}

} // namespace detail

/// Reads a sound file (WAV, FLAC and what else libsndfile knows), plain or gzip; several channels become
/// their mean. A stream of WAV, whose header does not know its length (0, 0xFFFFFFFF, or 0x7FFF0000 to
/// 0x80000000), is read to its end.
///
/// Throws Error, naming offset or sample: if the file is none; if it has fewer samples than its header tells
/// (WAV, RF64, AIFF, AU, CAF, FLAC; of others there is what libsndfile gives); for a sample that is not
/// finite, unless `options` allow it; if the file, or its samples as floats, exceed `options.max_bytes`.
inline Sound read_sound(const std::string& path, const ReadOptions& options = {}) {
    return core::within_memory(path, [&] {
        Sound result;
        std::size_t channels = 0;
        double sum = 0;
        detail::read_samples(
            path, options,
            [&](std::size_t count, std::size_t sample_rate) {
                channels = count;
                result.sample_rate = sample_rate;
                return std::size_t{1};
            },
            [&](std::size_t channel, float sample) {
                sum = (channel == 0 ? 0 : sum) + static_cast<double>(sample);
                if (channel + 1 == channels)
                    result.samples.push_back(static_cast<float>(sum / static_cast<double>(channels)));
            });
        return result;
    });
}

/// The same, each channel for itself: left, right and so on. `audio::mono` makes one of them.
inline std::vector<Sound> read_channels(const std::string& path, const ReadOptions& options = {}) {
    return core::within_memory(path, [&] {
        std::vector<Sound> result;
        detail::read_samples(
            path, options,
            [&](std::size_t count, std::size_t sample_rate) {
                result.assign(count, Sound{{}, sample_rate});
                return count;
            },
            [&](std::size_t channel, float sample) { result[channel].samples.push_back(sample); });
        return result;
    });
}

/// What a file's samples are: integers, for which what exceeds -1 to 1, infinity too, is clipped, or the
/// floats as they are.
enum class SampleFormat { int16, float32 };

/// Writes a WAV file. The file is written whole or not at all. Throws Error, also for NaN and for more
/// samples than WAV can have (2 GiB).
inline void write_wav(const std::string& path, std::span<const float> samples, std::size_t sample_rate,
                      SampleFormat format = SampleFormat::int16) {
    const bool is_float = format == SampleFormat::float32;
    detail::write_sound(path, samples, sample_rate, SF_FORMAT_WAV, "WAV",
                        is_float ? SF_FORMAT_FLOAT : SF_FORMAT_PCM_16,
                        std::size_t{1} << (is_float ? 29 : 30));
}

/// The same as FLAC, which takes about half the space and loses nothing of the 16 bits. It has at least one
/// sample.
inline void write_flac(const std::string& path, std::span<const float> samples, std::size_t sample_rate) {
    detail::write_sound(path, samples, sample_rate, SF_FORMAT_FLAC, "FLAC");
}

} // namespace burin::data
