#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data::idx {

/// An array read from a file: its extents and its values, the last index varying fastest.
template <class Element>
struct Array {
    std::vector<std::size_t> extents;
    std::vector<Element> values;
};

namespace detail {

inline std::string at(std::string_view name, std::size_t offset) {
    return std::string(name) + ": offset " + std::to_string(offset) + ": ";
}

inline std::string hexadecimal(unsigned byte) {
    constexpr char digits[] = "0123456789abcdef";
    return {'0', 'x', digits[byte / 16 % 16], digits[byte % 16]};
}

/// A big-endian number of the file's type.
template <class Stored>
Stored read_number(const char* from) noexcept {
    using Bits = std::conditional_t<
        sizeof(Stored) == 1, std::uint8_t,
        std::conditional_t<sizeof(Stored) == 2, std::uint16_t,
                           std::conditional_t<sizeof(Stored) == 4, std::uint32_t, std::uint64_t>>>;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Stored); ++i)
        bits = (bits << 8) | static_cast<unsigned char>(from[i]);
    return std::bit_cast<Stored>(static_cast<Bits>(bits));
}

/// What a value should have been for Element to hold it, or nothing. A floating-point Element holds every
/// finite number within its range, rounded, and others if they are allowed.
template <class Element, class Stored>
std::string expected(Stored value, bool allow_not_finite) {
    if constexpr (std::is_floating_point_v<Element>) {
        if (allow_not_finite || std::isfinite(static_cast<Element>(value)))
            return {};
        return std::isfinite(value) ? std::string("a number within the range of ") + scalar_name<Element>()
                                    : "a finite number";
    } else {
        using Limits = std::numeric_limits<Element>;
        bool holds = false;
        if constexpr (std::is_integral_v<Stored>)
            holds = std::in_range<Element>(value);
        else // The limits may round to ±2^n in the file's type, hence the half-open range.
            holds = value == std::trunc(value) && value >= static_cast<Stored>(Limits::lowest()) &&
                    value < std::ldexp(Stored(1), Limits::digits);
        return holds ? ""
                     : "a whole number from " + std::to_string(Limits::lowest()) + " to " +
                           std::to_string(Limits::max());
    }
}

/// Reads as many values as `values` has room for.
template <class Stored, class Element>
void read_values(ByteStream& bytes, std::size_t header, std::size_t count, const ReadOptions& options,
                 std::vector<Element>& values) {
    // Reserved, not resized: what was never written costs no memory.
    values.reserve(count);
    std::vector<char> piece(std::min(count * sizeof(Stored), std::size_t{1} << 16));
    while (values.size() < count) {
        const std::size_t offset = header + values.size() * sizeof(Stored);
        const std::size_t wanted = std::min(piece.size(), (count - values.size()) * sizeof(Stored));
        const std::size_t got = bytes.read(std::span(piece).first(wanted));
        if (got < wanted)
            throw Error(at(bytes.name(), header) + "expected " + std::to_string(count * sizeof(Stored)) +
                        " bytes of values, got " + std::to_string(offset - header + got));
        for (std::size_t i = 0; i < got; i += sizeof(Stored)) {
            const auto value = read_number<Stored>(piece.data() + i);
            const std::string wrong = expected<Element>(value, options.allow_not_finite);
            if (!wrong.empty())
                throw Error(at(bytes.name(), offset + i) + "expected " + wrong + ", got " +
                            number_text(value));
            values.push_back(static_cast<Element>(value));
        }
    }
}

