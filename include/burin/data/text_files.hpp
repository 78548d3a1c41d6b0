#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/class_folder.hpp"
#include "burin/data/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// Texts one after the other in one buffer: those of a corpus, or the lines of a file. Memory: their bytes
/// and 4 more for each.
class Texts {
  public:
    Texts() = default;
    Texts(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts)
            push_back(text);
    }

    std::size_t size() const noexcept { return ends_.size(); }
    bool empty() const noexcept { return ends_.empty(); }
    /// `index` is below size().
    std::string_view operator[](std::size_t index) const noexcept {
        const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
        return std::string_view(bytes_).substr(begin, ends_[index] - begin);
    }
    /// Throws Error where there are 4 GiB.
    void push_back(std::string_view text) {
        constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
        if (text.size() > most - bytes_.size())
            throw Error("Texts: expected less than 4 GiB of text, got more");
        bytes_ += text;
        ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    }

  private:
    std::string bytes_;
    std::vector<std::uint32_t> ends_;
};

/// The lines of a text file, plain or gzip, one at a time: files larger than memory can be read.
///
/// ```cpp
/// data::LineReader lines("corpus.txt");
/// for (std::string line; lines.next(line);)
///     …
/// ```
///
/// Text is UTF-8; a byte order mark is skipped. Lines end in LF or CRLF, the last one may lack its end.
/// Throws Error, naming file and place: if it can't be read; for other encodings; for a line of more than
/// `longest_line` bytes.
class LineReader {
  public:
    static constexpr std::size_t longest_line = std::size_t{1} << 24;

    explicit LineReader(const std::string& path, std::size_t max_bytes = max_file_bytes)
        : bytes_(path, max_bytes), check_(bytes_.name()) {
        refill();
        if (rest_.starts_with(utf8_mark))
            rest_.remove_prefix(utf8_mark.size());
    }

    /// The next line without its end; false, and none, behind the last one.
    bool next(std::string& line) {
        line.clear();
        if (rest_.empty() && !refill())
            return false;
        ++line_;
        do {
            const std::size_t length = rest_.find('\n');
            line += rest_.substr(0, length);
            if (line.size() > longest_line)
                throw Error(bytes_.name() + ": line " + std::to_string(line_) + ": expected at most " +
                            std::to_string(longest_line) + " bytes, got more");
            rest_.remove_prefix(std::min(length, rest_.size()));
            if (!rest_.empty()) {
                rest_.remove_prefix(1);
                if (line.ends_with('\r'))
                    line.pop_back();
                break;
            }
        } while (refill());
        return true;
    }

    /// The number of the line that was read last, from 1.
    std::size_t line() const noexcept { return line_; }
    /// `file: line 3: `, to begin a message with.
    std::string place() const { return bytes_.name() + ": line " + std::to_string(line_) + ": "; }

  private:
    bool refill() {
        const std::size_t got = bytes_.read(piece_);
        check_.add({piece_.data(), got});
        if (got < piece_.size())
            check_.finish();
        rest_ = {piece_.data(), got};
        return got > 0;
    }

    ByteStream bytes_;
    Utf8Check check_;
    std::array<char, 1 << 14> piece_;
    std::string_view rest_; ///< Of the piece.
    std::size_t line_ = 0;
};

/// A text file, plain or gzip, as a whole, without byte order mark. Throws Error unless it is UTF-8, and if
/// it exceeds `max_bytes`.
inline std::string read_text(const std::string& path, std::size_t max_bytes = max_file_bytes) {
    return core::within_memory(path, [&] {
        ByteStream bytes(path, max_bytes);
        Utf8Check check(bytes.name());
        std::string text;
        text.reserve(bytes.bytes_left().value_or(0));
        std::array<char, 1 << 14> piece;
        while (const std::size_t got = bytes.read(piece)) {
            check.add({piece.data(), got});
            text.append(piece.data(), got);
        }
        check.finish();
        if (text.starts_with(utf8_mark))
            text.erase(0, utf8_mark.size());
        return text;
    });
}

/// The lines of a text file as LineReader gives them. Memory: at most 16 times the file, where every line is
/// empty.
inline Texts read_lines(const std::string& path, std::size_t max_bytes = max_file_bytes) {
    return core::within_memory(path, [&] {
        LineReader lines(path, max_bytes);
        Texts texts;
        for (std::string line; lines.next(line);)
            texts.push_back(line);
        return texts;
    });
}

/// Texts with their classes.
struct LabelledTexts {
    Texts texts;
    std::vector<Label> labels;
    std::vector<std::string> classes; ///< By label.
};

struct TextFolderOptions {
    bool by_line = false; ///< Whether each line that is not empty is a text, and not the whole file.
    std::vector<std::string> endings = {".txt"}; ///< As in ClassFolderOptions, and so the next two.
    std::vector<std::string> classes{};
    bool skip_others = false;
    std::size_t max_bytes = max_file_bytes; ///< Of all files together.
};

/// The text files of a folder that has a subfolder for each class (`list_class_folder`), such as
/// `reviews/good/1.txt`. Throws Error as that does, as `read_text` does, and for more than `max_bytes` in
/// all.
inline LabelledTexts read_text_folder(const std::string& path, const TextFolderOptions& options = {}) {
    return core::within_memory(path, [&] {
        ClassFolder folder = list_class_folder(path, {options.endings, options.classes, options.skip_others});
        LabelledTexts result;
        std::size_t left = options.max_bytes;
        const auto add = [&](std::string_view text, Label label) {
            if (text.size() > left)
                throw Error(path + ": expected at most " + std::to_string(options.max_bytes) +
                            " bytes of text, got more");
            left -= text.size();
            result.texts.push_back(text);
            result.labels.push_back(label);
        };
        for (std::size_t i = 0; i < folder.files.size(); ++i) {
            if (!options.by_line) {
                add(read_text(folder.files[i], options.max_bytes), folder.labels[i]);
                continue;
            }
            LineReader lines(folder.files[i], options.max_bytes);
            for (std::string line; lines.next(line);)
                if (!line.empty())
                    add(line, folder.labels[i]);
        }
        result.classes = std::move(folder.classes);
        return result;
    });
}

} // namespace burin::data
