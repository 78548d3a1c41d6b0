#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::io::safetensors {

/// Tensors by name, as they are written and as they are found.
struct Tensor {
    std::string name;
    std::string dtype; ///< `F32`, `F64`, `U64`, …
    std::vector<std::size_t> shape;
    std::span<const std::byte> bytes;
};

/// What a file says of itself, in the format's `__metadata__`.
using Metadata = std::map<std::string, std::string>;

/// More than NumPy and PyTorch have.
inline constexpr std::size_t max_rank = 64;

namespace detail {

/// Bytes of an element; 0 if there is no such dtype.
inline std::size_t dtype_bytes(std::string_view dtype) {
    if (dtype == "F64" || dtype == "I64" || dtype == "U64")
        return 8;
    if (dtype == "F32" || dtype == "I32" || dtype == "U32")
        return 4;
    if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16")
        return 2;
    return dtype == "I8" || dtype == "U8" || dtype == "BOOL" || dtype == "F8_E4M3" || dtype == "F8_E5M2" ? 1
                                                                                                         : 0;
}

/// Bytes of a tensor, or nothing where that is no size.
inline std::optional<std::size_t> tensor_bytes(std::string_view dtype,
                                               const std::vector<std::size_t>& shape) {
    std::size_t size = dtype_bytes(dtype);
    bool overflows = false;
    for (const std::size_t extent : shape) {
        overflows = overflows || (extent != 0 && size > std::numeric_limits<std::size_t>::max() / extent);
        size *= extent;
    }
    return overflows ? std::nullopt : std::optional(size);
}

/// As messages show it and as JSON.
inline std::string shape_text(const std::vector<std::size_t>& shape, std::size_t most = 8) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += i > 0 ? ", " : "";
        if (i == most)
            return text + "…]";
        text += std::to_string(shape[i]);
    }
    return text + "]";
}

/// A name as messages show it. Those of real networks are longer than what `quoted` leaves of a text.
inline std::string named(std::string_view name) {
    return "'" + core::printable(name, 200) + "'";
}
inline std::string tensor_named(std::string_view name) {
    return "tensor " + named(name);
}

/// Problems of one file, to be reported together: the first ten, or `most`, and how many there are.
class Problems {
  public:
    explicit Problems(std::string_view name, std::size_t most = 10) : name_(name), most_(most) {}

    void add(const std::string& problem) {
        if (count_++ < most_)
            text_ += (count_ == 1 ? " " : "; ") + problem;
    }
    /// What to do about them.
    void end_with(std::string hint) { hint_ = std::move(hint); }
    bool empty() const { return count_ == 0; }
    void throw_if_any() const {
        if (count_ > 0)
            throw Error(name_ + ":" + text_ +
                        (count_ > most_ ? "; and " + std::to_string(count_ - most_) + " more" : "") +
                        (hint_.empty() ? "" : "; " + hint_));
    }

  private:
    std::string name_;
    std::size_t most_;
    std::string text_, hint_;
    std::size_t count_ = 0;
};

/// The largest there is for a number that is beyond it: more than any file in memory has.
inline std::size_t to_size(std::uint64_t number) noexcept {
    return static_cast<std::size_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::size_t>::max()));
}

/// Receives the header from the parser of JSON piece by piece and makes tensors of it. Only these take
/// memory; what is wrong is a problem each, what ends the reading is in `refusal`.
class HeaderReader {
  public:
    HeaderReader(std::span<const std::byte> data, Problems& problems) : data_(data), problems_(problems) {}

    std::vector<Tensor> tensors;
    Metadata metadata;
    std::string refusal;

    bool null() { return scalar("null", "null"); }
    bool boolean(bool value) { return scalar("boolean", value ? "true" : "false"); }
    bool number_integer(std::int64_t value) { return scalar("number", std::to_string(value)); }
    bool number_float(const std::string& text) { return scalar("number", text); }
    bool number_unsigned(std::uint64_t value) {
        if (depth_ == 3 && list_ == List::shape) {
            if (entry_.shape.size() == max_rank)
                has_sizes_ = false;
            else
                entry_.shape.push_back(to_size(value));
            return true;
        }
        if (depth_ == 3 && list_ == List::offsets) {
            if (offset_count_ < 2)
                offsets_[offset_count_] = to_size(value);
            add_offset(std::to_string(value));
            return true;
        }
        return scalar("number", std::to_string(value));
    }
    bool string(std::string& value) {
        if (depth_ == 2 && in_metadata_ && is_object_) {
            if (!metadata.emplace(key_, std::move(value)).second)
                return refuse_twice(key_);
            return true;
        }
        if (depth_ == 2 && key_ == "dtype" && is_object_) {
            entry_.dtype = std::move(value);
            has_dtype_ = true;
            return true;
        }
        return scalar("string", "\"" + core::printable(value, 40) + "\"");
    }

    bool key(std::string& name) {
        if (depth_ == 1)
            return begin_entry(std::move(name));
        if (depth_ == 2) {
            key_ = std::move(name);
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (!in_metadata_ && key_ == fields[i] && std::exchange(seen_[i], true))
                    return refuse_twice(key_);
        }
        return true;
    }

