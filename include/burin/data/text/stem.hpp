#pragma once

// Needs libstemmer (Debian: libstemmer-dev; Meson: the feature `text`).

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"

#include <libstemmer.h>

#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::text {

/// Cuts words to their stems by the rules of Snowball (Porter, snowballstem.org): `running`, `runs` → `run`.
/// Words are in small letters, UTF-8.
///
/// ```cpp
/// const data::text::Stemmer stem("english");
/// const std::string root = stem("connections"); // connect
/// ```
///
/// Languages are those of libstemmer, by their English name or their code: `english`, `german`, `french`,
/// `spanish`, `porter` and some twenty more. One stemmer is for one thread.
class Stemmer {
  public:
    /// Throws Error for a language that there is none for.
    explicit Stemmer(const std::string& language) : stemmer_(sb_stemmer_new(language.c_str(), "UTF_8")) {
        if (stemmer_ == nullptr)
            throw Error("Stemmer: expected one of" + names() + ", got " + burin::core::quoted(language));
    }

    std::string operator()(std::string_view word) const {
        if (word.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
            throw Error("Stemmer: expected a word of less than 2 GiB, got " + std::to_string(word.size()) +
                        " bytes");
        const auto* const bytes = reinterpret_cast<const sb_symbol*>(word.data());
        const sb_symbol* const stem = sb_stemmer_stem(stemmer_.get(), bytes, static_cast<int>(word.size()));
        if (stem == nullptr)
            throw std::bad_alloc();
        return {reinterpret_cast<const char*>(stem),
                static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
    }
    void operator()(std::vector<std::string>& words) const {
        for (std::string& word : words)
            word = (*this)(std::string_view(word));
    }

  private:
    static std::string names() {
        std::string all;
        for (const char** name = sb_stemmer_list(); *name != nullptr; ++name)
            all.append(" ").append(*name);
        return all;
    }

    struct Delete {
        void operator()(sb_stemmer* stemmer) const noexcept { sb_stemmer_delete(stemmer); }
    };
    std::unique_ptr<sb_stemmer, Delete> stemmer_;
};

} // namespace burin::data::text
