#include "burin/data/encoding.hpp"

#include "fuzz/parse.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

/// What a check of the whole text, or of its pieces, says.
std::string outcome(std::string_view text, std::size_t piece) {
    try {
        burin::data::Utf8Check check("input");
        for (std::size_t i = 0; i < text.size(); i += piece)
            check.add(text.substr(i, piece));
        check.finish();
        return {};
    } catch (const burin::Error& error) {
        expect_message(error.what());
        return error.what();
    }
}

} // namespace

/// A text is taken or refused alike in whatever pieces it comes, and what is taken is shown as it is, but for
/// control characters and what is none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string whole = outcome(text, std::max<std::size_t>(size, 1));
    for (const std::size_t piece : {4u, 5u, 7u, 9u})
        expect(outcome(text, piece) == whole);
    for (std::size_t at = 0; whole.empty() && at < size;) {
        const auto byte = data[at];
        const std::size_t shown = burin::core::detail::shown_bytes(text.substr(at));
        const std::size_t length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        expect(shown == 0 || shown == length);
        at += length;
        expect(at <= size);
    }
    return 0;
}