    bool start_object() {
        if (depth_ == 1)
            is_object_ = true;
        return start("object");
    }
    bool start_array() {
        if (depth_ == 0)
            return refuse_top("array");
        if (depth_ == 2 && is_object_ && !in_metadata_ && key_ == "shape") {
            list_ = List::shape;
            has_shape_ = true;
        } else if (depth_ == 2 && is_object_ && !in_metadata_ && key_ == "data_offsets") {
            list_ = List::offsets;
            has_offsets_ = true;
        }
        return start("array");
    }
    bool end_object() { return end(); }
    bool end_array() { return end(); }

    void refuse(const std::string& what) {
        refusal = "expected a JSON header, got text that is none (" + what + ")";
    }

  private:
    enum class List { none, shape, offsets };
    static constexpr std::array<std::string_view, 3> fields{"dtype", "shape", "data_offsets"};

    bool refuse_top(const char* type) {
        refusal = "expected a JSON object as the header, got " + std::string(type);
        return false;
    }
    bool refuse_twice(std::string_view name) {
        refusal = "expected each name once, got " + named(name) + " twice";
        return false;
    }

    bool begin_entry(std::string&& name) {
        in_metadata_ = name == "__metadata__";
        if (in_metadata_ && std::exchange(has_metadata_, true))
            return refuse_twice(name);
        entry_ = {};
        entry_.name = std::move(name);
        is_object_ = has_dtype_ = has_shape_ = has_offsets_ = false;
        has_sizes_ = has_whole_offsets_ = true;
        offset_count_ = 0;
        offsets_text_.clear();
        seen_ = {};
        return true;
    }

    void add_offset(const std::string& text) {
        if (++offset_count_ <= 2)
            offsets_text_ += (offset_count_ > 1 ? "," : "") + text;
    }

    /// A value that is not what the format wants in its place.
    bool scalar(const char* type, const std::string& text) {
        if (depth_ == 0)
            return refuse_top(type);
        misfit(text);
        if (depth_ == 1)
            end_entry();
        return true;
    }
    void misfit(const std::string& text) {
        if (in_metadata_)
            is_metadata_wrong_ = true;
        else if (depth_ == 3 && list_ == List::shape)
            has_sizes_ = false;
        else if (depth_ == 3 && list_ == List::offsets) {
            has_whole_offsets_ = false;
            add_offset(text);
        }
    }

    bool start(const char* type) {
        if (depth_ == 4) {
            refusal = "expected a header of at most 4 levels, got a deeper one";
            return false;
        }
        const bool is_entry = depth_ == 1 && type == std::string_view("object");
        if (depth_ > 0 && !is_entry)
            misfit("[…]");
        ++depth_;
        return true;
    }
    bool end() {
        --depth_;
        if (depth_ == 2)
            list_ = List::none;
        if (depth_ == 1)
            end_entry();
        if (depth_ == 0 && is_metadata_wrong_)
            problems_.add("'__metadata__': expected an object of strings");
        return true;
    }

    void end_entry() {
        if (in_metadata_)
            return;
        const auto wrong = [&](const std::string& what) {
            problems_.add(tensor_named(entry_.name) + ": " + what);
        };
        if (!is_object_ || !has_dtype_ || !has_shape_ || !has_offsets_ || offset_count_ != 2)
            return wrong("expected dtype, shape and two data_offsets");
        if (dtype_bytes(entry_.dtype) == 0)
            return wrong("expected a known dtype, got " + burin::core::quoted(entry_.dtype));
        const std::optional<std::size_t> size = tensor_bytes(entry_.dtype, entry_.shape);
        if (!has_sizes_ || !size)
            return wrong("expected a shape of whole numbers whose product is a size");
        const auto [begin, end] = offsets_;
        if (!has_whole_offsets_ || begin > end || end > data_.size())
            return wrong("expected data_offsets within " + std::to_string(data_.size()) + " bytes, got [" +
                         offsets_text_ + "]");
        if (end - begin != *size)
            return wrong("expected " + std::to_string(*size) + " bytes for " + entry_.dtype + " " +
                         shape_text(entry_.shape) + ", got " + std::to_string(end - begin));
        entry_.bytes = data_.subspan(begin, end - begin);
        entry_.shape.shrink_to_fit();
        tensors.push_back(std::move(entry_));
    }

    std::span<const std::byte> data_;
    Problems& problems_;
    int depth_ = 0;
    bool in_metadata_ = false, has_metadata_ = false, is_metadata_wrong_ = false;

    // Of the entry that is being read.
    Tensor entry_;
    std::string key_;
    List list_ = List::none;
    bool is_object_ = false, has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
    bool has_sizes_ = true, has_whole_offsets_ = true;
    std::array<bool, 3> seen_{};
    std::array<std::size_t, 2> offsets_{};
    std::size_t offset_count_ = 0;
    std::string offsets_text_;
};

} // namespace detail
} // namespace burin::io::safetensors
