#pragma once

#include "burin/core/error.hpp"
#include "burin/core/half.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// What the readers of IDX and NPY share: arrays of numbers as files have them.
namespace burin::data::detail {

/// As what a file stores a number.
enum class StoredType {
    uint8,
    int8,
    uint16,
    int16,
    uint32,
    int32,
    uint64,
    int64,
    float16,
    float32,
    float64,
    boolean
};

/// A byte that is 0 or 1.
enum class StoredBoolean : std::uint8_t {};

/// Calls `run` with the type in C++ that has a stored number's bits.
template <class Run>
decltype(auto) with_stored(StoredType type, Run run) {
    switch (type) {
    case StoredType::uint8:
        return run(std::type_identity<std::uint8_t>{});
    case StoredType::int8:
        return run(std::type_identity<std::int8_t>{});
    case StoredType::uint16:
        return run(std::type_identity<std::uint16_t>{});
    case StoredType::int16:
        return run(std::type_identity<std::int16_t>{});
    case StoredType::uint32:
        return run(std::type_identity<std::uint32_t>{});
    case StoredType::int32:
        return run(std::type_identity<std::int32_t>{});
    case StoredType::uint64:
        return run(std::type_identity<std::uint64_t>{});
    case StoredType::int64:
        return run(std::type_identity<std::int64_t>{});
    case StoredType::float16:
        return run(std::type_identity<burin::float16>{});
    case StoredType::float32:
        return run(std::type_identity<float>{});
    case StoredType::float64:
        return run(std::type_identity<double>{});
    default:
        return run(std::type_identity<StoredBoolean>{});
    }
}

/// A number of the file's type, its high byte first or last.
template <class Stored>
auto read_number(const char* from, bool big_endian = true) noexcept {
    using Bits = std::conditional_t<
        sizeof(Stored) == 1, std::uint8_t,
        std::conditional_t<sizeof(Stored) == 2, std::uint16_t,
                           std::conditional_t<sizeof(Stored) == 4, std::uint32_t, std::uint64_t>>>;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Stored); ++i)
        bits = (bits << 8) | static_cast<unsigned char>(from[big_endian ? i : sizeof(Stored) - 1 - i]);
    if constexpr (std::is_same_v<Stored, StoredBoolean>)
        return static_cast<std::uint8_t>(bits);
    else if constexpr (std::is_same_v<Stored, burin::float16>)
        return static_cast<float>(burin::float16{static_cast<std::uint16_t>(bits)});
    else
        return std::bit_cast<Stored>(static_cast<Bits>(bits));
}

/// Whether Element holds a value. A floating-point Element holds every finite number within its range,
/// rounded, and others if they are allowed.
template <class Element, class Value>
bool holds(Value value, bool allow_not_finite) noexcept {
    if constexpr (std::is_floating_point_v<Element> && std::is_integral_v<Value>) {
        return true; // 2^64 is within the range of float.
    } else if constexpr (std::is_floating_point_v<Element>) {
        return allow_not_finite || std::isfinite(static_cast<Element>(value));
    } else if constexpr (std::is_integral_v<Value>) {
        return std::in_range<Element>(value);
    } else {
        // The limits may round to ±2^n in the file's type, hence the half-open range.
        using OfElement = std::numeric_limits<Element>;
        return value == std::trunc(value) && value >= static_cast<Value>(OfElement::lowest()) &&
               value < std::ldexp(Value(1), OfElement::digits);
    }
}

/// What a value should have been for Element to hold it.
template <class Element, class Value>
std::string expected([[maybe_unused]] Value value) {
    if constexpr (std::is_floating_point_v<Element>)
        return std::isfinite(static_cast<double>(value))
                   ? std::string("a number within the range of ") + scalar_name<Element>()
                   : "a finite number";
    else
        return "a whole number from " + std::to_string(std::numeric_limits<Element>::lowest()) + " to " +
               std::to_string(std::numeric_limits<Element>::max());
}

/// `file: offset 17: `, to begin a message with.
inline std::string at_offset(std::string_view name, std::size_t offset) {
    return std::string(name) + ": offset " + std::to_string(offset) + ": ";
}

/// An array as its header tells it.
struct StoredArray {
    StoredType type = StoredType::uint8;
    bool big_endian = true;
    bool first_index_fastest = false; ///< Fortran's order, not C's.
    std::vector<std::size_t> extents{};
    std::size_t offset = 0; ///< Of its values in the file.
    std::size_t count = 1;  ///< Of its values.

    std::size_t element_size() const {
        return with_stored(type, []<class Stored>(std::type_identity<Stored>) { return sizeof(Stored); });
    }
    std::size_t bytes() const { return count * element_size(); }

