// The files of vocabularies, merges and synonyms, and text of any bytes cut by all tokenizers.

#include "burin/data/text/augment.hpp"
#include "burin/data/text/byte_pairs.hpp"
#include "burin/data/text/split.hpp"
#include "burin/data/text/word_pieces.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace text = burin::data::text;

namespace {

/// Tokens are pieces of the text, in order, none of them empty.
template <class Tokenizer>
std::size_t bytes_of_tokens(std::string_view of) {
    std::size_t bytes = 0;
    const char* behind = of.data();
    Tokenizer::each(of, [&](std::string_view token) {
        expect(!token.empty() && token.data() >= behind &&
               token.data() + token.size() <= of.data() + of.size());
        behind = token.data() + token.size();
        bytes += token.size();
        expect(text::KnownToken<true>(token).view().size() <= text::longest_token);
    });
    return bytes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    expect(bytes_of_tokens<text::Characters>(bytes) == size);
    expect(bytes_of_tokens<text::Gpt2Words>(bytes) == size);
    bytes_of_tokens<text::WhiteSpace>(bytes);
    bytes_of_tokens<text::Words<>>(bytes);
    bytes_of_tokens<text::WordsAndPunctuation>(bytes);

    std::optional<text::Vocabulary> vocabulary;
    expect(memory::peak_of([&] {
               vocabulary = parsed([&] { return text::Vocabulary::parse(bytes, "input"); });
           }) <= 80 * size + 20'000);
    if (vocabulary) {
        for (std::size_t id = 0; id < vocabulary->size(); ++id)
            expect((*vocabulary)[vocabulary->token(id)] == id);
        if (vocabulary->unknown() != text::Vocabulary::none)
            text::WordPieces(*vocabulary).encode(text::split(bytes));
    }
    std::optional<text::BytePairs> pairs;
    expect(memory::peak_of([&] { pairs = parsed([&] { return text::BytePairs::parse(bytes, "input"); }); }) <=
           120 * size + 200'000);
    if (pairs) {
        for (const text::BytePairs::Id id : pairs->encode_word(bytes))
            expect(id < pairs->size());
        expect(pairs->merges().size() <= size);
    }
    if (const auto synonyms = parsed([&] { return text::Synonyms::parse(bytes, "input"); }))
        expect((*synonyms)[bytes].size() != 1);
    return 0;
}
