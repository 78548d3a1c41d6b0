#pragma once

#include "burin/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace burin::data::detail {

/// Numbers in the header of a sound file, low byte first or last.
class HeaderBytes {
  public:
    HeaderBytes(std::span<char> bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

    std::size_t size() const noexcept { return bytes_.size(); }
    std::string_view text(std::size_t offset) const noexcept { return {bytes_.data() + offset, 4}; }
    std::uint64_t number(std::size_t offset, std::size_t size = 4) const noexcept {
        std::uint64_t result = 0;
        for (std::size_t i = 0; i < size; ++i)
            result =
                result << 8 | static_cast<unsigned char>(bytes_[offset + (big_endian_ ? i : size - 1 - i)]);
        return result;
    }
    void set_number(std::size_t offset, std::uint64_t number, std::size_t size = 4) const noexcept {
        for (std::size_t i = 0; i < size; ++i)
            bytes_[offset + (big_endian_ ? size - 1 - i : i)] = static_cast<char>(number >> (8 * i) & 0xFF);
    }

  private:
    std::span<char> bytes_;
    bool big_endian_;
};

/// Compares what a WAV (RIFF, RIFX, RF64), AIFF or AU file says of its samples' length with what there is,
/// which libsndfile does not tell: it takes what there is. Throws Error if there is less, or the file ends
/// before its samples. Where a stream was written, whose length was not known (0, 0xFFFFFFFF, or 0x7FFF0000
/// to 0x80000000, as SoX and arecord write it), the length up to the file's end is put in its place. Other
/// formats pass.
inline void check_sound_header(std::span<char> file, std::string_view name) {
    constexpr std::size_t chunk_header = 8, file_header = 12;
    constexpr std::uint64_t unknown = 0xFFFFFFFF;
    if (file.size() < file_header)
        return;
    const std::string_view id(file.data(), 4), form(file.data() + 8, 4);
    const bool wave = (id == "RIFF" || id == "RIFX" || id == "RF64") && form == "WAVE";
    const bool aiff = id == "FORM" && (form == "AIFF" || form == "AIFC");
    const bool au = id == ".snd";
    const HeaderBytes bytes(file, id == "RIFX" || aiff || au);
    const std::string_view samples = aiff ? "SSND" : "data";
    const auto at = [&](std::size_t offset) {
        return std::string(name) + ": offset " + std::to_string(offset) + ": ";
    };
    const auto cut_short = [&](std::size_t offset, std::uint64_t length, std::size_t left) {
        return Error(at(offset) + "expected " + std::to_string(length) + " bytes of samples, got " +
                     std::to_string(left));
    };
    if (au) {
        const std::uint64_t length = bytes.number(8);
        const std::size_t left = bytes.size() - std::min<std::size_t>(bytes.size(), bytes.number(4));
        if (length != unknown && length > left)
            throw cut_short(8, length, left);
    }
    if (!wave && !aiff)
        return;
    std::size_t long_length = 0; // Where RF64 has the length of its samples.
    for (std::size_t offset = file_header;;) {
        if (offset > bytes.size() || bytes.size() - offset < chunk_header)
            throw Error(at(std::min(offset, bytes.size())) + "expected the samples (the chunk " +
                        std::string(samples) + "), got the end of the file");
        const std::size_t begin = offset + chunk_header;
        const std::size_t left = bytes.size() - begin;
        std::uint64_t length = bytes.number(offset + 4);
        if (bytes.text(offset) == "ds64" && length >= 16 && left >= 16)
            long_length = begin + 8;
        if (bytes.text(offset) != samples) {
            if (length > left)
                throw Error(at(offset) + "expected " + std::to_string(length) + " bytes of the chunk " +
                            core::quoted(bytes.text(offset)) + ", got " + std::to_string(left));
            // A chunk of odd length is followed by a zero, though not every program writes it.
            offset = begin + length;
            if (length % 2 == 1 && offset < bytes.size() && file[offset] == '\0')
                ++offset;
            continue;
        }
        const bool is_long = id == "RF64" && length == unknown && long_length > 0;
        if (is_long)
            length = bytes.number(long_length, 8);
        // A file that ends where it says so has no samples if it says so.
        const std::uint64_t end = is_long ? bytes.number(long_length - 8, 8) : bytes.number(4);
        const bool complete = end + chunk_header == bytes.size();
        const bool streamed = (length == 0 && !complete) || length == unknown ||
                              length == ~std::uint64_t{0} || (length >= 0x7FFF0000 && length <= 0x80000000);
        if (length <= left && !(length == 0 && streamed))
            return;
        if (!streamed)
            throw cut_short(offset, length, left);
        if (is_long) {
            bytes.set_number(long_length, left, 8);
            bytes.set_number(long_length - 8, bytes.size() - chunk_header, 8);
            return;
        }
        bytes.set_number(offset + 4, std::min<std::uint64_t>(left, unknown - 1));
        bytes.set_number(4, std::min<std::uint64_t>(bytes.size() - chunk_header, unknown - 1));
        return;
    }
}

} // namespace burin::data::detail