    /// Adds an extent. Throws Error where there are more values than a size counts.
    void push_back(std::size_t extent, std::string_view name, std::size_t at) {
        if (extent != 0 && count > std::numeric_limits<std::size_t>::max() / 8 / extent)
            throw Error(at_offset(name, at) + "expected extents whose product is a size, got extent " +
                        std::to_string(extent) + " after " + std::to_string(count) + " elements");
        extents.push_back(extent);
        count *= extent;
    }
};

/// Throws Error for the first of the values that Element does not hold.
template <class Element, class Stored>
[[noreturn, gnu::cold, gnu::noinline]] void refuse_value(const StoredArray& array, std::string_view name,
                                                         std::size_t offset, const char* from,
                                                         bool allow_not_finite) {
    for (;; from += sizeof(Stored), offset += sizeof(Stored)) {
        const auto value = read_number<Stored>(from, array.big_endian);
        if (std::is_same_v<Stored, StoredBoolean> && value > decltype(value)(1))
            throw Error(at_offset(name, offset) + "expected a truth value, 0 or 1, got " +
                        number_text(value));
        if (!holds<Element>(value, allow_not_finite))
            throw Error(at_offset(name, offset) + "expected " + expected<Element>(value) + ", got " +
                        number_text(value));
    }
}

/// Converts values as they stand in the file `name` from `offset` on. Throws Error for one that Element does
/// not hold.
template <class Element>
void convert_values(const StoredArray& array, std::string_view name, std::size_t offset, const char* from,
                    std::size_t count, bool allow_not_finite, Element* to) {
    with_stored(array.type, [&]<class Stored>(std::type_identity<Stored>) {
        // Without a way out of the loop, so that it takes many values at a time.
        const auto convert = [&](auto big_endian) {
            bool all_hold = true;
            for (std::size_t i = 0; i < count; ++i) {
                const auto value = read_number<Stored>(from + i * sizeof(Stored), big_endian.value);
                all_hold &= !std::is_same_v<Stored, StoredBoolean> || value <= decltype(value)(1);
                const bool is_held = holds<Element>(value, allow_not_finite);
                all_hold &= is_held;
                to[i] = is_held ? static_cast<Element>(value) : Element(0);
            }
            return all_hold;
        };
        if (!(array.big_endian ? convert(std::true_type{}) : convert(std::false_type{})))
            refuse_value<Element, Stored>(array, name, offset, from, allow_not_finite);
    });
}

/// Throws Error unless what the header says of the values' size agrees with the file, as far as that can be
/// told before anything is unpacked, and with the limit.
inline void check_size(const ByteStream& bytes, const StoredArray& array, const ReadOptions& options) {
    const std::size_t size = array.bytes();
    const std::optional<std::size_t> left = bytes.bytes_left();
    if (left ? *left != size : bytes.most_bytes_left() < size)
        throw Error(at_offset(bytes.name(), array.offset) + "expected " + std::to_string(size) +
                    " bytes of values, got " + (left ? "" : "at most ") +
                    std::to_string(left ? *left : bytes.most_bytes_left()));
    if (size > options.max_bytes - std::min(options.max_bytes, array.offset))
        throw Error(at_offset(bytes.name(), array.offset) + "expected at most " +
                    std::to_string(options.max_bytes) + " bytes after unpacking, got a header for " +
                    std::to_string(size) + " bytes of values");
}

/// Reads the values of an array, in the order of the file, to the file's end.
template <class Element>
std::vector<Element> read_values(ByteStream& bytes, const StoredArray& array, const ReadOptions& options) {
    check_size(bytes, array, options);
    if (array.count > options.max_bytes / sizeof(Element))
        throw Error(at_offset(bytes.name(), array.offset) + "expected elements that take at most " +
                    std::to_string(options.max_bytes) + " bytes of memory, got " +
                    std::to_string(array.count) + " of " + std::to_string(sizeof(Element)) + " bytes each");
    const std::size_t size = array.element_size();
    std::vector<Element> values;
    // Reserved, not resized: what was never written costs no memory.
    values.reserve(array.count);
    std::vector<char> piece(std::min(array.bytes(), std::size_t{1} << 16));
    while (values.size() < array.count) {
        const std::size_t first = values.size(), done = first * size;
        const std::size_t wanted = std::min(piece.size(), array.bytes() - done);
        const std::size_t got = bytes.read(std::span(piece).first(wanted));
        if (got < wanted)
            throw Error(at_offset(bytes.name(), array.offset) + "expected " + std::to_string(array.bytes()) +
                        " bytes of values, got " + std::to_string(done + got));
        values.resize(first + got / size);
        convert_values(array, bytes.name(), array.offset + done, piece.data(), got / size,
                       options.allow_not_finite, values.data() + first);
    }
    char more = 0;
    if (bytes.read({&more, 1}) != 0)
        throw Error(at_offset(bytes.name(), array.offset) + "expected " + std::to_string(array.bytes()) +
                    " bytes of values, got more");
    return values;
}

} // namespace burin::data::detail
