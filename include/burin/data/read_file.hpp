#pragma once

#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

/// The bytes of a file, unpacked if it is gzip (told by its first bytes, not by its name). Throws Error if it
/// can't be read, is damaged or exceeds `max_bytes`.
inline std::vector<char> read_file(const std::string& path, std::size_t max_bytes = max_file_bytes) {
    return core::within_memory(path, [&] {
        ByteStream file(path, max_bytes);
        std::vector<char> bytes(file.bytes_left().value_or(0));
        bytes.resize(file.read(bytes));
        char piece[1 << 14];
        while (const std::size_t got = file.read(piece))
            bytes.insert(bytes.end(), piece, piece + got);
        return bytes;
    });
}

} // namespace burin::data
