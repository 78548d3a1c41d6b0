#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/npy.hpp"
#include "burin/data/read_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// NumPy's format for several named arrays, as `numpy.savez` and `numpy.savez_compressed` write it: a ZIP
/// archive of NPY files, stored or deflated. Of ZIP (APPNOTE 6.3) it takes what these have, ZIP64 too; what
/// is encrypted, in parts, or packed in other ways is refused.
namespace burin::data::npz {

/// The arrays of a file, packed as they are in it.
class Archive {
  public:
    /// Reads the directory of an archive in memory.
    Archive(std::vector<char> bytes, std::string_view name, const ReadOptions& options = {})
        : bytes_(std::move(bytes)), name_(core::printable(name, 1000)), options_(options) {
        read_directory();
    }

    /// Their names, in the order of the file, without `.npy`.
    const std::vector<std::string>& names() const noexcept { return names_; }

    /// Throws Error if there is no array of that name, and as `npy::parse` does.
    template <class Element>
    npy::Array<Element> get(std::string_view name) const {
        return core::within_memory(name_, [&] {
            const auto found = std::find(names_.begin(), names_.end(), name);
            if (found == names_.end()) {
                std::string there;
                for (const std::string& each : names_)
                    there += (there.empty() ? "" : ", ") + each;
                throw Error(name_ + ": expected an array " + core::quoted(name) + ", got " +
                            (there.empty() ? "none" : there));
            }
            const Member& member = members_[static_cast<std::size_t>(found - names_.begin())];
            const std::string place = name_ + ": " + *found + ".npy";
            if (member.method == stored)
                return checked<Element>(packed(member, place), member, place);
            return checked<Element>(unpack(member, place), member, place);
        });
    }

  private:
    static constexpr unsigned stored = 0, deflated = 8;

    struct Member {
        unsigned method = 0;
        std::uint32_t sum = 0;
        std::uint64_t packed = 0, size = 0; ///< Bytes, as they are and unpacked.
        std::uint64_t offset = 0;           ///< Of its own header.
    };

    /// A number, low byte first. Throws Error beyond the end.
    std::uint64_t number(std::uint64_t offset, std::size_t size) const {
        if (offset > bytes_.size() || bytes_.size() - offset < size)
            throw Error(npy::detail::at_offset(name_, bytes_.size()) +
                        "expected the parts of a ZIP archive, got the end of the file");
        std::uint64_t result = 0;
        for (std::size_t i = size; i-- > 0;)
            result = result << 8 | static_cast<unsigned char>(bytes_[offset + i]);
        return result;
    }
    void require_mark(std::uint64_t offset, std::uint32_t mark, const char* what) const {
        if (number(offset, 4) != mark)
            throw Error(npy::detail::at_offset(name_, offset) + "expected " + what +
                        " of a ZIP archive, got " +
                        core::quoted(std::string_view(bytes_.data() + offset, 4)));
    }

    void read_directory() {
        // The last part of the file, behind which a comment of at most 65,535 bytes may stand.
        constexpr std::size_t end_size = 22, most_behind = 65'535;
        constexpr std::string_view end_mark("PK\5\6", 4);
        const std::string_view all(bytes_.data(), bytes_.size());
        const std::size_t last = all.rfind(end_mark);
        if (!all.starts_with("PK") || last == all.npos || all.size() - last < end_size ||
            all.size() - last - end_size > most_behind)
            throw Error(name_ + ": expected a ZIP archive, got another file or a part of one");
        std::uint64_t count = number(last + 10, 2), size = number(last + 12, 4), begin = number(last + 16, 4);
        if (number(last + 4, 2) != number(last + 6, 2) && count != 0xFFFF)
            throw Error(npy::detail::at_offset(name_, last) + "expected an archive of one file, got a part");
        constexpr std::uint64_t unknown = 0xFFFFFFFF;
        if (count == 0xFFFF || size == unknown || begin == unknown) {
            // ZIP64's own end, which a locator points to.
            require_mark(last - std::min<std::size_t>(last, 20), 0x07064B50, "the locator");
            const std::uint64_t end = number(last - 20 + 8, 8);
            require_mark(end, 0x06064B50, "the end");
            count = number(end + 32, 8);
            size = number(end + 40, 8);
            begin = number(end + 48, 8);
        }
        constexpr std::size_t entry_size = 46;
        if (begin > last || size > last - begin || count > size / entry_size)
            throw Error(npy::detail::at_offset(name_, last) + "expected a directory within the file, got " +
                        std::to_string(count) + " entries in " + std::to_string(size) + " bytes from " +
                        std::to_string(begin) + " on");
        for (std::uint64_t at = begin, i = 0; i < count; ++i)
            at = read_entry(at);
        std::vector<std::string_view> sorted(names_.begin(), names_.end());
        std::sort(sorted.begin(), sorted.end());
        const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
        if (twice != sorted.end())
            throw Error(name_ + ": expected each name once, got " + core::quoted(*twice) + " twice");
    }

