#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace burin::data::text {

/// A language with a list of stop words.
enum class Language { english, german, french, spanish, chinese };

namespace detail {

// Articles, pronouns, prepositions, conjunctions, auxiliary verbs and particles, in small letters and sorted
// by their bytes. "not", "no" and their like are not among them: they turn the meaning of what they stand by.
inline constexpr auto english_stop_words = std::to_array<std::string_view>({
    "a",       "about",     "above",   "after",    "again",      "against", "all",     "am",     "an",
    "and",     "any",       "are",     "as",       "at",         "be",      "because", "been",   "before",
    "being",   "below",     "between", "both",     "but",        "by",      "can",     "could",  "did",
    "do",      "does",      "doing",   "down",     "during",     "each",    "few",     "for",    "from",
    "further", "had",       "has",     "have",     "having",     "he",      "her",     "here",   "hers",
    "herself", "him",       "himself", "his",      "how",        "i",       "if",      "in",     "into",
    "is",      "it",        "its",     "itself",   "just",       "me",      "more",    "most",   "my",
    "myself",  "of",        "off",     "on",       "once",       "only",    "or",      "other",  "our",
    "ours",    "ourselves", "out",     "over",     "own",        "same",    "she",     "should", "so",
    "some",    "such",      "than",    "that",     "the",        "their",   "theirs",  "them",   "themselves",
    "then",    "there",     "these",   "they",     "this",       "those",   "through", "to",     "too",
    "under",   "until",     "up",      "very",     "was",        "we",      "were",    "what",   "when",
    "where",   "which",     "while",   "who",      "whom",       "why",     "will",    "with",   "would",
    "you",     "your",      "yours",   "yourself", "yourselves",
});
inline constexpr auto german_stop_words = std::to_array<std::string_view>({
    "aber",   "alle",   "allem",   "allen",   "aller",   "alles",    "als",    "also",    "am",
    "an",     "andere", "anderem", "anderen", "anderer", "anderes",  "auch",   "auf",     "aus",
    "bei",    "beim",   "bin",     "bis",     "bist",    "da",       "damit",  "dann",    "das",
    "dass",   "dazu",   "dein",    "deine",   "deinem",  "deinen",   "deiner", "dem",     "den",
    "denn",   "der",    "deren",   "des",     "dich",    "die",      "dies",   "diese",   "diesem",
    "diesen", "dieser", "dieses",  "dir",     "doch",    "dort",     "du",     "durch",   "ein",
    "eine",   "einem",  "einen",   "einer",   "eines",   "einige",   "er",     "es",      "etwas",
    "euch",   "euer",   "eure",    "für",     "gegen",   "gewesen",  "hab",    "habe",    "haben",
    "hat",    "hatte",  "hatten",  "hier",    "hin",     "hinter",   "ich",    "ihm",     "ihn",
    "ihnen",  "ihr",    "ihre",    "ihrem",   "ihren",   "ihrer",    "im",     "in",      "indem",
    "ins",    "ist",    "jede",    "jedem",   "jeden",   "jeder",    "jedes",  "jene",    "jener",
    "jetzt",  "kann",   "können",  "könnte",  "machen",  "man",      "manche", "mein",    "meine",
    "meinem", "meinen", "meiner",  "mich",    "mir",     "mit",      "muss",   "musste",  "nach",
    "noch",   "nun",    "nur",     "ob",      "oder",    "ohne",     "sehr",   "sein",    "seine",
    "seinem", "seinen", "seiner",  "seit",    "sich",    "sie",      "sind",   "so",      "solche",
    "soll",   "sollte", "sondern", "sonst",   "um",      "und",      "uns",    "unser",   "unsere",
    "unter",  "viel",   "vom",     "von",     "vor",     "war",      "waren",  "warst",   "was",
    "weg",    "weil",   "welche",  "welcher", "wenn",    "wer",      "werde",  "werden",  "wie",
    "wieder", "will",   "wir",     "wird",    "wirst",   "wo",       "wollen", "während", "würde",
    "würden", "zu",     "zum",     "zur",     "zwar",    "zwischen", "über",
});
inline constexpr auto french_stop_words = std::to_array<std::string_view>({
    "ai",      "aie",      "ait",    "alors", "après", "as",     "au",      "aucun",   "aussi", "autre",
    "aux",     "avaient",  "avait",  "avant", "avec",  "avez",   "avoir",   "avons",   "ayant", "c",
    "car",     "ce",       "cela",   "celle", "ces",   "cet",    "cette",   "chez",    "ci",    "comme",
    "d",       "dans",     "de",     "des",   "deux",  "donc",   "dont",    "du",      "elle",  "elles",
    "en",      "encore",   "entre",  "est",   "et",    "eu",     "eux",     "fait",    "il",    "ils",
    "j",       "je",       "l",      "la",    "le",    "les",    "leur",    "leurs",   "lui",   "là",
    "m",       "ma",       "mais",   "me",    "mes",   "moi",    "mon",     "même",    "nos",   "notre",
    "nous",    "on",       "ont",    "ou",    "où",    "par",    "pendant", "peu",     "peut",  "plus",
    "pour",    "pourquoi", "qu",     "quand", "que",   "quel",   "quelle",  "quelles", "quels", "qui",
    "s",       "sa",       "sans",   "se",    "sera",  "serait", "ses",     "si",      "sien",  "soi",
    "soient",  "soit",     "sommes", "son",   "sont",  "sous",   "suis",    "sur",     "t",     "ta",
    "te",      "tes",      "toi",    "ton",   "tous",  "tout",   "toute",   "toutes",  "très",  "tu",
    "un",      "une",      "vers",   "voici", "voilà", "vos",    "votre",   "vous",    "y",     "à",
    "étaient", "était",    "étant",  "été",   "être",
});
inline constexpr auto spanish_stop_words = std::to_array<std::string_view>({
    "a",        "al",       "algo",     "alguna",  "algunas",  "alguno",   "algunos", "ante",   "antes",
    "aquel",    "aquella",  "aquello",  "como",    "con",      "contra",   "cual",    "cuando", "cuyo",
    "de",       "del",      "desde",    "donde",   "dos",      "durante",  "e",       "el",     "ella",
    "ellas",    "ellos",    "en",       "entre",   "era",      "eran",     "eres",    "es",     "esa",
    "esas",     "ese",      "eso",      "esos",    "esta",     "estaba",   "estaban", "estado", "estamos",
    "estar",    "estas",    "este",     "esto",    "estos",    "estoy",    "está",    "están",  "fue",
    "fueron",   "fui",      "ha",       "haber",   "había",    "habían",   "han",     "has",    "hasta",
    "hay",      "he",       "la",       "las",     "le",       "les",      "lo",      "los",    "me",
    "mi",       "mientras", "mis",      "mucho",   "muchos",   "muy",      "más",     "mí",     "nos",
    "nosotros", "nuestra",  "nuestras", "nuestro", "nuestros", "o",        "os",      "otra",   "otras",
    "otro",     "otros",    "para",     "pero",    "poco",     "por",      "porque",  "pues",   "que",
    "quien",    "quienes",  "quién",    "qué",     "se",       "sea",      "sean",    "ser",    "será",
    "si",       "sido",     "sin",      "sobre",   "sois",     "somos",    "son",     "soy",    "su",
    "sus",      "suya",     "suyo",     "sí",      "también",  "tan",      "tanto",   "te",     "tengo",
    "ti",       "tiene",    "tienen",   "todo",    "todos",    "tu",       "tus",     "tuyo",   "tú",
    "un",       "una",      "unas",     "uno",     "unos",     "vosotros", "y",       "ya",     "yo",
    "él",
});
inline constexpr auto chinese_stop_words = std::to_array<std::string_view>({
    "一",   "一个", "上", "下",   "与",   "个",   "中",   "为",   "么",   "之",   "也",   "了",   "于",
    "些",   "什么", "从", "他",   "他们", "以",   "会",   "但",   "但是", "你",   "你们", "其",   "再",
    "则",   "到",   "即", "去",   "又",   "及",   "只",   "可以", "向",   "吗",   "吧",   "呀",   "呢",
    "和",   "哦",   "哪", "哪里", "啊",   "嗯",   "因为", "在",   "地",   "太",   "她",   "她们", "如果",
    "它",   "它们", "对", "就",   "已经", "并",   "并且", "很",   "得",   "怎么", "我",   "我们", "或",
    "所以", "才",   "把", "是",   "更",   "最",   "有",   "正在", "此",   "比",   "由",   "的",   "看",
    "着",   "等",   "给", "而",   "而且", "能",   "自己", "虽然", "被",   "要",   "让",   "该",   "说",
    "谁",   "跟",   "还", "这",   "这个", "这些", "那",   "那个", "那些", "都",   "非常",
});

} // namespace detail

constexpr std::string_view language_name(Language language) noexcept {
    constexpr std::array<std::string_view, 5> names{"english", "german", "french", "spanish", "chinese"};
    return names[static_cast<std::size_t>(language)];
}

/// Whether a word, in small letters, says little by itself: `is_stop_word(Language::english, "the")`. The
/// lists are our own, of 100 to 250 function words each; words that deny are not among them.
constexpr bool is_stop_word(Language language, std::string_view word) noexcept {
    const auto among = [&](const auto& words) {
        return std::binary_search(words.begin(), words.end(), word);
    };
    switch (language) {
    case Language::english:
        return among(detail::english_stop_words);
    case Language::german:
        return among(detail::german_stop_words);
    case Language::french:
        return among(detail::french_stop_words);
    case Language::spanish:
        return among(detail::spanish_stop_words);
    case Language::chinese:
        return among(detail::chinese_stop_words);
    }
    return false;
}

/// Takes the stop words out of tokens: a container of strings, in small letters.
template <class Tokens>
void remove_stop_words(Tokens& tokens, Language language) {
    tokens.erase(std::remove_if(tokens.begin(), tokens.end(),
                                [&](std::string_view word) { return is_stop_word(language, word); }),
                 tokens.end());
}

} // namespace burin::data::text
