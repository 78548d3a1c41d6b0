#include "burin/data/text/embeddings.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace text = burin::data::text;

namespace {

const text::Vocabulary& vocabulary() {
    static const std::vector<std::string> words{"[PAD]", "[UNK]", "a", "b", "film", "größe"};
    static const text::Vocabulary all(words);
    return all;
}

template <class Read>
void check(std::string_view bytes, Read read) {
    std::optional<text::Embeddings> vectors;
    const std::size_t peak = memory::peak_of([&] {
        vectors = parsed([&] {
            burin::data::ByteStream stream(bytes, "input");
            return read(stream, vocabulary());
        });
    });
    // The piece that is read and a row twice, and the rows of all words of the vocabulary.
    expect(peak <= 20 * bytes.size() + 200'000);
    if (!vectors)
        return;
    expect(vectors->dimensions() > 0);
    std::size_t found = 0;
    for (std::size_t id = 0; id < vocabulary().size(); ++id) {
        const auto row = (*vectors)[id];
        expect(row.empty() || row.size() == vectors->dimensions());
        found += row.empty() ? 0 : 1;
        for (const float value : row)
            expect(std::isfinite(value));
    }
    expect(found == vectors->found());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check(bytes, text::detail::glove);
    check(bytes, text::detail::word2vec_text);
    check(bytes, text::detail::word2vec_binary);
    return 0;
}
