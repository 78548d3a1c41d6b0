#include "burin/io/pipeline.hpp"
#include "burin/data/fit_pipeline.hpp"
#include "burin/data/text/fit_encoders.hpp"
#include "burin/data/text_files.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;
using Preparation = data::Pipeline<data::text::WordIds<8, 4, data::text::TextBytes<40>>>;

namespace {

const data::Texts texts{"Fine film, fine music.", "A dull film"};

} // namespace

TEST_CASE("A pipeline of words: fitted, applied to a set, saved and loaded with the same bits") {
    const TemporaryDirectory directory;
    const std::string path = directory / "p.safetensors";
    Preparation preparation;
    preparation.fit(texts);
    const auto samples = preparation(texts, std::vector<Label>{1, 0});
    CHECK(samples.input_shape() == Shape(4));
    CHECK(std::ranges::equal(samples.input(0), std::array{3.0f, 2.0f, 3.0f, 6.0f}));
    CHECK(std::ranges::equal(samples.input(1), std::array{4.0f, 5.0f, 2.0f, 0.0f}));
    CHECK(samples.target(0)[0] == 1);

    io::save(path, preparation);
    Preparation loaded;
    io::load(path, loaded);
    for (const std::string_view text : {"music for a dull film", "", "\xFF fine"}) {
        std::array<float, 4> before{}, after{};
        preparation.apply(text, before);
        loaded.apply(text, after);
        CHECK(before == after);
    }
}

TEST_CASE("A pipeline of words from a file that means harm is refused by its own word") {
    const TemporaryDirectory directory;
    const std::string path = directory / "p.safetensors";
    Preparation preparation;
    preparation.fit(texts);
    preparation.beginning().words[0] = 1'000'000;
    io::save(path, preparation);
    Preparation loaded;
    CHECK(error_of([&] { io::load(path, loaded); }) ==
          path + ": pipeline.text: expected at most 6 words, got 1000000");
    CHECK(error_of([&] { loaded.fit(std::vector<std::string>{"..."}); }) ==
          "WordIds<8, 4, TextBytes<40>>: expected texts with words, got none");
}
