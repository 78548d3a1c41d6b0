#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/text/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace burin::data::text {

/// Vectors of words that were learnt elsewhere, of those words that a vocabulary has. From plain or gzip
/// files:
///
/// - `read_glove`: GloVe's text, a word and its numbers a line;
/// - `read_word2vec_text`: that of word2vec and fastText, behind a line with the counts of words and numbers;
/// - `read_word2vec_binary`: such a line, then each word, a space and its numbers as little-endian floats.
///
/// ```cpp
/// const auto vectors = data::text::read_glove("glove.6B.100d.txt", vocabulary);
/// Model<Net> model;                                // its layer 0 is Embedding<20'000, 100>
/// vectors.write_to(model["0.weight"], "0.weight"); // words that were not found stay as they were
/// ```
///
/// All throw Error, naming file, line or offset: for a file that can't be read, exceeds `max_bytes`, is cut
/// short, has rows of other widths or numbers that are not finite, or claims more than it has. Memory: 4
/// bytes for each number of the words that are in the vocabulary, and what one row takes. Of a word that is
/// there twice the first row counts.
class Embeddings {
  public:
    Embeddings(std::size_t vocabulary_size, std::size_t dimensions)
        : dimensions_(dimensions), rows_(vocabulary_size, none) {}

    std::size_t dimensions() const noexcept { return dimensions_; }
    /// How many words of the vocabulary were found.
    std::size_t found() const noexcept { return dimensions_ == 0 ? 0 : values_.size() / dimensions_; }
    /// The vector of word `id`; empty if it was not found.
    std::span<const float> operator[](std::size_t id) const noexcept {
        if (id >= rows_.size() || rows_[id] == none)
            return {};
        return std::span(values_).subspan(rows_[id] * dimensions_, dimensions_);
    }

    /// Writes the vectors into a tensor `[tokens, dimensions]`, such as `model["0.weight"]` of a layer
    /// `Embedding`, and returns how many. The other rows stay as they were, also those behind the vocabulary,
    /// which need not be as large as the tensor. Throws Error if the tensor has fewer rows, or rows of
    /// another width as far as its size tells.
    template <class Tensor>
    std::size_t write_to(Tensor tensor, std::string_view name) const {
        if (tensor.size() < rows_.size() * dimensions_ ||
            (dimensions_ > 0 && tensor.size() % dimensions_ != 0))
            throw Error("Embeddings: " + core::printable(name, 100) + ": expected a tensor of at least " +
                        std::to_string(rows_.size()) + " words times " + std::to_string(dimensions_) +
                        " numbers, got one of " + std::to_string(tensor.size()) + " elements");
        for (std::size_t id = 0; id < rows_.size(); ++id) {
            const std::span<const float> row = (*this)[id];
            for (std::size_t i = 0; i < row.size(); ++i)
                tensor[id * dimensions_ + i] = row[i];
        }
        return found();
    }

    /// Adds the row of a word, unless it has one.
    void add(std::size_t id, std::span<const float> row) {
        if (rows_[id] != none)
            return;
        rows_[id] = static_cast<std::uint32_t>(found());
        values_.insert(values_.end(), row.begin(), row.end());
    }

  private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::size_t dimensions_;
    std::vector<std::uint32_t> rows_; ///< Of each word of the vocabulary.
    std::vector<float> values_;
};

namespace detail {

/// The bytes of a stream, a line, a word or a number of bytes at a time, each no longer than its row may be.
class RowReader {
  public:
    static constexpr std::size_t longest_line = std::size_t{1} << 24;

    explicit RowReader(ByteStream& bytes) : bytes_(bytes), buffer_(std::size_t{1} << 16) {}

    std::size_t offset() const noexcept { return offset_; }
    std::string at_offset() const { return bytes_.name() + ": offset " + std::to_string(offset_) + ": "; }

    /// Bytes up to `end`, which is left out, or to the end of the file. Nothing at the end of the file.
    std::optional<std::string_view> until(char end) {
        text_.clear();
        while (true) {
            if (next_ == filled_ && !fill())
                return text_.empty() ? std::nullopt : std::optional<std::string_view>(text_);
            const std::string_view rest(buffer_.data() + next_, filled_ - next_);
            const std::size_t found = std::min(rest.find(end), rest.size());
            if (text_.size() + found > longest_line)
                throw Error(at_offset() + "expected a line or a word of at most " +
                            std::to_string(longest_line) + " bytes, got more");
            text_ += rest.substr(0, found);
            take(found);
            if (found < rest.size()) {
                take(1);
                return text_;
            }
        }
    }
    /// So many bytes, or fewer at the end of the file.
    std::string_view bytes(std::size_t count) {
        text_.clear();
        while (text_.size() < count && (next_ < filled_ || fill())) {
            const std::size_t part = std::min(count - text_.size(), filled_ - next_);
            text_.append(buffer_.data() + next_, part);
            take(part);
        }
        return text_;
    }
    /// Whether the next byte is this one; it is taken then.
    bool skip(char byte) {
        const bool is_it = (next_ < filled_ || fill()) && buffer_[next_] == byte;
        if (is_it)
            take(1);
        return is_it;
    }
    bool at_end() { return next_ == filled_ && !fill(); }
    std::size_t most_bytes_left() const noexcept {
        const std::size_t left = bytes_.most_bytes_left();
        return left + std::min(filled_ - next_, std::numeric_limits<std::size_t>::max() - left);
    }

