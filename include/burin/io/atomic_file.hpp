#pragma once

#include "burin/core/error.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace burin::io {

/// A file that appears under its name only when it is complete: it is written under a temporary name beside
/// it, brought to the disk and renamed by `commit`. Without that the temporary disappears and what was there
/// before stays.
class AtomicFile {
  public:
    explicit AtomicFile(std::string path) : path_(std::move(path)), temporary_(path_ + ".XXXXXX") {
        descriptor_ = mkstemp(temporary_.data());
        if (descriptor_ < 0)
            fail("can't be written: ");
    }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile() { discard(); }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail("can't be written: ");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

    void commit() {
        // mkstemp makes files for the owner alone; this is an ordinary one.
        const mode_t mask = umask(0);
        umask(mask);
        if (fchmod(descriptor_, 0666 & ~mask) != 0 || fsync(descriptor_) != 0)
            fail("can't be written: ");
        const int descriptor = descriptor_;
        descriptor_ = -1;
        if (close(descriptor) != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
            const int error = errno;
            unlink(temporary_.c_str());
            errno = error;
            fail("can't be put in place: ");
        }
    }

  private:
    [[noreturn]] void fail(const char* what) {
        const int error = errno;
        discard();
        throw Error(path_ + ": " + what + std::strerror(error));
    }

    void discard() noexcept {
        if (descriptor_ < 0)
            return;
        close(descriptor_);
        unlink(temporary_.c_str());
        descriptor_ = -1;
    }

    std::string path_;
    std::string temporary_;
    int descriptor_ = -1;
};

/// Writes a file, whole or not at all. Throws Error.
inline void write_file(const std::string& path, std::span<const std::byte> bytes) {
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}
inline void write_file(const std::string& path, std::string_view text) {
    write_file(path, std::as_bytes(std::span(text)));
}

} // namespace burin::io
