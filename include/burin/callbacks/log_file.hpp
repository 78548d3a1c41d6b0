#pragma once

#include "burin/callbacks/file_name.hpp"
#include "burin/core/error.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/io/safetensors.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace burin::callbacks::detail {

/// What a log calls a value: not as its own columns.
inline std::string column_of(const std::string& name) {
    return name == "epoch" || name == "step" || name == "learning_rate" ? name + "_1" : name;
}

/// A text file to which each epoch appends a line, whole, so that whoever reads it meanwhile finds whole
/// lines. Where a run goes on from a checkpoint, the lines of epochs that will be trained again go.
class LogFile {
  public:
    explicit LogFile(std::string path) : path_(std::move(path)) { make_directory_of(path_); }

    void begin(std::string_view text) const { io::write_file(path_, text); }

    /// Leaves the lines that have their end and that begin below the byte `start` or for which `keeps(line)`;
    /// true if there are any.
    template <class Keeps>
    bool keep_lines(std::size_t start, Keeps keeps) const {
        std::error_code ignored;
        if (!std::filesystem::exists(path_, ignored))
            return false;
        const std::vector<std::byte> bytes = io::safetensors::read_bytes(path_);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        std::string kept;
        for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string_view::npos; at = end + 1)
            if (const std::string_view line = text.substr(at, end - at); at < start || keeps(line))
                kept.append(line).append("\n");
        if (kept != text)
            io::write_file(path_, kept);
        return !kept.empty();
    }

    /// The first line with its end; empty if there is none.
    std::string first_line() const {
        const std::vector<std::byte> bytes = io::safetensors::read_bytes(path_);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return std::string(text.substr(0, text.find('\n') + 1));
    }

    /// Bytes of whole lines; 0 where there is no file. A line that was cut short goes.
    std::size_t whole_size() const {
        std::error_code ignored;
        if (!keep_lines(0, [](std::string_view) { return true; }))
            return 0;
        return static_cast<std::size_t>(std::filesystem::file_size(path_, ignored));
    }

    void append(const std::string& line) const {
        std::FILE* const file = std::fopen(path_.c_str(), "ab");
        const bool is_written = file != nullptr &&
                                std::fwrite(line.data(), 1, line.size(), file) == line.size() &&
                                std::fflush(file) == 0;
        const int error = errno;
        if (file != nullptr)
            std::fclose(file);
        if (!is_written)
            throw Error(path_ + ": can't be written: " + std::strerror(error));
    }

  private:
    std::string path_;
};

} // namespace burin::callbacks::detail
