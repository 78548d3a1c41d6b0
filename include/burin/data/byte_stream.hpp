#pragma once

#include "burin/core/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data {

/// Most bytes that a file may have, after unpacking, unless a reader's `max_bytes` says otherwise: 1 GiB.
/// What a small compressed file can claim must have an end.
inline constexpr std::size_t max_file_bytes = std::size_t{1} << 30;

/// What every reader of data can be told.
struct ReadOptions {
    /// Takes NaN and infinity as they are, and what exceeds the range of the elements as infinity. Without it
    /// a file with such a value is refused.
    bool allow_not_finite = false;
    /// Most bytes that the file may have after unpacking, and that the elements of an array may take.
    std::size_t max_bytes = max_file_bytes;
};

/// The bytes of a file from its beginning to its end, unpacked if it is gzip (told by its first bytes, not by
/// its name), or bytes in memory as they are. A file is a regular one or a pipe; it is never held as a whole.
///
/// All functions throw Error, naming the file: if it can't be read; if its gzip data are damaged or end too
/// early, or something else than a further gzip member comes behind them; if it unpacks to more than
/// `max_bytes`.
class ByteStream {
  public:
    explicit ByteStream(const std::string& path, std::size_t max_bytes = max_file_bytes)
        : name_(path.empty() ? "''" : core::printable(path, longest_name)), max_bytes_(max_bytes) {
        if (path.find('\0') != std::string::npos)
            throw Error(name_ + ": expected a path without NUL");
        // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
        descriptor_.number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat status{};
        if (descriptor_.number < 0 || ::fstat(descriptor_.number, &status) != 0)
            throw Error(name_ + ": can't be opened: " + std::strerror(errno));
        if (S_ISDIR(status.st_mode))
            throw Error(name_ + ": can't be read: " + std::strerror(EISDIR));
        if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
            throw Error(name_ + ": can't be read: expected a file or a pipe, got a device");
        if (S_ISREG(status.st_mode))
            file_bytes_ = static_cast<std::size_t>(status.st_size);
        else
            wait_for_writer();
        packed_.resize(chunk);
        begin();
        if (!gzip_)
            check_limit(file_bytes_.value_or(0));
    }

    ByteStream(std::string_view bytes, std::string_view name)
        : name_(core::printable(name, longest_name)), memory_(bytes), next_(bytes),
          file_bytes_(bytes.size()) {}

    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;

    const std::string& name() const noexcept { return name_; }

    /// Fills `to` with the next bytes and returns their number, which is less only at the end.
    std::size_t read(std::span<char> to) {
        std::size_t done = 0;
        while (done < to.size()) {
            const std::span<char> rest = to.subspan(done);
            const std::size_t got = gzip_ ? unpack(rest) : take(rest);
            if (got == 0)
                break;
            done += got;
            offset_ += got;
            check_limit(offset_);
        }
        return done;
    }

    /// Whether the bytes can be read again from the beginning: those of a pipe can't.
    bool rewinds() const noexcept { return file_bytes_.has_value(); }
    void rewind() {
        if (descriptor_.number >= 0 && ::lseek(descriptor_.number, 0, SEEK_SET) != 0)
            fail();
        begin();
    }

    /// How many bytes follow, where that is known without unpacking them.
    std::optional<std::size_t> bytes_left() const noexcept {
        return gzip_ || !file_bytes_ ? std::nullopt : std::optional(file_left());
    }
    /// No more bytes than these can follow.
    std::size_t most_bytes_left() const noexcept {
        if (!file_bytes_)
            return std::numeric_limits<std::size_t>::max();
        if (!gzip_)
            return file_left();
        const std::size_t packed = file_left() + next_.size() + Unpacker::held;
        return std::min(packed, std::numeric_limits<std::size_t>::max() / most_expansion) * most_expansion;
    }

  private:
    static constexpr std::size_t chunk = std::size_t{1} << 16;
    static constexpr std::size_t longest_name = 1000; ///< So that a message has room for more.
    /// Deflate makes of 2 bits 258 bytes at most.
    static constexpr std::size_t most_expansion = 1032;

    struct Descriptor {
        int number = -1;
        Descriptor() = default;
        Descriptor(const Descriptor&) = delete;
        Descriptor& operator=(const Descriptor&) = delete;
        ~Descriptor() {
            if (number >= 0)
                ::close(number);
        }
    };

    std::optional<char> early_; ///< The first byte of a pipe, where it was read to see that there is one.

    struct Unpacker {
        static constexpr std::size_t held = 8; ///< Bytes, at most, that it has taken and not given out yet.
        z_stream state{};
        bool ready = false;
        Unpacker() = default;
        Unpacker(const Unpacker&) = delete;
        Unpacker& operator=(const Unpacker&) = delete;
        ~Unpacker() {
            if (ready)
                ::inflateEnd(&state);
        }
        void begin() {
            constexpr int gzip_only = 16;
            const int code = ready ? ::inflateReset(&state) : ::inflateInit2(&state, MAX_WBITS + gzip_only);
            if (code != Z_OK)
                throw std::bad_alloc();
            ready = true;
        }
    };