template <class Element>
Array<Element> read(ByteStream& bytes, const ReadOptions& options) {
    const std::string& name = bytes.name();
    constexpr std::size_t magic_size = 4;
    char header[magic_size + 4 * 255];
    const std::size_t got_magic = bytes.read(std::span(header).first(magic_size));
    if (got_magic < magic_size)
        throw Error(at(name, got_magic) + "expected an IDX header of at least 4 bytes, got " +
                    std::to_string(got_magic));
    if (header[0] != 0 || header[1] != 0)
        throw Error(at(name, 0) + "expected the bytes 0x00 0x00 of an IDX file, got " +
                    hexadecimal(static_cast<unsigned char>(header[0])) + " " +
                    hexadecimal(static_cast<unsigned char>(header[1])));
    const unsigned type = static_cast<unsigned char>(header[2]);
    std::size_t element_size = 0;
    switch (type) {
    case 0x08:
    case 0x09:
        element_size = 1;
        break;
    case 0x0b:
        element_size = 2;
        break;
    case 0x0c:
    case 0x0d:
        element_size = 4;
        break;
    case 0x0e:
        element_size = 8;
        break;
    default:
        throw Error(at(name, 2) + "expected a type code among 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e, got " +
                    hexadecimal(type));
    }
    const std::size_t dimensions = static_cast<unsigned char>(header[3]);
    const std::size_t header_size = magic_size + 4 * dimensions;
    if (dimensions == 0)
        throw Error(at(name, 3) + "expected at least one dimension, got 0");
    const std::size_t got_header =
        magic_size + bytes.read(std::span(header).subspan(magic_size, 4 * dimensions));
    if (got_header < header_size)
        throw Error(at(name, got_header) + "expected " + std::to_string(header_size) +
                    " bytes of header for " + std::to_string(dimensions) + " dimensions, got " +
                    std::to_string(got_header));

    Array<Element> array;
    std::size_t count = 1;
    for (std::size_t d = 0; d < dimensions; ++d) {
        const std::size_t offset = magic_size + 4 * d;
        const std::size_t extent = read_number<std::uint32_t>(header + offset);
        if (extent != 0 && count > std::numeric_limits<std::size_t>::max() / 8 / extent)
            throw Error(at(name, offset) + "expected extents whose product is a size, got extent " +
                        std::to_string(extent) + " after " + std::to_string(count) + " elements");
        array.extents.push_back(extent);
        count *= extent;
    }
    // Before anything is unpacked, let alone kept.
    const std::size_t size = count * element_size;
    const std::optional<std::size_t> left = bytes.bytes_left();
    const std::string expected_size =
        at(name, header_size) + "expected " + std::to_string(size) + " bytes of values, got ";
    if (left ? *left != size : bytes.most_bytes_left() < size)
        throw Error(expected_size + (left ? "" : "at most ") +
                    std::to_string(left ? *left : bytes.most_bytes_left()));
    if (size > options.max_bytes - std::min(options.max_bytes, header_size))
        throw Error(at(name, header_size) + "expected at most " + std::to_string(options.max_bytes) +
                    " bytes after unpacking, got a header for " + std::to_string(size) + " bytes of values");

    switch (type) {
    case 0x08:
        read_values<std::uint8_t>(bytes, header_size, count, options, array.values);
        break;
    case 0x09:
        read_values<std::int8_t>(bytes, header_size, count, options, array.values);
        break;
    case 0x0b:
        read_values<std::int16_t>(bytes, header_size, count, options, array.values);
        break;
    case 0x0c:
        read_values<std::int32_t>(bytes, header_size, count, options, array.values);
        break;
    case 0x0d:
        read_values<float>(bytes, header_size, count, options, array.values);
        break;
    default:
        read_values<double>(bytes, header_size, count, options, array.values);
        break;
    }
    char more = 0;
    if (bytes.read({&more, 1}) != 0)
        throw Error(expected_size + "more");
    return array;
}

} // namespace detail

/// Reads the IDX format from memory: two zero bytes, a type code, the number of dimensions, a 32-bit
/// big-endian extent for each, then the values, big-endian (described with the MNIST database, LeCun, Cortes,
/// Burges). The values are converted to Element. Throws Error, naming `name` and the offset, unless the bytes
/// are exactly that and Element holds the values: NaN, infinity and what exceeds the range of a
/// floating-point Element are refused unless `options` allow them.
template <class Element>
Array<Element> parse(std::span<const char> bytes, std::string_view name, const ReadOptions& options = {}) {
    return within_memory(name, [&] {
        ByteStream stream({bytes.data(), bytes.size()}, name);
        return detail::read<Element>(stream, options);
    });
}

/// Reads an IDX file, plain or gzip. What the header says of the values' size must agree with the file, as
/// far as that can be told, and with the limit, before they are unpacked; they are converted as they come.
template <class Element>
Array<Element> read(const std::string& path, const ReadOptions& options = {}) {
    return within_memory(path, [&] {
        ByteStream file(path, options.max_bytes);
        return detail::read<Element>(file, options);
    });
}

} // namespace burin::data::idx