    /// Returns where the next entry begins.
    std::uint64_t read_entry(std::uint64_t at) {
        require_mark(at, 0x02014B50, "an entry of the directory");
        Member member;
        const std::uint64_t flags = number(at + 8, 2), name_size = number(at + 28, 2),
                            extra_size = number(at + 30, 2), comment_size = number(at + 32, 2);
        member.method = static_cast<unsigned>(number(at + 10, 2));
        member.sum = static_cast<std::uint32_t>(number(at + 16, 4));
        member.packed = number(at + 20, 4);
        member.size = number(at + 24, 4);
        member.offset = number(at + 42, 4);
        const std::uint64_t extra = at + 46 + name_size, next = extra + extra_size + comment_size;
        number(next, 0);
        std::string name(bytes_.data() + at + 46, name_size);
        const auto refuse = [&](const std::string& expected, const std::string& found) {
            throw Error(npy::detail::at_offset(name_, at) + "expected " + expected + ", got " + found +
                        " in " + core::quoted(name));
        };
        if ((flags & 1) != 0)
            refuse("what is not encrypted", "an encrypted entry");
        if (member.method != stored && member.method != deflated)
            refuse("entries that are stored (0) or deflated (8)", "method " + std::to_string(member.method));
        // What does not fit into 32 bits is in ZIP64's own field, in this order.
        for (std::uint64_t field = extra; field + 4 <= extra + extra_size;) {
            const std::uint64_t end = field + 4 + number(field + 2, 2);
            if (end > extra + extra_size)
                break;
            if (number(field, 2) == 1) {
                std::uint64_t value = field + 4;
                for (std::uint64_t* each : {&member.size, &member.packed, &member.offset})
                    if (*each == 0xFFFFFFFF && value + 8 <= end) {
                        *each = number(value, 8);
                        value += 8;
                    }
            }
            field = end;
        }
        if (member.size > options_.max_bytes)
            refuse("at most " + std::to_string(options_.max_bytes) + " bytes after unpacking",
                   std::to_string(member.size));
        if (member.method == stored && member.size != member.packed)
            refuse("as many bytes stored as unpacked",
                   std::to_string(member.packed) + " and " + std::to_string(member.size));
        if (!name.ends_with(".npy"))
            refuse("names that end in .npy", "another one");
        name.resize(name.size() - 4);
        names_.push_back(std::move(name));
        members_.push_back(member);
        return next;
    }

    /// What stands in the archive.
    std::string_view packed(const Member& member, const std::string& place) const {
        require_mark(member.offset, 0x04034B50, "the header of an entry");
        const std::uint64_t begin =
            member.offset + 30 + number(member.offset + 26, 2) + number(member.offset + 28, 2);
        if (begin > bytes_.size() || member.packed > bytes_.size() - begin)
            throw Error(place + ": expected " + std::to_string(member.packed) +
                        " bytes in the archive, got less");
        return {bytes_.data() + begin, member.packed};
    }

