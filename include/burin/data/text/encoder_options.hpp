#pragma once

#include "burin/core/text.hpp"
#include "burin/data/text/padding.hpp"
#include "burin/data/text/stop_words.hpp"
#include "burin/data/text/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <type_traits>

/// The options of WordIds, CharIds and TfIdf, in any order. A tokenizer is one, too. What an encoder does not
/// take is refused when compiling.
namespace burin::data::text {

/// Capitals stay; without it `lower` makes small letters of them.
struct KeepCase {
    static constexpr bool keeps_case = true;
    static constexpr Text<48> name() { return "KeepCase"; }
};
/// Padding stands before the text, not behind it.
struct PadLeft {
    static constexpr bool pads_left = true;
    static constexpr Text<48> name() { return "PadLeft"; }
};
/// What is too long loses its beginning, not its end.
struct CutLeft {
    static constexpr bool cuts_left = true;
    static constexpr Text<48> name() { return "CutLeft"; }
};
/// What was met less often in the training texts is unknown.
template <std::size_t Count>
struct MinCount {
    static constexpr std::size_t min_count = Count;
    static constexpr Text<48> name() { return Text<48>("MinCount<").append(Count).append(">"); }
};
/// What is in fewer of the training texts is left out (scikit-learn's `min_df`).
template <std::size_t Count>
struct MinDocuments {
    static constexpr std::size_t min_documents = Count;
    static constexpr Text<48> name() { return Text<48>("MinDocuments<").append(Count).append(">"); }
};
/// Room for the words' characters, in bytes; 8 for each word of each run by default.
template <std::size_t Count>
struct TextBytes {
    static constexpr std::size_t text_bytes = Count;
    static constexpr Text<48> name() { return Text<48>("TextBytes<").append(Count).append(">"); }
};
/// Leaves out the words that say little.
template <Language Of>
struct WithoutStopWords {
    static constexpr Language stop_words_of = Of;
    static constexpr Text<48> name() {
        return Text<48>("WithoutStopWords<").append(language_name(Of)).append(">");
    }
};
/// Runs of `Shortest` to `Longest` tokens, with spaces between unless they are characters.
template <std::size_t Shortest, std::size_t Longest>
struct NGrams {
    static_assert(Shortest >= 1 && Longest >= Shortest,
                  "NGrams needs one token or more, and no fewer in the longest");
    static constexpr std::size_t shortest_run = Shortest, longest_run = Longest;
    static constexpr Text<48> name() {
        return Text<48>("NGrams<").append(Shortest).append(", ").append(Longest).append(">");
    }
};
/// 1 + ln(count) instead of the count.
struct Sublinear {
    static constexpr bool is_sublinear = true;
    static constexpr Text<48> name() { return "Sublinear"; }
};
/// Counts as they are, however many texts have the word.
struct NoIdf {
    static constexpr bool has_no_idf = true;
    static constexpr Text<48> name() { return "NoIdf"; }
};
/// The length of the vector is not brought to 1.
struct NoNorm {
    static constexpr bool has_no_norm = true;
    static constexpr Text<48> name() { return "NoNorm"; }
};

namespace detail {

template <class Default, class... Options>
struct TokenizerOf {
    using type = Default;
};
template <class Default, class First, class... Rest>
struct TokenizerOf<Default, First, Rest...> : TokenizerOf<Default, Rest...> {};
template <class Default, class First, class... Rest>
    requires First::is_tokenizer
struct TokenizerOf<Default, First, Rest...> {
    using type = First;
};

template <class DefaultTokenizer, class... Options>
struct EncoderOptions {
    using Tokenizer = typename TokenizerOf<DefaultTokenizer, Options...>::type;

    /// A value that options may change.
    template <class Value, class Change>
    static constexpr Value get(Value value, [[maybe_unused]] Change change) {
        (change(static_cast<const Options*>(nullptr), value), ...);
        return value;
    }

