// Sound files that are cut short, streamed, packed too well, or hold what is no sound.

#include "burin/data/audio/log_mel.hpp"
#include "burin/data/audio/wav.hpp"

#include "support/allocations.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace data = burin::data;

namespace {

using namespace std::string_literals;

constexpr std::uint32_t unknown = 0xFFFFFFFF;

std::string number(std::uint64_t value, std::size_t size = 4, bool big_endian = false) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<char>(value >> (8 * (big_endian ? size - 1 - i : i)) & 0xFF));
    return bytes;
}

std::string chunk(std::string_view id, std::string_view content, std::size_t length) {
    std::string bytes = std::string(id) + number(length) + std::string(content);
    return content.size() % 2 == 1 ? bytes + '\0' : bytes;
}
std::string chunk(std::string_view id, std::string_view content) {
    return chunk(id, content, content.size());
}

/// One channel of 8,000 samples a second: whole numbers of 16 bits (1) or floats (3).
std::string format(unsigned code = 1, unsigned bytes = 2, unsigned channels = 1) {
    return chunk("fmt ", number(code, 2) + number(channels, 2) + number(8000) +
                             number(8000 * bytes * channels) + number(bytes * channels, 2) +
                             number(8 * bytes, 2));
}

std::string riff(const std::string& chunks, std::size_t length) {
    return "RIFF" + number(length) + "WAVE" + chunks;
}
std::string riff(const std::string& chunks) {
    return riff(chunks, chunks.size() + 4);
}

/// So many samples of 16 bits: 1/32768, 2/32768 and so on.
std::string samples(std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i)
        bytes += number(i + 1, 2);
    return bytes;
}

std::string floats(const std::vector<float>& values) {
    std::string bytes;
    for (const float value : values)
        bytes += number(std::bit_cast<std::uint32_t>(value));
    return bytes;
}

/// A file whose content is told by the test.
struct SoundFile {
    TemporaryDirectory directory;
    std::string path = directory / "sound.wav";

    std::size_t count(const std::string& bytes) const {
        write_bytes(path, bytes);
        const data::Sound sound = data::read_sound(path);
        for (std::size_t i = 0; i < sound.samples.size(); ++i)
            CHECK(sound.samples[i] == static_cast<float>(static_cast<std::int16_t>(i + 1)) / 32768);
        return sound.samples.size();
    }
    /// The message without the path.
    std::string error(const std::string& bytes, const data::ReadOptions& options = {}) const {
        write_bytes(path, bytes);
        const std::string message = error_of([&] { data::read_sound(path, options); });
        return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
    }
};

} // namespace

