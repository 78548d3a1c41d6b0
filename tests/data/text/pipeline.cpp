#include "burin/io/pipeline.hpp"
#include "burin/data/fit_pipeline.hpp"
#include "burin/data/loader.hpp"
#include "burin/data/text/fit_encoders.hpp"
#include "burin/data/text/prepared_texts.hpp"
#include "burin/data/text_files.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
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

TEST_CASE(
    "PreparedTexts: a loader changes texts anew in each epoch, with the same bits at any number of workers") {
    Preparation preparation;
    CHECK(error_of([&] { data::text::PreparedTexts(texts, std::vector<Label>{1, 0}, preparation); }) ==
          "PreparedTexts: expected a pipeline that is fitted, got one that is not");
    preparation.fit(texts);
    CHECK(error_of([&] { data::text::PreparedTexts(texts, std::vector<Label>{1}, preparation); }) ==
          "PreparedTexts: expected 2 labels, one a text, got 1");

    const auto epoch_of = [](const auto& loader, const data::LoadOrder& order) {
        auto batches = loader.batches(order);
        std::vector<float> all(loader.size() * 5);
        while (const auto* batch = batches.next())
            for (std::size_t row = 0; row < batch->size(); ++row) {
                float* const to = all.data() + batch->number(row) * 5;
                std::ranges::copy(batch->input(row), to);
                to[4] = static_cast<float>(batch->target(row)[0]);
            }
        return all;
    };
    std::vector<std::string> many;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < 12; ++i) {
        many.emplace_back(i % 2 == 0 ? "Fine film, fine music." : "A dull film");
        labels.push_back(i % 2 == 0);
    }
    const data::text::PreparedTexts source(
        many, labels, preparation,
        data::text::Compose{data::text::SwapWords{.share = 0.3}, data::text::DropWords{.probability = 0.3}});
    const data::Loader alone(source, {.workers = 0}), helped(source, {.workers = 3});
    const data::LoadOrder first{.seed = 1, .batch_size = 4}, second{.seed = 1, .epoch = 1, .batch_size = 2};
    CHECK(epoch_of(alone, first) == epoch_of(helped, first));
    CHECK(epoch_of(alone, second) == epoch_of(helped, second));
    CHECK(epoch_of(alone, first) != epoch_of(alone, second));

    // As they are: the pipeline's.
    const std::vector<float> plain = epoch_of(helped, {.seed = 1, .batch_size = 4, .augment = false});
    CHECK(plain != epoch_of(helped, first));
    CHECK(std::ranges::equal(std::span(plain).first(10),
                             std::array{3.f, 2.f, 3.f, 6.f, 1.f, 4.f, 5.f, 2.f, 0.f, 0.f}));
    CHECK(plain == epoch_of(data::Loader(data::text::PreparedTexts(many, labels, preparation)), first));

    // The words that a change sees are those of the pipeline's tokenizer.
    data::text::Tokens seen;
    const data::text::PreparedTexts looks(
        texts, std::vector<Label>{1, 0}, preparation,
        [&seen](data::text::Tokens& tokens, const RandomStream&) { seen = tokens; });
    std::array<float, 4> out{};
    std::array<Label, 1> label{};
    looks.read(0, out, label, RandomStream{});
    CHECK(seen == data::text::Tokens{"Fine", "film", "fine", "music"});
    CHECK(out == std::array{3.0f, 2.0f, 3.0f, 6.0f});
}
