#include "burin/io/pipeline.hpp"

#include "burin/data/fit_pipeline.hpp"
#include "burin/data/tables/table.hpp"
#include "burin/layers/dense.hpp"

#include "../data/stages.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace burin;
using namespace stages;
using data::Categorical, data::Columns, data::Numeric, data::Pipeline;

namespace {

using Preparation = Pipeline<Input<2>, Center, Twice, Center>;
using OfColumns = Pipeline<Columns<Numeric<"age">, Categorical<"colour", 2, 4>>, Center>;
using Net = Sequential<Input<4>, Dense<2>>;

const data::Dataset<> train(Shape(2), {1, 2, 3, 4, 5, 9}, {0, 1, 1});

const data::Table table = data::Table().with("age", {1, 2}).with("colour", {"red", "blau\xC3\xBC"});

Preparation fitted() {
    Preparation pipeline;
    pipeline.fit(train);
    return pipeline;
}

template <class P>
std::vector<float> prepared(const P& pipeline) {
    std::array<float, P::output_size> out;
    pipeline.apply(std::array<float, 2>{0.1f, 0.7f}, out);
    return {out.begin(), out.end()};
}

} // namespace

TEST_CASE("io::save, io::load: a pipeline beside its model, to the same bits") {
    const TemporaryDirectory directory;
    const std::string path = directory / "model.safetensors";
    const Preparation pipeline = fitted();
    const Model<Net> model({.seed = 3});
    for (const io::Storage storage : {io::Storage::float16, io::Storage::full}) {
        io::save(path, model, pipeline, {.storage = storage});
        Preparation read;
        Model<Net> read_model;
        io::load(path, read_model, read);
        CHECK(prepared(read) == prepared(pipeline));
        const bool same = read_model["0.weight"][0] == model["0.weight"][0];
        CHECK(same == (storage == io::Storage::full));
    }
    // The pipeline can be read alone, the model not: without what prepares its samples it is of no use.
    Preparation alone;
    io::load(path, alone);
    CHECK(prepared(alone) == prepared(pipeline));
    Model<Net> without;
    CHECK(
        error_of([&] { io::load(path, without); }) ==
        path +
            ": expected a model alone, got one with a pipeline: read both with load(path, model, pipeline)");
}

TEST_CASE("io::load: another pipeline is refused with all that does not agree, and nothing is changed") {
    const TemporaryDirectory directory;
    const std::string path = directory / "pipeline.safetensors", plain = directory / "model.safetensors";
    io::save(path, fitted());
    OfColumns other;
    other.fit(table);
    CHECK(error_of([&] { io::load(path, other); }) ==
          path +
              ": expected Pipeline<Columns<Numeric<\"age\">, Categorical<\"colour\", 2, 4>>, Center>, got "
              "Pipeline<Input<2>, Center, Twice, Center>; missing tensor 'pipeline.column.1.count' U32 [1]; "
              "missing tensor 'pipeline.column.1.texts' U8 [8]; unexpected tensor 'pipeline.2.mean' F32 [4]");
    CHECK(other.code<"colour">("red") == 1);
    io::save(plain, Model<Net>());
    Preparation pipeline = fitted();
    CHECK(error_of([&] { io::load(plain, pipeline); })
              .starts_with(plain +
                           ": expected a file with Pipeline<Input<2>, Center, Twice, Center>, got one "
                           "without a pipeline"));
    CHECK(prepared(pipeline) == prepared(fitted()));
}

TEST_CASE("io::load: constants that a pipeline has no room for are refused") {
    const TemporaryDirectory directory;
    const std::string path = directory / "pipeline.safetensors";
    OfColumns pipeline;
    pipeline.fit(table);
    pipeline.beginning().at<1>().count[0] = 3;
    io::save(path, pipeline);
    OfColumns read;
    CHECK(error_of([&] { io::load(path, read); }) ==
          path + ": pipeline.column.1: expected at most 2 categories, got 3");
    CHECK(std::isnan(read.code<"colour">("red")));
    Pipeline<Lengths> texts;
    texts.beginning().longest[0] = -1;
    texts.mark_as_fitted();
    io::save(path, texts);
    Pipeline<Lengths> read_texts;
    CHECK(error_of([&] { io::load(path, read_texts); }) ==
          path + ": pipeline.text: expected a length of at least 0");
}

TEST_CASE("io::save, io::header_text: a pipeline that has not been fitted is refused") {
    const TemporaryDirectory directory;
    const std::string path = directory / "pipeline.safetensors";
    const std::string said = ": expected a pipeline that has been fitted, got one that has not";
    CHECK(error_of([&] { io::save(path, Preparation{}); }) == path + said);
    CHECK(error_of([&] { io::save(path, Model<Net>(), Preparation{}); }) == path + said);
    CHECK(error_of([&] { io::header_text(Preparation{}, {}); }) == "export_header" + said);
    CHECK(directory.names().empty());
    // Without constants there is nothing to fit.
    io::save(path, Pipeline<Input<2>, Twice>{});
}

TEST_CASE("io::load: names of any length and the type of the numbers tell pipelines apart") {
    const TemporaryDirectory directory;
    const std::string path = directory / "pipeline.safetensors";
    Pipeline<Columns<Numeric<"a very long name of a column as a survey's tool exports it, question 1">>>
        first;
    Pipeline<Columns<Numeric<"a very long name of a column as a survey's tool exports it, question 2">>>
        second;
    first.mark_as_fitted();
    io::save(path, first);
    CHECK(error_of([&] { io::load(path, second); }).find("question 2\">>>, got Pipeline<") !=
          std::string::npos);
    io::load(path, first);
    io::save(path, Pipeline<Input<2>, Twice>{});
    data::PipelineOf<double, Input<2>, Twice> wide;
    CHECK(error_of([&] { io::load(path, wide); }) ==
          path + ": expected PipelineOf<double, Input<2>, Twice>, got Pipeline<Input<2>, Twice>");
}

TEST_CASE("io::header_text: the constants of a pipeline, exact, with bytes of text as characters") {
    OfColumns pipeline;
    pipeline.fit(table);
    pipeline.stages().fitted.mean = {0.1f, std::numeric_limits<float>::infinity()};
    CHECK(io::header_text(pipeline,
                          {.name_space = "houses", .pipeline = "OfColumns", .include = "houses.hpp"}) ==
          R"(#pragma once

// A fitted pipeline, written by burin::io::export_header.

#include <burin/data/pipeline.hpp>

#include "houses.hpp"

#include <limits>

namespace houses {

inline constexpr OfColumns preparation = [] {
    OfColumns fitted;
    fitted.beginning().at<1>().count = {{2U}};
    fitted.beginning().at<1>().texts = {{'\x62', '\x6c', '\x61', '\x75', '\x72', '\x65', '\x64', '\x00'}};
    fitted.stages().fitted.mean = {{0x1.99999ap-4F, std::numeric_limits<float>::infinity()}};
    fitted.mark_as_fitted();
    return fitted;
}();

} // namespace houses
)");
    // What it spells out is what it was.
    constexpr OfColumns constant = [] {
        OfColumns fitted;
        fitted.beginning().at<1>().count = {{2U}};
        fitted.beginning().at<1>().texts = {{'\x62', '\x6c', '\x61', '\x75', '\x72', '\x65', '\x64', '\x00'}};
        fitted.stages().fitted.mean = {{0x1.99999ap-4F, std::numeric_limits<float>::infinity()}};
        return fitted;
    }();
    CHECK(constant.code<"colour">("red") == 1);
    CHECK(constant.stages().fitted.mean == pipeline.stages().fitted.mean);
}