  private:
    bool fill() {
        next_ = 0;
        filled_ = bytes_.read(buffer_);
        return filled_ > 0;
    }
    void take(std::size_t count) {
        next_ += count;
        offset_ += count;
    }

    ByteStream& bytes_;
    std::vector<char> buffer_;
    std::size_t next_ = 0, filled_ = 0, offset_ = 0;
    std::string text_;
};

/// Takes the last field, separated by spaces or tabs, off a line.
inline std::string_view take_last(std::string_view& line) {
    const std::size_t space = line.find_last_of(" \t");
    const std::string_view field = line.substr(space == std::string_view::npos ? 0 : space + 1);
    line.remove_suffix(std::min(field.size() + 1, line.size()));
    return field;
}

/// Takes what may stand at the end of a line of word2vec's and no more.
inline void trim_end(std::string_view& line) {
    while (line.ends_with('\r') || line.ends_with(' ') || line.ends_with('\t'))
        line.remove_suffix(1);
}

inline float finite_number(std::string_view text, const std::string& place) {
    const auto parse = [&](auto& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return end == text.data() + text.size() ? error : std::errc::invalid_argument;
    };
    float value = 0;
    double wide = 0;
    std::errc error = parse(value);
    // What is too small for a float is what is left of it there.
    if (error == std::errc::result_out_of_range && parse(wide) == std::errc{} && std::abs(wide) < 1) {
        value = static_cast<float>(wide);
        error = {};
    }
    if (error != std::errc{} || !std::isfinite(value))
        throw Error(place + "expected a finite number, got " + burin::core::quoted(text));
    return value;
}

/// The numbers of words and of dimensions that word2vec's files begin with.
inline std::pair<std::size_t, std::size_t> word2vec_header(RowReader& reader, const std::string& name,
                                                           std::size_t bytes_a_number) {
    const std::string place = name + ": line 1: ";
    std::string_view line = reader.until('\n').value_or("");
    const std::string_view whole = line;
    trim_end(line);
    const std::string_view dimensions_text = take_last(line), words_text = line;
    std::size_t words = 0, dimensions = 0;
    const auto parse = [](std::string_view text, std::size_t& number) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc{} && end == text.data() + text.size() && !text.empty();
    };
    if (!parse(words_text, words) || !parse(dimensions_text, dimensions) || words == 0 || dimensions == 0)
        throw Error(place + "expected the number of words and of dimensions, got " +
                    burin::core::quoted(whole));
    // Of what follows: a word of a byte and its end, and the numbers.
    constexpr std::size_t most_dimensions = std::size_t{1} << 20;
    const std::size_t left = reader.most_bytes_left();
    if (dimensions > most_dimensions || dimensions > left / bytes_a_number ||
        words > left / (1 + dimensions * bytes_a_number))
        throw Error(place + "expected no more words and dimensions than the file can have, got " +
                    burin::core::quoted(whole));
    return {words, dimensions};
}

inline Embeddings read_rows(RowReader& reader, const std::string& name, const Vocabulary& vocabulary,
                            std::size_t words, std::size_t dimensions, std::size_t first_line) {
    std::vector<float> row;
    Embeddings result(vocabulary.size(), dimensions);
    std::size_t number = first_line, rows = 0;
    for (std::optional<std::string_view> next; (words == 0 || rows < words) && (next = reader.until('\n'));
         ++number) {
        std::string_view line = *next;
        trim_end(line);
        if (line.empty() && reader.at_end())
            break;
        const std::string place = at_line(name, number);
        if (dimensions == 0) {
            // GloVe's first line tells: a word, and numbers.
            dimensions = static_cast<std::size_t>(
                std::count_if(line.begin(), line.end(), [](char c) { return c == ' ' || c == '\t'; }));
            if (dimensions == 0)
                throw Error(place + "expected a word and its numbers, got " + burin::core::quoted(line));
            result = Embeddings(vocabulary.size(), dimensions);
        }
        row.resize(dimensions);
        const std::string_view whole = line;
        for (std::size_t i = dimensions; i > 0; --i) {
            const std::string_view field = take_last(line);
            if (line.empty() && field.data() == whole.data())
                throw Error(place + "expected a word and " + std::to_string(dimensions) + " numbers, got " +
                            std::to_string(dimensions - i) + " numbers");
            row[i - 1] = finite_number(field, place);
        }
        ++rows;
        // A word of several parts, as some files have, is one; but a row with more numbers is none.
        const std::size_t space = line.find_last_of(" \t");
        if (space != std::string_view::npos) {
            float value = 0;
            const std::string_view last = line.substr(space + 1);
            const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), value);
            if (error == std::errc{} && end == last.data() + last.size())
                throw Error(place + "expected a word and " + std::to_string(dimensions) +
                            " numbers, got more numbers");
        }
        if (vocabulary.contains(line))
            result.add(vocabulary[line], row);
    }
    if (words > 0 && rows < words)
        throw Error(at_line(name, number) + "expected " + std::to_string(words) + " words, got " +
                    std::to_string(rows));
    if (rows == 0)
        throw Error(name + ": line 1: expected a word and its numbers, got nothing");
    if (words > 0 && !reader.at_end())
        throw Error(at_line(name, number) + "expected the end of the file behind " + std::to_string(words) +
                    " words, got more");
    return result;
}

