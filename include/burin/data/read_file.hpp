#pragma once

#include "burin/core/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace burin::data {

/// Most bytes that a file may have after unpacking: what a small compressed file can claim must have an end.
inline constexpr std::size_t max_file_bytes = std::size_t{4} << 30;

/// The bytes of a file, unpacked if it is gzip (told by its first bytes, not by its name). Throws Error if it
/// can't be read, is damaged or exceeds `limit`.
inline std::vector<char> read_file(const std::string& path, std::size_t limit = max_file_bytes) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file)
        throw Error(path + ": can't be opened: " + std::strerror(errno));
    std::vector<char> bytes;
    constexpr std::size_t chunk = std::size_t{1} << 18;
    for (;;) {
        const std::size_t size = bytes.size();
        bytes.resize(size + chunk);
        const int got = gzread(file.get(), bytes.data() + size, static_cast<unsigned>(chunk));
        bytes.resize(size + static_cast<std::size_t>(std::max(got, 0)));
        int code = Z_OK;
        const char* const reason = gzerror(file.get(), &code);
        if (code == Z_ERRNO)
            throw Error(path + ": can't be read: " + std::strerror(errno));
        if (got < 0 || code == Z_BUF_ERROR)
            throw Error(path + ": offset " + std::to_string(bytes.size()) +
                        ": expected gzip data to the end, got damaged or truncated data (" + reason + ")");
        if (bytes.size() > limit)
            throw Error(path + ": expected at most " + std::to_string(limit) +
                        " bytes after unpacking, got more");
        if (static_cast<std::size_t>(got) < chunk)
            return bytes;
    }
}

} // namespace burin::data