    std::vector<char> unpack(const Member& member, const std::string& place) const {
        const std::string_view from = packed(member, place);
        // Deflate makes of 2 bits 258 bytes at most.
        constexpr std::uint64_t most_expansion = 1032;
        if (member.size / most_expansion > from.size())
            throw Error(place + ": expected at most " + std::to_string(most_expansion) +
                        " times its packed bytes, got " + std::to_string(member.size) + " of " +
                        std::to_string(from.size()));
        std::vector<char> result(member.size);
        z_stream state{};
        if (::inflateInit2(&state, -MAX_WBITS) != Z_OK)
            throw std::bad_alloc();
        const struct End {
            z_stream* state;
            ~End() { ::inflateEnd(state); }
        } end{&state};
        std::size_t taken = 0, given = 0;
        int code = Z_OK;
        char beyond = 0;
        // zlib does not change what it reads, but says nowhere so.
        state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
        while (code == Z_OK) {
            const auto in = static_cast<uInt>(std::min<std::size_t>(from.size() - taken, UINT_MAX));
            const std::size_t left = result.size() - given;
            const auto out = static_cast<uInt>(std::min<std::size_t>(left > 0 ? left : 1, UINT_MAX));
            state.avail_in = in;
            state.avail_out = out;
            state.next_out = reinterpret_cast<Bytef*>(left > 0 ? result.data() + given : &beyond);
            code = ::inflate(&state, Z_NO_FLUSH);
            taken += in - state.avail_in;
            if (left == 0 && state.avail_out == 0)
                throw Error(place + ": expected " + std::to_string(member.size) +
                            " bytes after unpacking, got more");
            given += left > 0 ? out - state.avail_out : 0;
        }
        if (code == Z_MEM_ERROR)
            throw std::bad_alloc();
        if (code != Z_STREAM_END || given != result.size())
            throw Error(place + ": expected deflated data of " + std::to_string(member.size) +
                        " bytes, got damaged or truncated data");
        return result;
    }

    template <class Element, class Bytes>
    npy::Array<Element> checked(const Bytes& bytes, const Member& member, const std::string& place) const {
        if (const std::uint32_t sum = crc32_of(std::span(bytes.data(), bytes.size())); sum != member.sum)
            throw Error(place + ": expected the check sum " + std::to_string(member.sum) + ", got " +
                        std::to_string(sum));
        return npy::parse<Element>(std::span<const char>(bytes.data(), bytes.size()), place, options_);
    }

    static std::uint32_t crc32_of(std::span<const char> bytes) {
        uLong sum = ::crc32(0, nullptr, 0);
        while (!bytes.empty()) {
            const auto part = static_cast<uInt>(std::min<std::size_t>(bytes.size(), UINT_MAX));
            sum = ::crc32(sum, reinterpret_cast<const Bytef*>(bytes.data()), part);
            bytes = bytes.subspan(part);
        }
        return static_cast<std::uint32_t>(sum);
    }

    std::vector<char> bytes_;
    std::string name_;
    ReadOptions options_;
    std::vector<std::string> names_;
    std::vector<Member> members_; ///< Of these names.
};

/// Opens an NPZ file:
///
/// ```cpp
/// const auto file = data::npz::open("mnist.npz");
/// const auto images = file.get<float>("x_train");
/// const auto labels = file.get<Label>("y_train");
/// ```
///
/// Throws Error, naming file and place, if it is none, if it (or an array, unpacked) exceeds
/// `options.max_bytes`, and, when it is got, for an array that is damaged. Memory: the file, and while an
/// array is got its bytes and its values.
inline Archive open(const std::string& path, const ReadOptions& options = {}) {
    return core::within_memory(path,
                               [&] { return Archive(read_file(path, options.max_bytes), path, options); });
}

/// One array of an NPZ file.
template <class Element>
npy::Array<Element> read(const std::string& path, std::string_view name, const ReadOptions& options = {}) {
    return open(path, options).get<Element>(name);
}

} // namespace burin::data::npz
