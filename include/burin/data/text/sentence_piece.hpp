#pragma once

// Needs SentencePiece (Debian: libsentencepiece-dev; Meson: the feature `text`).

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/read_file.hpp"

#include <sentencepiece_processor.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::text {

/// A model of SentencePiece (Kudo and Richardson, EMNLP 2018), as T5, Llama and others come with
/// (`spiece.model`, `tokenizer.model`), read and run by its own library.
///
/// ```cpp
/// const auto pieces = data::text::SentencePieceModel::load("spiece.model");
/// const std::vector<std::uint32_t> ids = pieces.encode("A fine film.");
/// const std::string text = pieces.decode(ids);
/// ```
///
/// Threads may share one.
class SentencePieceModel {
  public:
    /// Throws Error if the file can't be read, exceeds `max_bytes` or is no model.
    static SentencePieceModel load(const std::string& path, std::size_t max_bytes = std::size_t{1} << 26) {
        return core::within_memory(path, [&] {
            const std::vector<char> bytes = read_file(path, max_bytes);
            return SentencePieceModel(std::string_view(bytes.data(), bytes.size()),
                                      core::printable(path, 1000));
        });
    }
    /// A model in memory.
    SentencePieceModel(std::string_view bytes, std::string_view name)
        : processor_(std::make_unique<sentencepiece::SentencePieceProcessor>()) {
        // The library takes nothing for a model of nothing, and ends the program when that is asked
        // something.
        const bool loaded = !bytes.empty() && processor_->LoadFromSerializedProto(bytes).ok();
        if (!loaded || processor_->GetPieceSize() <= 0)
            throw Error(std::string(name) + ": offset 0: expected a model of SentencePiece, got " +
                        (bytes.empty() ? "nothing" : burin::core::quoted(bytes)));
    }

    std::size_t size() const { return static_cast<std::size_t>(processor_->GetPieceSize()); }
    /// The number of a piece; that of the unknown one if there is no such piece.
    std::uint32_t operator[](std::string_view piece) const {
        return static_cast<std::uint32_t>(processor_->PieceToId(piece));
    }
    /// Throws Error if there are fewer.
    std::string piece(std::size_t id) const {
        check(id);
        return processor_->IdToPiece(static_cast<int>(id));
    }

    /// The numbers of the pieces of text. Bytes that are no UTF-8 count as U+FFFD.
    std::vector<std::uint32_t> encode(std::string_view text) const {
        std::vector<int> ids;
        require(processor_->Encode(text, &ids).ok(), "encode");
        return {ids.begin(), ids.end()};
    }
    std::vector<std::string> pieces(std::string_view text) const {
        std::vector<std::string> pieces;
        require(processor_->Encode(text, &pieces).ok(), "pieces");
        return pieces;
    }
    /// The text of pieces. Throws Error for a number too large.
    std::string decode(const std::vector<std::uint32_t>& ids) const {
        std::vector<int> numbers;
        for (const std::uint32_t id : ids) {
            check(id);
            numbers.push_back(static_cast<int>(id));
        }
        std::string text;
        require(processor_->Decode(numbers, &text).ok(), "decode");
        return text;
    }

  private:
    void check(std::size_t id) const {
        if (id >= size())
            throw Error("SentencePieceModel: expected a number below " + std::to_string(size()) + ", got " +
                        std::to_string(id));
    }
    static void require(bool done, const char* what) {
        if (!done)
            throw Error(std::string("SentencePieceModel::") + what +
                        ": expected text that the model can take, got other");
    }

    std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
};

} // namespace burin::data::text
