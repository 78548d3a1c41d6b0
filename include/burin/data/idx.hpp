#pragma once

#include "burin/core/error.hpp"
#include "burin/data/read_file.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
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

/// Whether an integral Element holds the value; floating-point elements take every value, rounded.
template <class Element, class Stored>
bool holds(Stored value) noexcept {
    if constexpr (std::is_floating_point_v<Element>)
        return true;
    else if constexpr (std::is_integral_v<Stored>)
        return std::in_range<Element>(value);
    else // The limits may round to ±2^n in the file's type, hence the half-open range.
        return value == std::trunc(value) &&
               value >= static_cast<Stored>(std::numeric_limits<Element>::lowest()) &&
               value < std::ldexp(Stored(1), std::numeric_limits<Element>::digits);
}

template <class Stored, class Element>
void convert(std::span<const char> bytes, std::size_t header, std::string_view name,
             std::vector<Element>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t offset = header + i * sizeof(Stored);
        const auto value = read_number<Stored>(bytes.data() + offset);
        if (!holds<Element>(value))
            throw Error(at(name, offset) + "expected a whole number from " +
                        std::to_string(std::numeric_limits<Element>::lowest()) + " to " +
                        std::to_string(std::numeric_limits<Element>::max()) + ", got " +
                        std::to_string(value));
        values[i] = static_cast<Element>(value);
    }
}

} // namespace detail

/// Reads the IDX format from memory: two zero bytes, a type code, the number of dimensions, a 32-bit
/// big-endian extent for each, then the values, big-endian (described with the MNIST database, LeCun, Cortes,
/// Burges). The values are converted to Element. Throws Error, naming `name` and the offset, unless the bytes
/// are exactly that and Element holds the values.
template <class Element>
Array<Element> parse(std::span<const char> bytes, std::string_view name) {
    constexpr std::size_t magic_size = 4;
    if (bytes.size() < magic_size)
        throw Error(detail::at(name, bytes.size()) + "expected an IDX header of at least 4 bytes, got " +
                    std::to_string(bytes.size()));
    if (bytes[0] != 0 || bytes[1] != 0)
        throw Error(detail::at(name, 0) + "expected the bytes 0x00 0x00 of an IDX file, got " +
                    detail::hexadecimal(static_cast<unsigned char>(bytes[0])) + " " +
                    detail::hexadecimal(static_cast<unsigned char>(bytes[1])));
    const unsigned type = static_cast<unsigned char>(bytes[2]);
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
        throw Error(detail::at(name, 2) +
                    "expected a type code among 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e, got " +
                    detail::hexadecimal(type));
    }
    const std::size_t dimensions = static_cast<unsigned char>(bytes[3]);
    const std::size_t header = magic_size + 4 * dimensions;
    if (dimensions == 0)
        throw Error(detail::at(name, 3) + "expected at least one dimension, got 0");
    if (bytes.size() < header)
        throw Error(detail::at(name, bytes.size()) + "expected " + std::to_string(header) +
                    " bytes of header for " + std::to_string(dimensions) + " dimensions, got " +
                    std::to_string(bytes.size()));

    Array<Element> array;
    const std::size_t available = bytes.size() - header;
    std::size_t count = 1;
    for (std::size_t d = 0; d < dimensions; ++d) {
        const std::size_t offset = magic_size + 4 * d;
        const std::size_t extent = detail::read_number<std::uint32_t>(bytes.data() + offset);
        if (extent != 0 && count > std::numeric_limits<std::size_t>::max() / 8 / extent)
            throw Error(detail::at(name, offset) + "expected extents whose product is a size, got extent " +
                        std::to_string(extent) + " after " + std::to_string(count) + " elements");
        array.extents.push_back(extent);
        count *= extent;
    }
    if (count * element_size != available)
        throw Error(detail::at(name, header) + "expected " + std::to_string(count * element_size) +
                    " bytes of values, got " + std::to_string(available));

    array.values.resize(count);
    switch (type) {
    case 0x08:
        detail::convert<std::uint8_t>(bytes, header, name, array.values);
        break;
    case 0x09:
        detail::convert<std::int8_t>(bytes, header, name, array.values);
        break;
    case 0x0b:
        detail::convert<std::int16_t>(bytes, header, name, array.values);
        break;
    case 0x0c:
        detail::convert<std::int32_t>(bytes, header, name, array.values);
        break;
    case 0x0d:
        detail::convert<float>(bytes, header, name, array.values);
        break;
    default:
        detail::convert<double>(bytes, header, name, array.values);
        break;
    }
    return array;
}

/// Reads an IDX file, plain or gzip.
template <class Element>
Array<Element> read(const std::string& path) {
    return parse<Element>(read_file(path), path);
}

} // namespace burin::data::idx
