#pragma once

#include "burin/core/error.hpp"
#include "burin/core/half.hpp"
#include "burin/io/atomic_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

/// The safetensors format (https://huggingface.co/docs/safetensors): eight bytes with the length of the
/// header, little endian; the header, a JSON object that gives each tensor's dtype, shape and range of bytes;
/// then the bytes.
namespace burin::io::safetensors {

static_assert(std::endian::native == std::endian::little,
              "safetensors are little endian; this machine is not");

/// Tensors by name, as they are written and as they are found.
struct Tensor {
    std::string name;
    std::string dtype; ///< `F32`, `F64`, `U64`, …
    std::vector<std::size_t> shape;
    std::span<const std::byte> bytes;
};

/// A place that a tensor of a file is to be read into.
struct Slot {
    std::string name;
    std::string dtype;
    std::vector<std::size_t> shape;
    std::span<std::byte> bytes;
};

template <class Scalar>
inline constexpr std::string_view dtype_of = {};
template <>
inline constexpr std::string_view dtype_of<float> = "F32";
template <>
inline constexpr std::string_view dtype_of<double> = "F64";
template <>
inline constexpr std::string_view dtype_of<float16> = "F16";
template <>
inline constexpr std::string_view dtype_of<bfloat16> = "BF16";
template <>
inline constexpr std::string_view dtype_of<std::uint64_t> = "U64";

/// The reference implementation's limit.
inline constexpr std::uint64_t max_header_bytes = 100'000'000;

namespace detail {

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

inline std::string shape_text(const std::vector<std::size_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/// Problems of one file, to be reported together.
class Problems {
  public:
    explicit Problems(std::string_view name) : name_(name) {}

    void add(const std::string& problem) { text_ += (text_.empty() ? " " : "; ") + problem; }
    bool any() const noexcept { return !text_.empty(); }
    void throw_if_any() const {
        if (any())
            throw Error(name_ + ":" + text_);
    }

  private:
    std::string name_;
    std::string text_;
};

/// A size in the header; no value for anything but a whole number that fits.
inline bool read_size(const nlohmann::json& json, std::size_t& size) {
    if (!json.is_number_unsigned())
        return false;
    size = json.get<std::size_t>();
    return true;
}

/// Refuses what JSON allows and the format does not: names given twice and deep nesting.
inline nlohmann::json parse_header(std::string_view text, std::string_view name) {
    std::vector<std::set<std::string>> keys;
    std::string twice;
    bool too_deep = false;
    const auto check = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        if (depth > 4)
            too_deep = true;
        if (event == Event::object_start)
            keys.emplace_back();
        else if (event == Event::object_end && !keys.empty())
            keys.pop_back();
        else if (event == Event::key && !keys.empty() &&
                 !keys.back().insert(parsed.get<std::string>()).second)
            twice = parsed.get<std::string>();
        return !too_deep;
    };
    nlohmann::json header;
    try {
        header = nlohmann::json::parse(text, check);
    } catch (const nlohmann::json::exception& error) {
        throw Error(std::string(name) + ": offset 8: expected a JSON header, got text that is none (" +
                    error.what() + ")");
    }
    if (too_deep)
        throw Error(std::string(name) +
                    ": offset 8: expected a header of at most 4 levels, got a deeper one");
    if (!twice.empty())
        throw Error(std::string(name) + ": offset 8: expected each name once, got '" + twice + "' twice");
    if (!header.is_object())
        throw Error(std::string(name) + ": offset 8: expected a JSON object as the header, got " +
                    header.type_name());
    return header;
}

} // namespace detail

/// The tensors of a file in memory, pointing into `bytes`, in the order of their data. Throws Error with
/// everything that is wrong: the header's length and syntax; each tensor's dtype, shape and range; ranges
/// that overlap or leave holes.
inline std::vector<Tensor> parse(std::span<const std::byte> bytes, std::string_view name) {
    if (bytes.size() < 8)
        throw Error(std::string(name) + ": offset 0: expected 8 bytes with the header's length, got " +
                    std::to_string(bytes.size()));
    std::uint64_t header_bytes = 0;
    std::memcpy(&header_bytes, bytes.data(), 8);
    if (header_bytes > max_header_bytes || header_bytes > bytes.size() - 8)
        throw Error(std::string(name) + ": offset 0: expected a header of at most " +
                    std::to_string(std::min<std::uint64_t>(max_header_bytes, bytes.size() - 8)) +
                    " bytes, got one of " + std::to_string(header_bytes));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, header_bytes);
    const nlohmann::json header = detail::parse_header(text, name);
    const std::span<const std::byte> data = bytes.subspan(8 + header_bytes);

