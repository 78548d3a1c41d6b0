#pragma once

#include "burin/core/error.hpp"
#include "burin/core/half.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/io/json.hpp"
#include "burin/io/safetensors_header.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// The safetensors format (https://huggingface.co/docs/safetensors): eight bytes with the length of the
/// header, little endian; the header, a JSON object that gives each tensor's dtype, shape and range of bytes;
/// then the bytes.
namespace burin::io::safetensors {

static_assert(std::endian::native == std::endian::little,
              "safetensors are little endian; this machine is not");

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

inline std::vector<Tensor> parse(std::span<const std::byte> bytes, std::string_view name,
                                 Metadata* metadata) {
    const auto refuse = [&](std::size_t offset, const std::string& what) {
        throw Error(std::string(name) + ": offset " + std::to_string(offset) + ": " + what);
    };
    if (bytes.size() < 8)
        refuse(0, "expected 8 bytes with the header's length, got " + std::to_string(bytes.size()));
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    const std::uint64_t most = std::min<std::uint64_t>(max_header_bytes, bytes.size() - 8);
    if (length > most)
        refuse(0, "expected a header of at most " + std::to_string(most) + " bytes, got one of " +
                      std::to_string(length));
    const auto header_bytes = static_cast<std::size_t>(length);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, header_bytes);
    const std::span<const std::byte> data = bytes.subspan(8 + header_bytes);

    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        refuse(8 + nul, "expected a header of text, got a NUL");
    Problems problems(name);
    HeaderReader header(data, problems);
    JsonReader(text, header).read();
    if (!header.refusal.empty())
        refuse(8, header.refusal);
    if (text[0] != '{')
        refuse(8, "expected the header to begin with '{', got " + burin::core::quoted(text.substr(0, 1)));
    const std::size_t end = text.rfind('}') + 1;
    if (const std::size_t other = text.find_first_not_of(' ', end); other != std::string_view::npos)
        refuse(8 + other,
               "expected spaces behind the header's '}', got " + burin::core::quoted(text.substr(other, 1)));
    problems.throw_if_any();

