#pragma once

#include "burin/report/escaped.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace burin::report {

/// A part of a page: a heading, and below it HTML, such as an SVG image.
struct Section {
    std::string title;
    std::string html;
};

namespace detail {

/// Wide tables and pictures scroll in their own frame, so that a phone shows the page at its width. Pictures
/// change their black and white themselves where the screen is dark.
inline constexpr std::string_view page_style = R"(
:root { color-scheme: light dark; --page: #fff; --text: #1b1b1f; --soft: #5f6068; --line: #d9d9de; --card: #f6f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --page: #16171a; --text: #e8e8ec; --soft: #a2a3ad; --line: #3a3b42; --card: #202126; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--page); color: var(--text);
       font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
p { margin: .4rem 0; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .9rem; }
a { color: inherit; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line); }
tr.below td { border-top: 1px solid var(--line); }
.number { text-align: right; }
pre { background: var(--card); padding: .8rem; overflow-x: auto; font-size: .85rem; }
.values { display: flex; flex-wrap: wrap; gap: .6rem; }
.values div { background: var(--card); border-radius: .4rem; padding: .5rem .9rem; }
.values b { display: block; font-size: 1.3rem; font-weight: 600; }
.values span, figcaption { color: var(--soft); font-size: .85rem; }
.pictures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); }
figure { margin: 0; min-width: 0; }
figure.wide { grid-column: 1 / -1; }
.cards figure { background: var(--card); border-radius: .4rem; padding: .5rem; }
.cards img { width: 100%; image-rendering: pixelated; display: block; margin-bottom: .3rem; }
svg { max-width: 100%; height: auto; }
.scroll svg { max-width: none; }
svg.burin > rect:first-of-type { fill: transparent !important; }
)";

/// A text of several lines, escaped line by line.
inline std::string escaped_lines(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        result += escaped(text.substr(0, end)) + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

inline std::string page(std::string_view title, const std::string& body) {
    std::string text = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<link rel=\"icon\" href=\"data:,\">\n<title>";
    text.append(escaped(title))
        .append("</title>\n<style>")
        .append(page_style)
        .append("</style>\n</head>\n<body>\n<h1>");
    return text.append(escaped(title)).append("</h1>\n").append(body).append("</body>\n</html>\n");
}

/// Bytes in letters that may stand in a text: RFC 4648.
inline std::string base64(std::string_view bytes) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k <= bytes.size() ? letters[group >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

} // namespace detail
} // namespace burin::report