    detail::Problems problems(name);
    std::vector<Tensor> tensors;
    for (const auto& [key, entry] : header.items()) {
        if (key == "__metadata__") {
            if (!entry.is_object() ||
                !std::all_of(entry.begin(), entry.end(), [](const auto& v) { return v.is_string(); }))
                problems.add("'__metadata__': expected an object of strings");
            continue;
        }
        const auto wrong = [&, &tensor = key](const std::string& what) {
            problems.add("tensor '" + tensor + "': " + what);
        };
        if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() ||
            !entry.contains("shape") || !entry["shape"].is_array() || !entry.contains("data_offsets") ||
            !entry["data_offsets"].is_array() || entry["data_offsets"].size() != 2) {
            wrong("expected dtype, shape and two data_offsets");
            continue;
        }
        Tensor tensor{key, entry["dtype"].get<std::string>(), {}, {}};
        std::size_t size = detail::dtype_bytes(tensor.dtype);
        if (size == 0) {
            wrong("expected a known dtype, got '" + tensor.dtype + "'");
            continue;
        }
        bool overflows = false, whole = true;
        for (const auto& each : entry["shape"]) {
            std::size_t extent = 0;
            whole = whole && detail::read_size(each, extent);
            overflows = overflows || (extent != 0 && size > std::numeric_limits<std::size_t>::max() / extent);
            size *= extent;
            tensor.shape.push_back(extent);
        }
        std::size_t begin = 0, end = 0;
        if (!whole || overflows) {
            wrong("expected a shape of whole numbers whose product is a size");
        } else if (!detail::read_size(entry["data_offsets"][0], begin) ||
                   !detail::read_size(entry["data_offsets"][1], end) || begin > end || end > data.size()) {
            wrong("expected data_offsets within " + std::to_string(data.size()) + " bytes, got " +
                  entry["data_offsets"].dump());
        } else if (end - begin != size) {
            wrong("expected " + std::to_string(size) + " bytes for " + tensor.dtype + " " +
                  detail::shape_text(tensor.shape) + ", got " + std::to_string(end - begin));
        } else {
            tensor.bytes = data.subspan(begin, end - begin);
            tensors.push_back(std::move(tensor));
        }
    }
    problems.throw_if_any();

    std::sort(tensors.begin(), tensors.end(), [](const Tensor& a, const Tensor& b) {
        return std::tuple(a.bytes.data(), a.bytes.size(), std::string_view(a.name)) <
               std::tuple(b.bytes.data(), b.bytes.size(), std::string_view(b.name));
    });
    const std::byte* next = data.data();
    for (const Tensor& tensor : tensors) {
        if (tensor.bytes.data() != next)
            problems.add(
                "tensor '" + tensor.name + "': expected its data at offset " +
                std::to_string(next - data.data()) + ", got " +
                std::to_string(tensor.bytes.data() - data.data()) +
                (tensor.bytes.data() < next ? ", which overlaps another's" : ", which leaves a hole"));
        next = tensor.bytes.data() + tensor.bytes.size();
    }
    if (next != data.data() + data.size())
        problems.add("expected tensors to the end of the file, got " +
                     std::to_string(data.data() + data.size() - next) + " bytes more");
    problems.throw_if_any();
    return tensors;
}

/// The bytes of a file.
inline std::vector<std::byte> read_bytes(const std::string& path) {
    // A directory opens like a file and claims to be of the largest size there is.
    if (std::error_code ignored; std::filesystem::is_directory(path, ignored))
        throw Error(path + ": can't be opened: " + std::strerror(EISDIR));
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    if (!stream)
        throw Error(path + ": can't be opened: " + std::strerror(errno));
    const std::streamoff size = stream.tellg();
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::max<std::streamoff>(size, 0)));
    stream.seekg(0);
    if (size < 0 || !stream.read(reinterpret_cast<char*>(bytes.data()), size))
        throw Error(path + ": can't be read to the end");
    return bytes;
}

/// Copies the tensors of a file into their slots. Throws Error with everything that does not agree (names
/// that are missing, names that are not expected, dtypes, shapes), and then no slot is changed.
inline void read_into(std::span<const Tensor> tensors, std::span<const Slot> slots, std::string_view name) {
    std::map<std::string_view, const Tensor*> by_name;
    for (const Tensor& tensor : tensors)
        by_name[tensor.name] = &tensor;
    detail::Problems problems(name);
    for (const Slot& slot : slots) {
        const auto found = by_name.find(slot.name);
        if (found == by_name.end()) {
            problems.add("missing tensor '" + slot.name + "' " + slot.dtype + " " +
                         detail::shape_text(slot.shape));
            continue;
        }
        const Tensor& tensor = *found->second;
        if (tensor.dtype != slot.dtype || tensor.shape != slot.shape)
            problems.add("tensor '" + slot.name + "': expected " + slot.dtype + " " +
                         detail::shape_text(slot.shape) + ", got " + tensor.dtype + " " +
                         detail::shape_text(tensor.shape));
    }
    for (const Tensor& tensor : tensors)
        if (std::none_of(slots.begin(), slots.end(),
                         [&](const Slot& slot) { return slot.name == tensor.name; }))
            problems.add("unexpected tensor '" + tensor.name + "' " + tensor.dtype + " " +
                         detail::shape_text(tensor.shape));
    problems.throw_if_any();
    for (const Slot& slot : slots)
        std::memcpy(slot.bytes.data(), by_name[slot.name]->bytes.data(), slot.bytes.size());
}

/// Writes tensors to a file, in the given order. The file appears complete or not at all.
inline void write(const std::string& path, std::span<const Tensor> tensors,
                  const std::map<std::string, std::string>& metadata = {}) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const Tensor& tensor : tensors) {
        header[tensor.name] = {{"dtype", tensor.dtype},
                               {"shape", tensor.shape},
                               {"data_offsets", {offset, offset + tensor.bytes.size()}}};
        offset += tensor.bytes.size();
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const nlohmann::json::exception& error) {
        throw Error(path + ": expected names in UTF-8, got others (" + error.what() + ")");
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();

    AtomicFile file(path);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(std::as_bytes(std::span(text)));
    for (const Tensor& tensor : tensors)
        file.write(tensor.bytes);
    file.commit();
}

} // namespace burin::io::safetensors
