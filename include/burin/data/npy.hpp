#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/stored_array.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// NumPy's format for one array, as `numpy.save` writes it, of versions 1 to 3: numbers of 8 to 64 bits,
/// whole or floating-point (of 16 too), and truth values, of either byte order. After `numpy.lib.format`.
namespace burin::data::npy {

/// An array read from a file: its extents (none for a single number) and its values, the last index varying
/// fastest, whichever order the file has.
template <class Element>
struct Array {
    std::vector<std::size_t> extents;
    std::vector<Element> values;
};

namespace detail {

using data::detail::at_offset;
using data::detail::StoredArray;
using data::detail::StoredType;

/// The header's text: a dictionary of Python, of three entries.
class Header {
  public:
    Header(std::string_view text, std::string_view name, std::size_t offset)
        : text_(text), name_(name), offset_(offset) {}

    StoredArray read() {
        StoredArray array;
        bool has_type = false, has_order = false, has_shape = false;
        take('{', "a dictionary");
        for (space(); !next_is('}'); space()) {
            const std::size_t begin = at_;
            const std::string_view key = text("a key in quotes");
            take(':', "a colon");
            if (key == "descr" && !has_type) {
                read_type(array);
                has_type = true;
            } else if (key == "fortran_order" && !has_order) {
                array.first_index_fastest = read_truth();
                has_order = true;
            } else if (key == "shape" && !has_shape) {
                read_shape(array);
                has_shape = true;
            } else {
                fail(begin, "the keys 'descr', 'fortran_order' and 'shape', once each", core::quoted(key));
            }
            space();
            if (!next_is('}'))
                take(',', "a comma or the dictionary's end");
        }
        ++at_;
        space();
        if (at_ < text_.size())
            fail(at_, "nothing behind the dictionary", core::quoted(text_.substr(at_)));
        if (!has_type || !has_order || !has_shape)
            fail(0, "the keys 'descr', 'fortran_order' and 'shape'", "less");
        return array;
    }

  private:
    [[noreturn]] void fail(std::size_t at, const std::string& expected, const std::string& found) const {
        throw Error(at_offset(name_, offset_ + at) + "expected " + expected + ", got " + found);
    }
    [[noreturn]] void fail_here(const std::string& expected) const {
        fail(at_, expected, at_ < text_.size() ? core::quoted(text_.substr(at_)) : "the header's end");
    }

    bool next_is(char character) const { return at_ < text_.size() && text_[at_] == character; }
    void space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
            ++at_;
    }
    void take(char character, const char* what) {
        space();
        if (!next_is(character))
            fail_here(what);
        ++at_;
    }
    std::string_view text(const char* what) {
        space();
        if (!next_is('\'') && !next_is('"'))
            fail_here(what);
        const std::size_t begin = at_ + 1, end = text_.find(text_[at_], begin);
        if (end == std::string_view::npos)
            fail_here(std::string(what) + " that ends");
        at_ = end + 1;
        return text_.substr(begin, end - begin);
    }
    bool read_truth() {
        space();
        for (const bool truth : {false, true})
            if (const std::string_view word = truth ? "True" : "False"; text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                return truth;
            }
        fail_here("True or False");
    }
    std::size_t read_number() {
        std::size_t number = 0;
        const char* const begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
        if (error != std::errc{})
            fail_here("an extent");
        at_ += static_cast<std::size_t>(end - begin);
        return number;
    }
    void read_shape(StoredArray& array) {
        constexpr std::size_t most = 64;
        take('(', "a tuple of extents");
        for (space(); !next_is(')'); space()) {
            const std::size_t begin = at_;
            if (array.extents.size() == most)
                fail_here("at most " + std::to_string(most) + " dimensions");
            array.push_back(read_number(), name_, offset_ + begin);
            space();
            if (!next_is(')'))
                take(',', "a comma or the tuple's end");
        }
        ++at_;
    }
    void read_type(StoredArray& array) {
        space();
        const std::size_t begin = at_;
        if (next_is('['))
            fail_here("one type of numbers");
        const std::string_view type = text("a type in quotes");
        struct Known {
            std::string_view name;
            StoredType type;
        };
        constexpr Known known[] = {
            {"b1", StoredType::boolean}, {"u1", StoredType::uint8},   {"i1", StoredType::int8},
            {"u2", StoredType::uint16},  {"i2", StoredType::int16},   {"u4", StoredType::uint32},
            {"i4", StoredType::int32},   {"u8", StoredType::uint64},  {"i8", StoredType::int64},
            {"f2", StoredType::float16}, {"f4", StoredType::float32}, {"f8", StoredType::float64}};
        const auto found = std::find_if(std::begin(known), std::end(known), [&](const Known& each) {
            return type.size() == 3 && type.substr(1) == each.name;
        });
        const bool has_order = type.starts_with('<') || type.starts_with('>');
        if (found == std::end(known) || !(has_order || (type[0] == '|' && type[2] == '1')))
            fail(begin,
                 "a type among |b1, |u1, |i1, <u2, <i2, <u4, <i4, <u8, <i8, <f2, <f4, <f8 and those with >",
                 core::quoted(type));
        array.type = found->type;
        array.big_endian = type[0] == '>';
    }

