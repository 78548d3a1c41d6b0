#pragma once

#include "burin/core/language.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace burin::io::detail {

inline constexpr std::string_view temporary_ending = ".burin-tmp";
inline constexpr std::size_t longest_name = 255;

/// Appends a number of 16 hexadecimal digits.
inline void append_digits(std::string& text, std::uint64_t number) {
    for (int shift = 60; shift >= 0; shift -= 4)
        text.push_back("0123456789abcdef"[number >> shift & 15]);
}

/// What the names of a file's temporaries begin with: its own name as far as there is room, and a dot.
inline std::string temporary_beginning(std::string_view name) {
    std::size_t length = std::min(name.size(), longest_name - temporary_ending.size() - 34);
    while (length > 0 && length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80)
        --length; // Not within a character of UTF-8.
    return std::string(name.substr(0, length)) + ".";
}

/// A file that its process holds locked as long as it lives, so that what is left by one that was killed can
/// be told from what another is writing: in this program or another, in another container, and on another
/// machine as far as its file system has locks.
class TemporaryFile {
  public:
    TemporaryFile() = default;
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { discard(); }

    /// Makes a file of a new name, which begins with `name`, with the rights that the umask leaves of `mode`.
    /// False, with errno, if it can't be made.
    bool create(const std::string& directory, std::string_view name, mode_t mode) {
        static std::atomic<std::uint32_t> count{0};
        for (int attempt = 0; attempt < 100; ++attempt) {
            std::uint64_t random = 0;
            if (getentropy(&random, sizeof random) != 0)
                random = 0;
            path_ = directory + temporary_beginning(name);
            append_digits(path_, static_cast<std::uint64_t>(getpid()) << 32 | count++);
            path_ += '-';
            append_digits(path_, random);
            path_ += temporary_ending;
            descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
            if (descriptor_ < 0 && (errno == EEXIST || errno == EINTR))
                continue;
            if (descriptor_ < 0)
                return false;
            // Between these two steps it may have been taken for one that was left.
            struct stat status{};
            while (flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
            }
            if (fstat(descriptor_, &status) == 0 && status.st_nlink > 0)
                return true;
            discard();
        }
        errno = EEXIST;
        return false;
    }

    int descriptor() const noexcept { return descriptor_; }

    /// The file then has that name and is closed. False, with errno, if that can't be done; then it is gone.
    bool rename_to(const std::string& path) noexcept {
        if (descriptor_ < 0 || std::rename(path_.c_str(), path.c_str()) != 0) {
            const int error = descriptor_ < 0 ? EBADF : errno;
            discard();
            errno = error;
            return false;
        }
        close(descriptor_);
        descriptor_ = -1;
        return true;
    }

    void discard() noexcept {
        if (descriptor_ < 0)
            return;
        unlink(path_.c_str());
        close(descriptor_);
        descriptor_ = -1;
    }

  private:
    std::string path_;
    int descriptor_ = -1;
};

/// Whether a name is one that TemporaryFile gives for this beginning.
inline bool is_temporary_name(std::string_view name, std::string_view beginning) {
    if (name.size() != beginning.size() + 33 + temporary_ending.size() || !name.starts_with(beginning) ||
        !name.ends_with(temporary_ending))
        return false;
    const std::string_view numbers = name.substr(beginning.size(), 33);
    return numbers.find_first_not_of("0123456789abcdef") == 16 && numbers[16] == '-' &&
           numbers.find_first_not_of("0123456789abcdef", 17) == std::string_view::npos;
}

/// Removes a file unless a living process holds it.
inline void remove_if_left(const std::string& path) noexcept {
    const int descriptor = open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return;
    struct stat status{};
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        unlink(path.c_str());
    close(descriptor);
}

/// Removes the temporaries of a file that killed processes left. What can't be removed stays.
inline void remove_stale_temporaries(const std::string& directory, std::string_view name) {
    const std::string beginning = temporary_beginning(name);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(directory.empty() ? "." : directory.c_str()),
                                                      closedir);
    if (!entries)
        return;
    while (const dirent* const entry = readdir(entries.get()))
        if (is_temporary_name(entry->d_name, beginning))
            remove_if_left(directory + entry->d_name);
}

} // namespace burin::io::detail
