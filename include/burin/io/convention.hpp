#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/io/safetensors_header.hpp"

#include <string>
#include <string_view>

namespace burin::io {

/// Names and layouts of a file's tensors are Burin's, though the file does not say so, as one that was
/// written with NumPy: `io::load(path, model, io::Burin{})`.
struct Burin {};

namespace detail {

/// What a file says of whose names and layouts its tensors have: `burin`, `pt` of PyTorch.
inline constexpr std::string_view format_key = "format", burin_format = "burin", pytorch_format = "pt";

/// What begins the other keys that Burin writes: of files that have no format they say whose they are.
inline constexpr std::string_view key_prefix = "burin.";

/// What a file says that it is; empty if it says nothing.
inline std::string_view format_in(const safetensors::Metadata& metadata) {
    if (const auto found = metadata.find(std::string(format_key)); found != metadata.end())
        return found->second;
    const auto first = metadata.lower_bound(std::string(key_prefix));
    const bool has_key = first != metadata.end() && first->first.starts_with(key_prefix);
    return has_key ? burin_format : std::string_view();
}

/// Throws Error for a file that does not say that it is Burin's, with the way to read it all the same.
inline void check_is_burins(const safetensors::Metadata& metadata, const std::string& path) {
    const std::string_view format = format_in(metadata);
    if (format == burin_format)
        return;
    const std::string ways = "load(path, model, io::PyTorch{}) reads names and layouts of PyTorch (burin/io/"
                             "pytorch.hpp), load(path, model, io::Burin{}) those of Burin";
    if (format.empty())
        throw Error(path +
                    ": expected a file that says whose names and layouts its tensors have, got one that "
                    "does not: " +
                    ways);
    throw Error(path + ": expected a file of Burin's, got one that says 'format' " + core::quoted(format) +
                ": " + ways);
}

} // namespace detail
} // namespace burin::io
