#pragma once

#include "burin/core/error.hpp"

#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>

/// Files that are no safetensors are known by how they begin, so that the message says what to do.
namespace burin::io::detail {

/// What to say of a file that begins so and is of another format; empty if it is of none that is known.
/// Nothing of it is read, run or unpacked.
inline std::string_view foreign_format(std::string_view start) {
    using namespace std::string_view_literals;
    constexpr std::string_view pickle =
        "expected safetensors, got a pickle of torch.save, which runs what is in it when it is read; write "
        "it anew in Python: safetensors.torch.save_file(torch.load(path, weights_only=True), "
        "\"model.safetensors\")";
    if (start.starts_with("PK\x03\x04")) {
        constexpr std::size_t name_length_at = 26, name_at = 30;
        std::string_view name;
        if (start.size() > name_at)
            name = start.substr(name_at, static_cast<unsigned char>(start[name_length_at]));
        if (name.find(".pkl") != name.npos || name.find("/") != name.npos)
            return pickle;
        if (name == "metadata.json" || name == "config.json")
            return "expected safetensors, got a file of Keras; make it a network and its weights with "
                   "burin-import";
        return "expected safetensors, got a zip archive; of torch.save it is a pickle: write it anew in "
               "Python with safetensors.torch.save_file";
    }
    // The length of a header of safetensors may begin with these bytes too, but it ends with zeros.
    const bool may_be_length = start.size() > 8 && start[7] == '\0' && start[8] == '{';
    if (start.size() >= 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5 && !may_be_length)
        return pickle;
    if (start.starts_with("\x89HDF\r\n\x1a\n"sv))
        return "expected safetensors, got HDF5, as Keras's weights are; burin-convert makes safetensors "
               "of it";
    if (start.substr(0, 8).ends_with("TFL3"))
        return "expected safetensors, got a model of TensorFlow Lite; make it a network with burin-import";
    if (start.starts_with("GGUF"))
        return "expected safetensors, got GGUF";
    return {};
}

/// Throws Error if the file is of another format that is known. Of a file that can't be read, or is none, it
/// says nothing.
inline void refuse_foreign_format(const std::string& path) {
    struct stat status{};
    if (path.find('\0') != std::string::npos || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return;
    std::array<char, 128> start{};
    std::ifstream stream(path, std::ios::binary);
    stream.read(start.data(), start.size());
    const std::string_view format =
        foreign_format(std::string_view(start.data(), static_cast<std::size_t>(stream.gcount())));
    if (!format.empty())
        throw Error(path + ": " + std::string(format));
}

} // namespace burin::io::detail