TEST_CASE("read_sound: a WAV file cut short is an Error, wherever it is cut") {
    const SoundFile file;
    const std::string whole = riff(format() + chunk("data", samples(40'000)));
    CHECK(file.count(whole) == 40'000);
    CHECK(file.error(whole.substr(0, 44 + 40'000)) ==
          "offset 36: expected 80000 bytes of samples, got 40000");
    CHECK(file.error(whole.substr(0, 43)) ==
          "offset 36: expected the samples (the chunk data), got the end of the file");
    CHECK(file.error(whole.substr(0, whole.size() - 1)) ==
          "offset 36: expected 80000 bytes of samples, got 79999");
    const std::string small = riff(chunk("LIST", "INFOabc") + format() + chunk("data", samples(3)));
    for (std::size_t length = 0; length < small.size(); ++length) {
        CAPTURE(length);
        CHECK(file.error(small.substr(0, length)) != "(nothing was thrown)");
    }
    CHECK(file.error(riff(chunk("LIST", "INFO", 1000) + format())) ==
          "offset 12: expected 1000 bytes of the chunk 'LIST', got 28");
    CHECK(file.error(riff(format() + "\x1b[2J" + number(9))).ends_with("of the chunk '\\x1B[2J', got 0"));
}

TEST_CASE("read_sound: a stream of WAV is read to its end") {
    const SoundFile file;
    for (const std::uint32_t length : {0u, unknown, 0x7FFFF000u, 0x7FFF0000u, 0x80000000u})
        for (const std::uint32_t all : {0u, 8u, 36u, unknown, 0x7FFFF024u}) {
            CAPTURE(length);
            CAPTURE(all);
            CHECK(file.count(riff(format() + chunk("data", samples(1000), length), all)) == 1000);
            CHECK(file.count(riff(format() + chunk("LIST", "INFOab") + chunk("data", samples(7), length),
                                  all)) == 7);
        }
    CHECK(file.count(riff(format() + chunk("data", "", unknown), unknown)) == 0);
    // One that is closed and has no samples is no stream.
    CHECK(file.count(riff(format() + chunk("data", "") + chunk("LIST", "INFOabcd"))) == 0);
    CHECK(file.count(riff(format() + chunk("data", ""))) == 0);
    // 0x7FFEFFFF is a length as any other.
    CHECK(file.error(riff(format() + chunk("data", samples(2), 0x7FFEFFFE))) ==
          "offset 36: expected 2147418110 bytes of samples, got 4");
}

TEST_CASE("read_sound: chunks stand before and behind the samples, of odd length too") {
    const SoundFile file;
    CHECK(file.count(riff(chunk("LIST", "INFOabc") + format() + chunk("junk", "x") +
                          chunk("data", samples(5)) + chunk("LIST", "INFOabcd"))) == 5);
    // Written without the zero that belongs behind an odd length.
    CHECK(file.count(riff(format() + chunk("data", samples(5)) + "LIST" + number(3) + "abc")) == 5);
    // What it says of itself in front may be wrong, as long as the samples are there.
    CHECK(file.count(riff(format() + chunk("data", samples(5)), 1'000'000)) == 5);
}

TEST_CASE("read_sound: RF64 has the length of its samples in a chunk of its own") {
    const SoundFile file;
    const auto long_form = [](std::uint64_t all, std::uint64_t length, std::size_t count) {
        return "RF64" + number(unknown) + "WAVE" +
               chunk("ds64", number(all, 8) + number(length, 8) + number(length / 2, 8) + number(0)) +
               format() + chunk("data", samples(count), unknown);
    };
    const std::size_t all = long_form(0, 0, 100).size() - 8;
    CHECK(file.count(long_form(all, 200, 100)) == 100);
    CHECK(file.error(long_form(all, 400, 100)) == "offset 72: expected 400 bytes of samples, got 200");
    CHECK(file.count(long_form(0, 0, 100)) == 100);
    CHECK(file.count(long_form(~std::uint64_t{0}, ~std::uint64_t{0}, 100)) == 100);
}

TEST_CASE("read_sound: other formats cut short are an Error, too, where they tell their length") {
    const SoundFile file;
    for (const int kind : std::initializer_list<int>{
             SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_WAV, SF_FORMAT_RF64, SF_FORMAT_FLAC,
             SF_FORMAT_WAV | SF_ENDIAN_BIG, SF_FORMAT_W64, SF_FORMAT_CAF}) {
        CAPTURE(kind);
        SF_INFO info{};
        info.channels = 1;
        info.samplerate = 8000;
        info.format = kind | SF_FORMAT_PCM_16;
        SNDFILE* const sound = sf_open(file.path.c_str(), SFM_WRITE, &info);
        REQUIRE(sound != nullptr);
        std::vector<short> values;
        for (int i = 1; i <= 3000; ++i)
            values.push_back(static_cast<short>(i));
        CHECK(sf_write_short(sound, values.data(), 3000) == 3000);
        sf_close(sound);
        const std::string whole = bytes_of(file.path);
        CHECK(file.count(whole) == 3000);
        const bool told = kind != SF_FORMAT_W64;
        CHECK((file.error(whole.substr(0, whole.size() / 2)) != "(nothing was thrown)") == told);
    }
}

TEST_CASE("read_sound: FLAC cut short is an Error, wherever it is cut; so is one with a byte of it changed") {
    const SoundFile file;
    std::vector<float> values;
    for (int i = 1; i <= 400; ++i)
        values.push_back(static_cast<float>(i) / 32768);
    data::write_flac(file.path, values, 8000);
    const std::string whole = bytes_of(file.path);
    CHECK(file.count(whole) == 400);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        const std::string message = file.error(whole.substr(0, length));
        CHECK(message != "(nothing was thrown)");
        CHECK(message.size() < 300);
    }
    // The sums of its frames tell; what is said of the file in front may be read or refused.
    for (std::size_t place = 0; place < whole.size(); ++place) {
        std::string changed = whole;
        changed[place] = static_cast<char>(changed[place] ^ 0x10);
        CHECK(file.error(changed, {.max_bytes = 1'000'000}).size() < 300);
    }
}

TEST_CASE("read_sound: a sample that is not finite is refused where it is, unless it is asked for") {
    const SoundFile file;
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();
    const auto sound = [](const std::vector<float>& values, unsigned channels) {
        return riff(format(3, 4, channels) + chunk("data", floats(values)));
    };
    CHECK(file.error(sound({0, 0.5F, nan, 1}, 1)) ==
          "sample 2, channel 0: expected a finite number, got nan");
    CHECK(file.error(sound({0, 0.5F, 0, -infinity}, 2)) ==
          "sample 1, channel 1: expected a finite number, got -inf");
    const data::Sound taken = data::read_sound(file.path, {.allow_not_finite = true});
    CHECK(taken.samples == std::vector<float>{0.25F, -infinity});
    // The mean of large samples is one.
    write_bytes(file.path, sound({3e38F, 3e38F}, 2));
    CHECK(data::read_sound(file.path).samples == std::vector<float>{3e38F});
    std::string large = number(std::bit_cast<std::uint64_t>(1e300), 8);
    CHECK(file.error(riff(format(3, 8) + chunk("data", large))) ==
          "sample 0, channel 0: expected a finite number, got inf");
}

TEST_CASE("read_sound: little that becomes much has a limit") {
    const SoundFile file;
    SF_INFO info{};
    info.channels = 1;
    info.samplerate = 8000;
    info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    SNDFILE* const sound = sf_open(file.path.c_str(), SFM_WRITE, &info);
    REQUIRE(sound != nullptr);
    const std::vector<short> silence(10'000'000);
    CHECK(sf_write_short(sound, silence.data(), 10'000'000) == 10'000'000);
    sf_close(sound);
    const std::string bytes = bytes_of(file.path);
    REQUIRE(bytes.size() < 100'000);
    CHECK(file.error(bytes, {.max_bytes = 1'000'000}) ==
          "expected at most 1000000 bytes after unpacking, got more");
    allocations::most = allocations::current + 10'000'000;
    const std::string error = file.error(bytes);
    allocations::most = std::numeric_limits<std::size_t>::max();
    CHECK(error == "expected what fits into memory, got more");
}

TEST_CASE("write_wav: refuses what is no sound") {
    const SoundFile file;
    const auto error = [&](const std::vector<float>& values, std::size_t rate) {
        return error_of([&] { data::write_wav(file.path, values, rate); });
    };
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(error({0, std::nanf("")}, 8000) == file.path + ": sample 1: expected a number, got nan");
    CHECK(error({0}, (std::size_t{1} << 32) + 8000)
              .starts_with(file.path + ": expected a sample rate that WAV knows, got 4294975296"));
    CHECK(error({0}, 0).starts_with(file.path + ": expected a sample rate that WAV knows, got 0"));
    CHECK(file.directory.names().empty());
    CHECK(error({infinity, -infinity, 1e30F}, 8000) == "(nothing was thrown)");
    const data::Sound sound = data::read_sound(file.path);
    CHECK(sound.samples == std::vector<float>{32767.0F / 32768, -1, 32767.0F / 32768});
}

TEST_CASE("LogMel: a sample that is not finite makes its frames NaN, and no other") {
    const data::LogMel log_mel;
    for (const float odd : {std::nanf(""), std::numeric_limits<float>::infinity()})
        for (const std::size_t place : {std::size_t{0}, std::size_t{600}, std::size_t{1199}}) {
            std::vector<float> sound(1200, 0.1F);
            sound[place] = odd;
            const std::vector<float> bands = log_mel(sound);
            REQUIRE(bands.size() == 6 * 40);
            for (std::size_t i = 0; i < bands.size(); ++i) {
                const std::size_t first = i / 40 * 160;
                CHECK(std::isnan(bands[i]) == (place >= first && place < first + 400));
            }
        }
    std::vector<float> loud(400, 1e30F);
    for (const float value : log_mel(loud))
        CHECK(std::isfinite(value));
}

TEST_CASE("LogMel: options that no memory is enough for are an Error") {
    const auto error = [](const data::LogMelOptions& options) {
        return error_of([&] { data::LogMel{options}; });
    };
    CHECK(error({.fft_size = (std::size_t{1} << 32) + 512})
              .starts_with("LogMel: expected an fft_size and a number of bands of at most 16777216, got "));
    CHECK(
        error({.bands = ~std::size_t{0}}).starts_with("LogMel: expected an fft_size and a number of bands"));
    CHECK(error({.lowest = std::nan("")}) ==
          "LogMel: expected 0 <= lowest < highest <= half the sample rate");
    CHECK(error({.floor = std::numeric_limits<double>::infinity()}) ==
          "LogMel: expected a finite floor above 0");
    allocations::most = allocations::current + 1'000'000;
    const std::string want = error({.bands = 1'000'000});
    allocations::most = std::numeric_limits<std::size_t>::max();
    CHECK(want == "LogMel: expected what fits into memory, got more");
}