    std::vector<Tensor> tensors = std::move(header.tensors);
    std::sort(tensors.begin(), tensors.end(),
              [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(tensors.begin(), tensors.end(),
                                          [](const Tensor& a, const Tensor& b) { return a.name == b.name; });
    if (twice != tensors.end())
        refuse(8, "expected each name once, got " + named(twice->name) + " twice");
    std::sort(tensors.begin(), tensors.end(), [](const Tensor& a, const Tensor& b) {
        return std::tuple(a.bytes.data(), a.bytes.size(), std::string_view(a.name)) <
               std::tuple(b.bytes.data(), b.bytes.size(), std::string_view(b.name));
    });
    const std::byte* next = data.data();
    for (const Tensor& tensor : tensors) {
        if (tensor.bytes.data() != next)
            problems.add(
                tensor_named(tensor.name) + ": expected its data at offset " +
                std::to_string(next - data.data()) + ", got " +
                std::to_string(tensor.bytes.data() - data.data()) +
                (tensor.bytes.data() < next ? ", which overlaps another's" : ", which leaves a hole"));
        next = tensor.bytes.data() + tensor.bytes.size();
    }
    if (next != data.data() + data.size())
        problems.add("expected tensors to the end of the file, got " +
                     std::to_string(data.data() + data.size() - next) + " bytes more");
    problems.throw_if_any();
    if (metadata != nullptr)
        *metadata = std::move(header.metadata);
    return tensors;
}

/// Adds to `problems` everything in which a file's tensors are not what the slots want: names that are
/// missing, names that are not expected, dtypes, shapes.
inline void compare(std::span<const Tensor> tensors, std::span<const Slot> slots, Problems& problems) {
    const auto described = [](const auto& each) { return each.dtype + " " + shape_text(each.shape); };
    std::map<std::string_view, const Tensor*> by_name;
    for (const Tensor& tensor : tensors)
        by_name[tensor.name] = &tensor;
    for (const Slot& slot : slots) {
        const auto found = by_name.find(slot.name);
        if (found == by_name.end()) {
            problems.add("missing " + tensor_named(slot.name) + " " + described(slot));
            continue;
        }
        const Tensor& tensor = *found->second;
        if (tensor.dtype != slot.dtype || tensor.shape != slot.shape)
            problems.add(tensor_named(slot.name) + ": expected " + described(slot) + ", got " +
                         described(tensor));
    }
    std::set<std::string_view> expected;
    for (const Slot& slot : slots)
        expected.insert(slot.name);
    for (const Tensor& tensor : tensors)
        if (!expected.contains(tensor.name))
            problems.add("unexpected " + tensor_named(tensor.name) + " " + described(tensor));
}

/// Of tensors and slots that agree.
inline void copy_into(std::span<const Tensor> tensors, std::span<const Slot> slots) {
    std::map<std::string_view, std::span<const std::byte>> by_name;
    for (const Tensor& tensor : tensors)
        by_name[tensor.name] = tensor.bytes;
    for (const Slot& slot : slots)
        if (!slot.bytes.empty())
            std::memcpy(slot.bytes.data(), by_name[slot.name].data(), slot.bytes.size());
}

} // namespace detail

/// The tensors of a file in memory, pointing into `bytes`, in the order of their data, and what it says of
/// itself if that is asked for. Throws Error with what is wrong: the header's length and syntax, text behind
/// it; each tensor's dtype, shape and range; names given twice; ranges that overlap or leave holes.
inline std::vector<Tensor> parse(std::span<const std::byte> bytes, std::string_view name,
                                 Metadata* metadata = nullptr) {
    return core::within_memory(name, [&] { return detail::parse(bytes, name, metadata); });
}

/// The bytes of a regular file. Throws Error where there is none, or more than `limit`.
inline std::vector<std::byte> read_bytes(const std::string& path,
                                         std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    const auto refuse = [&](const std::string& what) { throw Error(path + ": " + what); };
    if (path.find('\0') != std::string::npos)
        refuse("can't be opened: expected a path without NUL");
    // Before it is opened, which of a FIFO takes until somebody writes.
    struct stat status{};
    const bool is_there = stat(path.c_str(), &status) == 0;
    if (is_there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        refuse("can't be opened: expected a regular file");
    std::ifstream stream;
    if (is_there && !S_ISDIR(status.st_mode))
        stream.open(path, std::ios::binary | std::ios::ate);
    if (!stream.is_open())
        refuse("can't be opened: " +
               std::string(std::strerror(is_there && S_ISDIR(status.st_mode) ? EISDIR : errno)));
    const std::streamoff size = stream.tellg();
    if (size > 0 && static_cast<std::uint64_t>(size) > limit)
        refuse("expected at most " + std::to_string(limit) + " bytes, got " + std::to_string(size));
    std::vector<std::byte> bytes;
    core::within_memory(path,
                        [&] { bytes.resize(static_cast<std::size_t>(std::max<std::streamoff>(size, 0))); });
    stream.seekg(0);
    if (size < 0 || !stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
        refuse("can't be read to the end");
    return bytes;
}

/// Copies the tensors of a file into their slots. Throws Error with everything that does not agree, and then
/// no slot is changed.
inline void read_into(std::span<const Tensor> tensors, std::span<const Slot> slots, std::string_view name) {
    detail::Problems problems(name);
    detail::compare(tensors, slots, problems);
    problems.throw_if_any();
    detail::copy_into(tensors, slots);
}

/// Writes tensors to a file, in the given order. The file appears complete or not at all. Throws Error for
/// what `parse` would refuse.
inline void write(const std::string& path, std::span<const Tensor> tensors, const Metadata& metadata = {}) {
    detail::Problems problems(path);
    std::set<std::string_view> names{"__metadata__"};
    std::string text = "{";
    try {
        for (const auto& [key, value] : metadata)
            text +=
                (text.size() > 1 ? "," : "\"__metadata__\":{") + json_string(key) + ":" + json_string(value);
        text += metadata.empty() ? "" : "}";
        std::size_t offset = 0;
        for (const Tensor& tensor : tensors) {
            if (!names.insert(tensor.name).second)
                problems.add("expected each name once, got " + detail::named(tensor.name) + " twice");
            if (detail::dtype_bytes(tensor.dtype) == 0 || tensor.shape.size() > max_rank ||
                detail::tensor_bytes(tensor.dtype, tensor.shape) != tensor.bytes.size())
                problems.add(detail::tensor_named(tensor.name) + ": expected the bytes of " +
                             core::printable(tensor.dtype, 40) + " " + detail::shape_text(tensor.shape) +
                             ", got " + std::to_string(tensor.bytes.size()));
            text += (text.size() > 1 ? "," : "") + json_string(tensor.name) +
                    ":{\"dtype\":" + json_string(tensor.dtype) +
                    ",\"shape\":" + detail::shape_text(tensor.shape, max_rank) + ",\"data_offsets\":[" +
                    std::to_string(offset) + "," + std::to_string(offset + tensor.bytes.size()) + "]}";
            offset += tensor.bytes.size();
        }
    } catch (const Error& error) {
        throw Error(path + ": expected names in UTF-8, got " + error.what());
    }
    text += "}";
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();
    if (length > max_header_bytes)
        problems.add("expected a header of at most " + std::to_string(max_header_bytes) +
                     " bytes, got one of " + std::to_string(length));
    problems.throw_if_any();

    AtomicFile file(path);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(std::as_bytes(std::span(text)));
    for (const Tensor& tensor : tensors)
        file.write(tensor.bytes);
    file.commit();
}

} // namespace burin::io::safetensors
