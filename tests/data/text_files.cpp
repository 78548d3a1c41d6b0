#include "burin/data/text_files.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace data = burin::data;
using burin::Label;

namespace {

std::vector<std::string> lines_of(const data::Texts& texts) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < texts.size(); ++i)
        lines.emplace_back(texts[i]);
    return lines;
}

} // namespace

TEST_CASE("read_lines: line ends of both kinds, a mark, a last line without an end, gzip") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.txt";
    using Lines = std::vector<std::string>;
    const auto read = [&](const std::string& bytes) {
        write_bytes(path, bytes);
        const Lines lines = lines_of(data::read_lines(path));
        write_gzip(path, bytes);
        CHECK(lines_of(data::read_lines(path)) == lines);
        return lines;
    };
    CHECK(read("").empty());
    CHECK(read("\xEF\xBB\xBF").empty());
    CHECK(read("\n") == Lines{""});
    CHECK(read("a") == Lines{"a"});
    CHECK(read("\xEF\xBB\xBF"
               "a\r\nb\r\r\n\nc") == Lines{"a", "b\r", "", "c"});
    // Lines longer than a piece, and ends that lie across two.
    const std::string piece(1 << 14, 'x');
    CHECK(read(piece + "\n" + piece + piece) == Lines{piece, piece + piece});
    const std::string almost = piece.substr(1);
    CHECK(read(almost + "\r\nb\n") == Lines{almost, "b"});
    CHECK(read(almost + "ü\nb\n") == Lines{almost + "ü", "b"});
}

TEST_CASE("read_text, LineReader: other encodings, long lines and large files are refused with their place") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.txt";
    write_bytes(path, "gut\nsch\xF6n\n");
    const std::string latin = path + ": offset 7: expected text of UTF-8, got the byte 0xF6 (Latin-1?)";
    CHECK(error_of([&] { data::read_text(path); }) == latin);
    CHECK(error_of([&] { data::read_lines(path); }) == latin);
    write_bytes(path, "gut\nund");
    CHECK(data::read_text(path) == "gut\nund");
    CHECK(error_of([&] { data::read_text(path, 6); }) ==
          path + ": expected at most 6 bytes after unpacking, got more");
    write_gzip(path, "ab\n" + std::string(data::LineReader::longest_line + 1, 'x'));
    data::LineReader lines(path);
    std::string line;
    CHECK(lines.next(line));
    CHECK(lines.place() == path + ": line 1: ");
    CHECK(error_of([&] { lines.next(line); }) ==
          path + ": line 2: expected at most 16777216 bytes, got more");
}

TEST_CASE("read_text_folder: documents and lines by class, sorted by name") {
    const TemporaryDirectory directory;
    const std::string root = directory / "reviews";
    for (const char* folder : {"good/more", "bad", ".git"})
        std::filesystem::create_directories(root + "/" + folder);
    write_bytes(root + "/good/2.txt", "fine\n\nvery fine\n");
    write_bytes(root + "/good/1.TXT", "great");
    write_bytes(root + "/good/more/3.txt", "ok\n");
    write_bytes(root + "/bad/9.txt", "awful\n");
    write_bytes(root + "/bad/.hidden", "\xFF");
    write_bytes(root + "/README", "not in a class");
    const data::LabelledTexts documents = data::read_text_folder(root);
    CHECK(documents.classes == std::vector<std::string>{"bad", "good"});
    CHECK(lines_of(documents.texts) ==
          std::vector<std::string>{"awful\n", "great", "fine\n\nvery fine\n", "ok\n"});
    CHECK(documents.labels == std::vector<Label>{0, 1, 1, 1});
    const data::LabelledTexts lines = data::read_text_folder(root, {.by_line = true});
    CHECK(lines_of(lines.texts) == std::vector<std::string>{"awful", "great", "fine", "very fine", "ok"});
    CHECK(lines.labels == std::vector<Label>{0, 1, 1, 1, 1});
    // The labels of another set's classes.
    const data::LabelledTexts others = data::read_text_folder(root, {.classes = {"good", "neutral", "bad"}});
    CHECK(others.labels == std::vector<Label>{2, 0, 0, 0});
    CHECK(error_of([&] { data::read_text_folder(root, {.classes = {"bad"}}); }) ==
          root + ": expected folders of the 1 classes that are given, got 'good'");
    CHECK(error_of([&] { data::read_text_folder(root, {.max_bytes = 20}); }) ==
          root + ": expected at most 20 bytes of text, got more");
    write_bytes(root + "/bad/picture.png", "");
    CHECK(error_of([&] { data::read_text_folder(root); }) ==
          root + "/bad/picture.png: expected a name that ends in .txt, got 'picture.png'");
    CHECK(data::read_text_folder(root, {.skip_others = true}).texts.size() == 4);
    std::filesystem::create_directories(root + "/empty");
    CHECK(error_of([&] { data::read_text_folder(root, {.skip_others = true}); }) ==
          root + "/empty: expected at least one file of the class, got none");
    CHECK(error_of([&] { data::read_text_folder(root + "/good/more"); }) ==
          root + "/good/more: expected a folder for each class, got none");
    CHECK(error_of([&] {
              data::read_text_folder(root + "/none");
          }).starts_with(root + "/none: can't be read: "));
}
