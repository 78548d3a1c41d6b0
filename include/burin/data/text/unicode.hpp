#pragma once

// Needs ICU (Debian: libicu-dev; Meson: the feature `text`).

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/text/characters.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace burin::data::text {

/// The forms of Unicode (UAX #15): characters that look and mean the same are written the same. NFC joins a
/// letter with its accents, NFD takes them apart; NFKC and NFKD also make plain characters of others (`ﬁ` →
/// `fi`, `Ａ` → `A`, `²` → `2`).
enum class Form { as_it_is, nfc, nfd, nfkc, nfkd };

/// What is done about bytes that are no UTF-8.
enum class Malformed {
    refused,  ///< Throws Error with the offset.
    replaced, ///< Each becomes U+FFFD.
    dropped,
};

/// How text is cleaned. The steps are done in this order.
struct Cleaning {
    Malformed malformed = Malformed::refused;
    /// Control and format characters go, but for white space; so does a byte order mark.
    bool drop_controls = true;
    Form form = Form::nfc;
    /// Capitals and small letters become the same, as Unicode folds them: `Straße` → `strasse`.
    bool fold_case = false;
    bool strip_accents = false; ///< `Élan naïf` → `Elan naif`
    bool squeeze_space = true;  ///< White space becomes one space, and none at the ends.
};

namespace detail {

inline icu::UnicodeString of_utf8(std::string_view text, const Cleaning& cleaning, std::string_view name) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Error(std::string(name) + ": expected text of less than 2 GiB, got " +
                    std::to_string(text.size()) + " bytes");
    if (cleaning.malformed == Malformed::refused)
        static_cast<void>(utf8_text(text, name));
    icu::UnicodeString result;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = first_character(text.substr(at));
        at += character.bytes;
        const auto code = static_cast<UChar32>(character.code);
        if (character.is_malformed() && cleaning.malformed == Malformed::dropped)
            continue;
        const int type = u_charType(code);
        if (cleaning.drop_controls && (type == U_CONTROL_CHAR || type == U_FORMAT_CHAR) &&
            !u_isUWhiteSpace(code))
            continue;
        result.append(code);
    }
    return result;
}

inline void normalize(icu::UnicodeString& text, Form form) {
    if (form == Form::as_it_is)
        return;
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const normalizer = form == Form::nfc   ? icu::Normalizer2::getNFCInstance(status)
                                               : form == Form::nfd ? icu::Normalizer2::getNFDInstance(status)
                                               : form == Form::nfkc
                                                   ? icu::Normalizer2::getNFKCInstance(status)
                                                   : icu::Normalizer2::getNFKDInstance(status);
    if (U_SUCCESS(status))
        text = normalizer->normalize(text, status);
    if (status == U_MEMORY_ALLOCATION_ERROR)
        throw std::bad_alloc();
    if (U_FAILURE(status))
        throw Error(std::string("clean: expected the tables of ICU, got ") + u_errorName(status));
}

inline icu::UnicodeString without_accents(icu::UnicodeString text, Form form) {
    normalize(text, Form::nfd);
    icu::UnicodeString bare;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        if (const UChar32 code = text.char32At(i); u_charType(code) != U_NON_SPACING_MARK)
            bare.append(code);
    normalize(bare, form == Form::as_it_is ? Form::nfc : form);
    return bare;
}

inline icu::UnicodeString with_single_spaces(const icu::UnicodeString& text) {
    icu::UnicodeString squeezed;
    bool space = false;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 code = text.char32At(i);
        if (u_isUWhiteSpace(code)) {
            space = true;
            continue;
        }
        if (space && !squeezed.isEmpty())
            squeezed.append(UChar32(' '));
        space = false;
        squeezed.append(code);
    }
    return squeezed;
}

} // namespace detail

/// Text of UTF-8, cleaned: `clean("  Cafe\u0301 ")` is `Café`. Throws Error, naming `name` and the offset,
/// for what is no UTF-8, unless the options say otherwise. Memory: some 20 times the text (NFKC may make a
/// character 18).
inline std::string clean(std::string_view text, const Cleaning& cleaning = {},
                         std::string_view name = "clean") {
    return core::within_memory(name, [&] {
        icu::UnicodeString cleaned = detail::of_utf8(text, cleaning, name);
        detail::normalize(cleaned, cleaning.form);
        if (cleaning.fold_case) {
            cleaned.foldCase();
            detail::normalize(cleaned, cleaning.form);
        }
        if (cleaning.strip_accents)
            cleaned = detail::without_accents(std::move(cleaned), cleaning.form);
        if (cleaning.squeeze_space)
            cleaned = detail::with_single_spaces(cleaned);
        if (cleaned.isBogus())
            throw std::bad_alloc();
        std::string result;
        cleaned.toUTF8String(result);
        return result;
    });
}

} // namespace burin::data::text
