#pragma once

#include "burin/core/error.hpp"
#include "burin/io/temporary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace burin::io {

namespace detail {

/// Where a path leads: symbolic links are followed, the last may lead to a file that is yet to be made.
/// Throws Error for what is there and is no regular file, and for what may not be written.
class Destination {
  public:
    explicit Destination(const std::string& path) : path_(path) {
        if (path.find('\0') != std::string::npos)
            throw Error(path + ": can't be written: expected a path without NUL");
        follow(path);
        const std::size_t slash = path_.rfind('/');
        directory_ = slash == std::string::npos ? "" : path_.substr(0, slash + 1);
        if (name().empty())
            fail(path, path.empty() ? ENOENT : EISDIR);
    }

    const std::string& path() const noexcept { return path_; }
    /// With the slash at its end; empty for the current one.
    const std::string& directory() const noexcept { return directory_; }
    std::string_view name() const noexcept { return std::string_view(path_).substr(directory_.size()); }
    /// The file that is there, if there is one.
    const std::optional<struct stat>& existing() const noexcept { return existing_; }

  private:
    [[noreturn]] static void fail(const std::string& path, int error) {
        throw Error(path + ": can't be written: " + std::strerror(error));
    }

    /// Refuses what can't be replaced. True if there is a file.
    static bool check(const std::string& path, bool is_there, const struct stat& status) {
        if (!is_there && errno != ENOENT)
            fail(path, errno);
        if (is_there && S_ISDIR(status.st_mode))
            fail(path, EISDIR);
        if (is_there && !S_ISREG(status.st_mode))
            throw Error(path + ": can't be written: expected a regular file or none, got a " +
                        (S_ISFIFO(status.st_mode)   ? "FIFO"
                         : S_ISSOCK(status.st_mode) ? "socket"
                                                    : "device"));
        return is_there;
    }

    void follow(const std::string& path) {
        struct stat status{};
        const bool leads_to_file = check(path, stat(path.c_str(), &status) == 0, status);
        if (leads_to_file && faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0)
            fail(path, errno);
        int result = lstat(path_.c_str(), &status);
        for (int links = 0; result == 0 && S_ISLNK(status.st_mode); ++links) {
            char target[PATH_MAX];
            const ssize_t length = readlink(path_.c_str(), target, sizeof target);
            if (length < 0 || links == 40)
                fail(path, length < 0 ? errno : ELOOP);
            const std::string_view next(target, static_cast<std::size_t>(length));
            path_.erase(next.starts_with('/') ? 0 : path_.rfind('/') + 1);
            path_ += next;
            result = lstat(path_.c_str(), &status);
        }
        if (check(path, result == 0, status))
            existing_ = status;
        else if (leads_to_file)
            fail(path, ENOENT); // Some links of /proc are no paths.
    }

    std::string path_;
    std::string directory_;
    std::optional<struct stat> existing_;
};

} // namespace detail

/// A file that appears under its name only when it is complete: it is written under a temporary name beside
/// it, brought to the disk and renamed by `commit`. Without that the temporary disappears and what was there
/// before stays. Temporaries that a process left when it was killed go with the next file of that name.
///
/// Symbolic links are followed: the file that they lead to is replaced, or made. What is there and is no
/// regular file is refused. The new file has the mode of the old one, and its owner and group as far as the
/// system lets this process give them; a group that can't be kept takes its rights with it. A new name has
/// the rights that the umask leaves. Other hard links to the old file keep the old contents.
class AtomicFile {
  public:
    explicit AtomicFile(std::string path) : path_(std::move(path)), destination_(path_) {
        detail::remove_stale_temporaries(destination_.directory(), destination_.name());
        const bool is_new = !destination_.existing();
        if (!temporary_.create(destination_.directory(), destination_.name(), is_new ? 0666 : 0600))
            fail("can't be written: ");
    }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(temporary_.descriptor(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail("can't be written: ");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

    void commit() {
        if (!take_rights() || fsync(temporary_.descriptor()) != 0)
            fail("can't be written: ");
        if (!temporary_.rename_to(destination_.path()))
            fail("can't be put in place: ");
        if (!bring_directory_to_disk())
            fail("is in place, but its directory can't be brought to the disk: ");
    }

  private:
    [[noreturn]] void fail(const char* what) {
        const int error = errno;
        temporary_.discard();
        throw Error(path_ + ": " + what + std::strerror(error));
    }

    /// Those of the file that is replaced.
    bool take_rights() const noexcept {
        if (!destination_.existing())
            return true;
        const struct stat& old = *destination_.existing();
        const int descriptor = temporary_.descriptor();
        mode_t mode = old.st_mode & 07777;
        if (fchown(descriptor, old.st_uid, old.st_gid) != 0) {
            mode &= 0777;
            struct stat own{};
            if (fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) != 0 &&
                (fstat(descriptor, &own) != 0 || own.st_gid != old.st_gid))
                mode &= ~mode_t{070};
        }
        return fchmod(descriptor, mode) == 0;
    }

    /// Which some file systems do not know, and some directories do not allow.
    bool bring_directory_to_disk() const noexcept {
        const std::string& directory = destination_.directory();
        const int descriptor =
            open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0)
            return true;
        const bool done = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
        const int error = errno;
        close(descriptor);
        errno = error;
        return done;
    }

    std::string path_;
    detail::Destination destination_;
    detail::TemporaryFile temporary_;
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