    [[noreturn]] void fail() const { throw Error(name_ + ": can't be read: " + std::strerror(errno)); }

    /// Throws Error for a pipe that nobody has open to write: to wait for somebody may take for ever.
    void wait_for_writer() {
        pollfd state{.fd = descriptor_.number, .events = POLLIN, .revents = 0};
        // Bytes that wait, or a writer who has been and gone.
        if (::poll(&state, 1, 0) == 0) {
            char first = 0;
            const ssize_t got = ::read(descriptor_.number, &first, 1);
            if (got == 0)
                throw Error(name_ +
                            ": can't be read: expected a pipe that is open to be written, got one that "
                            "nobody writes to");
            if (got == 1)
                early_ = first;
        }
        if (::fcntl(descriptor_.number, F_SETFL, 0) != 0)
            fail();
    }

    std::string here() const {
        return name_ + ": offset " + std::to_string(file_offset_ - next_.size()) + ": ";
    }

    void check_limit(std::size_t bytes) const {
        if (bytes > max_bytes_)
            throw Error(name_ + ": expected at most " + std::to_string(max_bytes_) +
                        " bytes after unpacking, got more");
    }

    std::size_t file_left() const noexcept {
        return *file_bytes_ - std::min(*file_bytes_, gzip_ ? file_offset_ : offset_);
    }

    void begin() {
        offset_ = file_offset_ = 0;
        next_ = memory_;
        if (descriptor_.number < 0)
            return;
        refill();
        gzip_ = next_.starts_with("\x1f\x8b");
        if (gzip_)
            unpacker_.begin();
        in_member_ = gzip_;
    }

    /// What the system gives, as much as fits unless the file ends.
    std::size_t system_read(std::span<char> to) {
        std::size_t done = 0;
        if (early_ && !to.empty()) {
            to[done++] = *early_;
            early_.reset();
        }
        while (done < to.size()) {
            const ssize_t got = ::read(descriptor_.number, to.data() + done, to.size() - done);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                fail();
            if (got == 0)
                break;
            done += static_cast<std::size_t>(got);
        }
        file_offset_ += done;
        return done;
    }

    void refill() { next_ = {packed_.data(), system_read(packed_)}; }

    /// The next bytes as they are.
    std::size_t take(std::span<char> to) {
        if (next_.empty())
            return descriptor_.number < 0 ? 0 : system_read(to);
        const std::size_t count = std::min(to.size(), next_.size());
        std::memcpy(to.data(), next_.data(), count);
        next_.remove_prefix(count);
        return count;
    }

    /// The next bytes of the gzip members, one member after the other.
    std::size_t unpack(std::span<char> to) {
        const auto room = static_cast<uInt>(std::min<std::size_t>(to.size(), UINT_MAX));
        z_stream& state = unpacker_.state;
        state.next_out = reinterpret_cast<Bytef*>(to.data());
        state.avail_out = room;
        while (state.avail_out == room) {
            if (next_.empty())
                refill();
            if (next_.empty() && in_member_)
                damaged("unexpected end of file");
            if (next_.empty())
                return 0;
            if (!in_member_ && next_[0] != '\x1f')
                throw Error(here() + "expected the end of the file or a further gzip member, got " +
                            core::quoted(next_));
            if (!in_member_)
                unpacker_.begin();
            state.next_in = reinterpret_cast<Bytef*>(packed_.data() + (next_.data() - packed_.data()));
            state.avail_in = static_cast<uInt>(next_.size());
            const int code = ::inflate(&state, Z_NO_FLUSH);
            next_.remove_prefix(next_.size() - state.avail_in);
            if (code == Z_MEM_ERROR)
                throw std::bad_alloc();
            if (code != Z_OK && code != Z_STREAM_END)
                damaged(state.msg != nullptr ? state.msg : "it needs a dictionary");
            in_member_ = code != Z_STREAM_END;
        }
        return room - state.avail_out;
    }

    [[noreturn]] void damaged(const char* reason) const {
        throw Error(here() + "expected gzip data to the end, got damaged or truncated data (" + reason + ")");
    }

    std::string name_;
    Descriptor descriptor_;
    Unpacker unpacker_;
    std::vector<char> packed_;
    std::string_view memory_;
    std::string_view next_; ///< What of the file was read and not taken yet.
    std::optional<std::size_t> file_bytes_;
    std::size_t max_bytes_ = std::numeric_limits<std::size_t>::max();
    std::size_t offset_ = 0;      ///< Bytes given out.
    std::size_t file_offset_ = 0; ///< Bytes read from the system.
    bool gzip_ = false;
    bool in_member_ = false;
};

} // namespace burin::data