inline Embeddings glove(ByteStream& bytes, const Vocabulary& vocabulary) {
    RowReader reader(bytes);
    return read_rows(reader, bytes.name(), vocabulary, 0, 0, 1);
}
inline Embeddings word2vec_text(ByteStream& bytes, const Vocabulary& vocabulary) {
    RowReader reader(bytes);
    const auto [words, dimensions] = word2vec_header(reader, bytes.name(), 2);
    return read_rows(reader, bytes.name(), vocabulary, words, dimensions, 2);
}
inline Embeddings word2vec_binary(ByteStream& bytes, const Vocabulary& vocabulary) {
    RowReader reader(bytes);
    const auto [words, dimensions] = word2vec_header(reader, bytes.name(), sizeof(float));
    Embeddings result(vocabulary.size(), dimensions);
    std::vector<float> row(dimensions);
    for (std::size_t i = 0; i < words; ++i) {
        reader.skip('\n'); // Some writers end rows with it.
        const std::string place = bytes.name() + ": word " + std::to_string(i + 1) + ": ";
        const std::optional<std::string_view> found = reader.until(' ');
        if (!found)
            throw Error(place + "expected " + std::to_string(words) + " words, got " + std::to_string(i));
        const std::string word(*found);
        const std::string_view numbers = reader.bytes(dimensions * sizeof(float));
        if (numbers.size() < dimensions * sizeof(float))
            throw Error(place + "expected " + std::to_string(dimensions) +
                        " numbers, got the end of the file");
        for (std::size_t d = 0; d < dimensions; ++d) {
            std::uint32_t bits = 0;
            for (std::size_t byte = 0; byte < sizeof bits; ++byte)
                bits |= std::uint32_t{static_cast<unsigned char>(numbers[d * sizeof bits + byte])}
                        << (8 * byte);
            row[d] = std::bit_cast<float>(bits);
            if (!std::isfinite(row[d]))
                throw Error(place + "expected finite numbers, got " + number_text(row[d]));
        }
        if (vocabulary.contains(word))
            result.add(vocabulary[word], row);
    }
    reader.skip('\n');
    if (!reader.at_end())
        throw Error(reader.at_offset() + "expected the end of the file behind " + std::to_string(words) +
                    " words, got more");
    return result;
}

template <class Read>
Embeddings read_embeddings(const std::string& path, std::size_t max_bytes, const Vocabulary& vocabulary,
                           Read read) {
    return core::within_memory(path, [&] {
        ByteStream bytes(path, max_bytes);
        return read(bytes, vocabulary);
    });
}

} // namespace detail

/// Most bytes of a file of vectors, unpacked, unless it is said otherwise: those of GloVe and word2vec have
/// up to 6 GB. The memory that reading takes does not grow with it.
inline constexpr std::size_t max_embedding_bytes = std::size_t{1} << 33;

inline Embeddings read_glove(const std::string& path, const Vocabulary& vocabulary,
                             std::size_t max_bytes = max_embedding_bytes) {
    return detail::read_embeddings(path, max_bytes, vocabulary, detail::glove);
}
inline Embeddings read_word2vec_text(const std::string& path, const Vocabulary& vocabulary,
                                     std::size_t max_bytes = max_embedding_bytes) {
    return detail::read_embeddings(path, max_bytes, vocabulary, detail::word2vec_text);
}
inline Embeddings read_word2vec_binary(const std::string& path, const Vocabulary& vocabulary,
                                       std::size_t max_bytes = max_embedding_bytes) {
    return detail::read_embeddings(path, max_bytes, vocabulary, detail::word2vec_binary);
}

} // namespace burin::data::text
