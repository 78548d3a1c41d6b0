#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/stored_array.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

inline std::string hexadecimal(unsigned byte) {
    constexpr char digits[] = "0123456789abcdef";
    return {'0', 'x', digits[byte / 16 % 16], digits[byte % 16]};
}

/// Reads a header, and leaves `bytes` where the values begin.
inline data::detail::StoredArray read_header(ByteStream& bytes) {
    using data::detail::StoredType;
    const std::string& name = bytes.name();
    constexpr auto at = data::detail::at_offset;
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
    data::detail::StoredArray array;
    const unsigned type = static_cast<unsigned char>(header[2]);
    switch (type) {
    case 0x08:
        array.type = StoredType::uint8;
        break;
    case 0x09:
        array.type = StoredType::int8;
        break;
    case 0x0b:
        array.type = StoredType::int16;
        break;
    case 0x0c:
        array.type = StoredType::int32;
        break;
    case 0x0d:
        array.type = StoredType::float32;
        break;
    case 0x0e:
        array.type = StoredType::float64;
        break;
    default:
        throw Error(at(name, 2) + "expected a type code among 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e, got " +
                    hexadecimal(type));
    }
    const std::size_t dimensions = static_cast<unsigned char>(header[3]);
    array.offset = magic_size + 4 * dimensions;
    if (dimensions == 0)
        throw Error(at(name, 3) + "expected at least one dimension, got 0");
    const std::size_t got_header =
        magic_size + bytes.read(std::span(header).subspan(magic_size, 4 * dimensions));
    if (got_header < array.offset)
        throw Error(at(name, got_header) + "expected " + std::to_string(array.offset) +
                    " bytes of header for " + std::to_string(dimensions) + " dimensions, got " +
                    std::to_string(got_header));
    for (std::size_t d = 0; d < dimensions; ++d) {
        const std::size_t offset = magic_size + 4 * d;
        array.push_back(data::detail::read_number<std::uint32_t>(header + offset), name, offset);
    }
    return array;
}

template <class Element>
Array<Element> read(ByteStream& bytes, const ReadOptions& options) {
    data::detail::StoredArray array = read_header(bytes);
    std::vector<Element> values = data::detail::read_values<Element>(bytes, array, options);
    return {std::move(array.extents), std::move(values)};
}

} // namespace detail

/// Reads the IDX format from memory: two zero bytes, a type code, the number of dimensions, a 32-bit
/// big-endian extent for each, then the values, big-endian (described with the MNIST database, LeCun, Cortes,
/// Burges). The values are converted to Element. Throws Error, naming `name` and the offset, unless the bytes
/// are exactly that and Element holds the values: NaN, infinity and what exceeds the range of a
/// floating-point Element are refused unless `options` allow them.
template <class Element>
Array<Element> parse(std::span<const char> bytes, std::string_view name, const ReadOptions& options = {}) {
    return core::within_memory(name, [&] {
        ByteStream stream({bytes.data(), bytes.size()}, name);
        return detail::read<Element>(stream, options);
    });
}

/// Reads an IDX file, plain or gzip. What the header says of the values' size must agree with the file, as
/// far as that can be told, and with the limit, before they are unpacked; they are converted as they come.
template <class Element>
Array<Element> read(const std::string& path, const ReadOptions& options = {}) {
    return core::within_memory(path, [&] {
        ByteStream file(path, options.max_bytes);
        return detail::read<Element>(file, options);
    });
}

} // namespace burin::data::idx
