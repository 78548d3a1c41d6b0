#pragma once

// Needs ICU (Debian: libicu-dev; Meson: the feature `text`).

#include "burin/core/error.hpp"
#include "burin/data/encoding.hpp"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::text {

/// Finds words where no spaces are between them: Chinese, Japanese, Thai, Khmer and Lao by the dictionaries
/// of ICU, and all other scripts by the rules of Unicode (UAX #29).
///
/// ```cpp
/// const data::text::Segmenter words("zh");
/// words("我喜欢这部电影"); // 我, 喜欢, 这部, 电影
/// ```
///
/// One segmenter is for one thread.
class Segmenter {
  public:
    /// Throws Error if ICU has no rules.
    explicit Segmenter(const std::string& locale = "zh") {
        UErrorCode status = U_ZERO_ERROR;
        breaks_.reset(ubrk_open(UBRK_WORD, locale.c_str(), nullptr, 0, &status));
        check(status);
    }

    /// The words of text, without white space and punctuation. Throws Error, naming `name` and the offset,
    /// for what is no UTF-8.
    std::vector<std::string> operator()(std::string_view text, std::string_view name = "Segmenter") const {
        static_cast<void>(utf8_text(text, name));
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<UText, CloseText> opened(
            utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
        ubrk_setUText(breaks_.get(), opened.get(), &status);
        check(status);
        std::vector<std::string> words;
        std::int32_t begin = ubrk_first(breaks_.get());
        for (std::int32_t end = 0; (end = ubrk_next(breaks_.get())) != UBRK_DONE; begin = end)
            if (ubrk_getRuleStatus(breaks_.get()) >= UBRK_WORD_NONE_LIMIT)
                words.emplace_back(
                    text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
        return words;
    }

  private:
    static void check(UErrorCode status) {
        if (status == U_MEMORY_ALLOCATION_ERROR)
            throw std::bad_alloc();
        if (U_FAILURE(status))
            throw Error(std::string("Segmenter: expected the rules of ICU, got ") + u_errorName(status));
    }

    struct CloseBreaks {
        void operator()(UBreakIterator* breaks) const noexcept { ubrk_close(breaks); }
    };
    struct CloseText {
        void operator()(UText* text) const noexcept { utext_close(text); }
    };
    std::unique_ptr<UBreakIterator, CloseBreaks> breaks_;
};

} // namespace burin::data::text
