#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/read_file.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace burin::data::text::detail {

/// Calls visit(line, number from 1) for each line of UTF-8 text; lines end in LF or CRLF, the last may lack
/// its end.
template <class Visit>
void each_line(std::string_view bytes, std::string_view name, Visit visit) {
    std::string_view text = utf8_text(bytes, name);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        visit(line, number);
    }
}

/// What `parse(bytes, name)` makes of a file of at most `max_bytes`.
template <class Parse>
auto of_file(const std::string& path, std::size_t max_bytes, Parse parse) {
    return core::within_memory(path, [&] {
        const std::vector<char> bytes = read_file(path, max_bytes);
        return parse(std::string_view(bytes.data(), bytes.size()), core::printable(path, 1000));
    });
}

inline std::string at_line(std::string_view name, std::size_t line) {
    return std::string(name) + ": line " + std::to_string(line) + ": ";
}

} // namespace burin::data::text::detail
