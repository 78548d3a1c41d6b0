#pragma once

#include "burin/core/error.hpp"
#include "burin/io/atomic_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io {

namespace detail {

inline void append(std::vector<std::byte>& bytes, std::string_view text) {
    for (const char c : text)
        bytes.push_back(static_cast<std::byte>(c));
}

/// Little-endian, whatever the machine is.
inline void append(std::vector<std::byte>& bytes, std::uint32_t number, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
}

} // namespace detail

/// Writes one channel of sound as a WAV file of 16 bits (RIFF, format 1, PCM). Samples are from −1 to 1; what
/// is beyond is clipped, and what is no number is silence. Throws Error if the file can't be written or there
/// are more samples than its 32-bit sizes can count.
inline void save_wav(const std::string& path, std::span<const float> samples, std::uint32_t sample_rate) {
    constexpr std::size_t header_bytes = 44;
    constexpr std::uint32_t sample_bytes = 2;
    if (samples.size() > (std::numeric_limits<std::uint32_t>::max() - header_bytes) / sample_bytes)
        throw Error(path + ": expected at most 2^31 samples, got " + std::to_string(samples.size()));
    const auto data_bytes = static_cast<std::uint32_t>(samples.size() * sample_bytes);
    std::vector<std::byte> bytes;
    bytes.reserve(header_bytes + data_bytes);
    detail::append(bytes, "RIFF");
    detail::append(bytes, data_bytes + static_cast<std::uint32_t>(header_bytes) - 8, 4);
    detail::append(bytes, "WAVEfmt ");
    detail::append(bytes, 16, 4); // Bytes of what follows up to `data`.
    detail::append(bytes, 1, 2);  // PCM
    detail::append(bytes, 1, 2);  // Channels.
    detail::append(bytes, sample_rate, 4);
    detail::append(bytes, sample_rate * sample_bytes, 4);
    detail::append(bytes, sample_bytes, 2);
    detail::append(bytes, 8 * sample_bytes, 2);
    detail::append(bytes, "data");
    detail::append(bytes, data_bytes, 4);
    for (const float sample : samples) {
        const float limited = std::isnan(sample) ? 0.0f : std::clamp(sample, -1.0f, 1.0f);
        const auto level = static_cast<std::int32_t>(std::lround(limited * 32767.0f));
        detail::append(bytes, static_cast<std::uint32_t>(level), sample_bytes);
    }
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

} // namespace burin::io