    /// Whether each is an option of some encoder.
    static constexpr bool known =
        ((
             requires { Options::is_tokenizer; } || requires { Options::keeps_case; } ||
             requires { Options::pads_left; } || requires { Options::cuts_left; } ||
             requires { Options::min_count; } || requires { Options::min_documents; } ||
             requires { Options::text_bytes; } || requires { Options::stop_words_of; } ||
             requires { Options::longest_run; } || requires { Options::is_sublinear; } ||
             requires { Options::has_no_idf; } || requires { Options::has_no_norm; }) &&
         ...);
    static constexpr bool counts =
        (requires { Options::is_sublinear; } || ...) || (requires { Options::has_no_idf; } || ...) ||
        (requires { Options::has_no_norm; } || ...) || (requires { Options::min_documents; } || ...);
    static constexpr bool orders = (requires { Options::pads_left; } || ...) ||
                                   (requires { Options::cuts_left; } || ...) ||
                                   (requires { Options::min_count; } || ...);
    static constexpr bool knows_words =
        (requires { Options::is_tokenizer; } || ...) || (requires { Options::longest_run; } || ...) ||
        (requires { Options::stop_words_of; } || ...) || (requires { Options::text_bytes; } || ...);

    static constexpr bool lowers = !(requires { Options::keeps_case; } || ...);
    static constexpr Side pad = (requires { Options::pads_left; } || ...) ? Side::left : Side::right;
    static constexpr Side cut = (requires { Options::cuts_left; } || ...) ? Side::left : Side::right;
    static constexpr bool sublinear = (requires { Options::is_sublinear; } || ...);
    static constexpr bool idf = !(requires { Options::has_no_idf; } || ...);
    static constexpr bool norm = !(requires { Options::has_no_norm; } || ...);

    static constexpr std::size_t min_count = get(std::size_t{1}, []<class O>(const O*, std::size_t& value) {
        if constexpr (requires { O::min_count; })
            value = O::min_count;
    });
    static constexpr std::size_t min_documents =
        get(std::size_t{1}, []<class O>(const O*, std::size_t& value) {
            if constexpr (requires { O::min_documents; })
                value = O::min_documents;
        });
    static constexpr std::size_t shortest = get(std::size_t{1}, []<class O>(const O*, std::size_t& value) {
        if constexpr (requires { O::shortest_run; })
            value = O::shortest_run;
    });
    static constexpr std::size_t longest = get(std::size_t{1}, []<class O>(const O*, std::size_t& value) {
        if constexpr (requires { O::longest_run; })
            value = O::longest_run;
    });
    static constexpr std::size_t text_bytes(std::size_t words) {
        return get(8 * longest * words, []<class O>(const O*, std::size_t& value) {
            if constexpr (requires { O::text_bytes; })
                value = O::text_bytes;
        });
    }
    static constexpr bool leaves_out(std::string_view token) noexcept {
        return get(false, [&]<class O>(const O*, bool& value) {
            if constexpr (requires { O::stop_words_of; })
                value |= is_stop_word(O::stop_words_of, token);
        });
    }
};

/// As a user writes it: `WordIds<500, 20, PadLeft>`. A pipeline in a file is told by it.
template <class... Options>
constexpr Text<128> encoder_name(const char* name, std::initializer_list<std::size_t> sizes) {
    Text<128> text(name);
    const char* before = "<";
    for (const std::size_t size : sizes) {
        text.append(before).append(size);
        before = ", ";
    }
    (text.append(", ").append(Options::name().view()), ...);
    return text.append(">");
}

/// Calls visit(std::string_view) for each token, or each run of tokens, as the encoders know them.
template <class Options, class Visit>
constexpr void each_term(std::string_view text, Visit visit) noexcept {
    constexpr std::size_t longest = Options::longest;
    constexpr bool spaces = !std::is_same_v<typename Options::Tokenizer, Characters>;
    std::array<char, longest*(longest_token + 1)> last{};
    std::array<std::size_t, longest> begins{};
    std::size_t held = 0, size = 0;
    Options::Tokenizer::each(text, [&](std::string_view token) {
        const KnownToken<Options::lowers> known(token);
        if (Options::leaves_out(known.view()))
            return;
        if constexpr (longest == 1) {
            visit(known.view());
        } else {
            if (held == longest) {
                const std::size_t first = begins[1];
                std::copy(last.begin() + static_cast<std::ptrdiff_t>(first),
                          last.begin() + static_cast<std::ptrdiff_t>(size), last.begin());
                for (std::size_t i = 1; i < longest; ++i)
                    begins[i - 1] = begins[i] - first;
                size -= first;
                --held;
            }
            if (spaces && held > 0)
                last[size++] = ' ';
            begins[held++] = size;
            for (const char c : known.view())
                last[size++] = c;
            for (std::size_t run = Options::shortest; run <= held; ++run)
                visit(std::string_view(last.data() + begins[held - run], size - begins[held - run]));
        }
    });
}

} // namespace detail

} // namespace burin::data::text