    std::string_view text_, name_;
    std::size_t offset_; ///< Of the text in the file.
    std::size_t at_ = 0;
};

/// Reads a header, and leaves `bytes` where the values begin.
inline StoredArray read_header(ByteStream& bytes) {
    const std::string& name = bytes.name();
    constexpr std::size_t most = 65'535;
    constexpr std::string_view magic = "\x93NUMPY";
    char begin[12];
    std::size_t got = bytes.read(std::span(begin).first(10));
    if (got < 10)
        throw Error(at_offset(name, got) + "expected an NPY header of at least 10 bytes, got " +
                    std::to_string(got));
    if (!std::string_view(begin, got).starts_with(magic))
        throw Error(at_offset(name, 0) + "expected the bytes \\x93NUMPY of an NPY file, got " +
                    core::quoted(std::string_view(begin, magic.size())));
    const unsigned major = static_cast<unsigned char>(begin[6]), minor = static_cast<unsigned char>(begin[7]);
    if (major < 1 || major > 3 || minor != 0)
        throw Error(at_offset(name, 6) + "expected version 1.0, 2.0 or 3.0, got " + std::to_string(major) +
                    "." + std::to_string(minor));
    if (major > 1)
        got += bytes.read(std::span(begin).subspan(10));
    const std::size_t length = major == 1 || got < 12
                                   ? data::detail::read_number<std::uint16_t>(begin + 8, false)
                                   : data::detail::read_number<std::uint32_t>(begin + 8, false);
    if (length > most)
        throw Error(at_offset(name, 8) + "expected a header of at most " + std::to_string(most) +
                    " bytes, got " + std::to_string(length));
    std::string text(std::min(length, bytes.most_bytes_left()), '\0');
    const std::size_t got_text = bytes.read(text);
    if (got_text < length)
        throw Error(at_offset(name, got + got_text) + "expected a header of " + std::to_string(length) +
                    " bytes, got " + std::to_string(got_text));
    StoredArray array = Header(text, name, got).read();
    array.offset = got + length;
    return array;
}

/// The values of an array whose first index varies fastest, in the other order.
template <class Element>
std::vector<Element> transposed(const std::vector<std::size_t>& extents, const std::vector<Element>& values) {
    std::vector<std::size_t> strides(extents.size(), 1), index(extents.size());
    for (std::size_t d = 1; d < extents.size(); ++d)
        strides[d] = strides[d - 1] * extents[d - 1];
    std::vector<Element> result(values.size());
    std::size_t from = 0;
    for (Element& value : result) {
        value = values[from];
        for (std::size_t d = extents.size(); d-- > 0;) {
            from += strides[d];
            if (++index[d] < extents[d])
                break;
            from -= index[d] * strides[d];
            index[d] = 0;
        }
    }
    return result;
}

template <class Element>
Array<Element> read(ByteStream& bytes, const ReadOptions& options) {
    StoredArray array = read_header(bytes);
    Array<Element> result{array.extents, data::detail::read_values<Element>(bytes, array, options)};
    if (array.first_index_fastest && array.extents.size() > 1)
        result.values = transposed(result.extents, result.values);
    return result;
}

} // namespace detail

/// Reads the format from memory, and converts the values to Element. Throws Error, naming `name` and the
/// offset, unless the bytes are exactly that and Element holds the values: NaN, infinity and what exceeds the
/// range of a floating-point Element are refused unless `options` allow them. Objects, texts, complex numbers
/// and structures are refused.
template <class Element>
Array<Element> parse(std::span<const char> bytes, std::string_view name, const ReadOptions& options = {}) {
    return core::within_memory(name, [&] {
        ByteStream stream({bytes.data(), bytes.size()}, name);
        return detail::read<Element>(stream, options);
    });
}

/// Reads an NPY file, plain or gzip:
///
/// ```cpp
/// const auto images = data::npy::read<float>("images.npy"); // images.extents: {60000, 28, 28}
/// ```
///
/// What the header says of the values' size must agree with the file before they are read; they are converted
/// as they come. Memory: that of the values, twice where an array of Fortran's order is turned.
template <class Element>
Array<Element> read(const std::string& path, const ReadOptions& options = {}) {
    return core::within_memory(path, [&] {
        ByteStream file(path, options.max_bytes);
        return detail::read<Element>(file, options);
    });
}

} // namespace burin::data::npy
