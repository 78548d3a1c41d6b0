#include "burin/data/pipeline.hpp"

#include "burin/data/fit_pipeline.hpp"
#include "burin/data/prepared_predictor.hpp"
#include "burin/data/tables/table.hpp"
#include "burin/layers/dense.hpp"

#include "stages.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;
using namespace stages;
using data::Categorical, data::Columns, data::Dataset, data::Numeric, data::Pipeline, data::PipelineOf;

namespace {

const double not_there = std::numeric_limits<double>::quiet_NaN();

const Dataset<> train(Shape(2), {1, 2, 3, 4, 5, 9}, {0, 1, 1}, {1, 2, 3});

/// An empty colour is missing.
data::Table table_of(const std::vector<std::string>& colours) {
    std::vector<double> ages(colours.size());
    for (std::size_t i = 0; i < ages.size(); ++i)
        ages[i] = 10.0 * static_cast<double>(i);
    return data::Table().with("colour", colours).with("age", ages);
}

template <class Data>
std::vector<float> all_inputs(const Data& data) {
    std::vector<float> values;
    for (std::size_t i = 0; i < data.size(); ++i)
        values.insert(values.end(), data.input(i).begin(), data.input(i).end());
    return values;
}

} // namespace

TEST_CASE("Pipeline: the compiler knows the shapes between stages") {
    using P = Pipeline<Input<2>, Center, Twice, Center>;
    static_assert(P::input_shape == Shape(2) && P::output_shape == Shape(4));
    static_assert(P::scratch_bytes == 2 * 4 * sizeof(float));
    static_assert(Pipeline<Input<2>, Center>::scratch_bytes == 0);
    static_assert(Pipeline<Input<2>>::output_shape == Shape(2));
    static_assert(sizeof(P) >= (2 + 4) * sizeof(float) && sizeof(P) <= (2 + 4 + 3) * sizeof(float));
}

TEST_CASE("Pipeline: each stage learns from what those before it make") {
    Pipeline<Input<2>, Center, Twice, Center> pipeline;
    pipeline.fit(train);
    const auto ready = pipeline(train);
    CHECK(ready.input_shape() == Shape(4));
    CHECK(all_inputs(ready) == std::vector<float>{-2, -3, -2, -3, 0, -1, 0, -1, 2, 4, 2, 4});
    CHECK(ready.labels() == train.labels());
    CHECK(ready.weight(2) == 3);
    std::array<float, 4> out;
    const std::array<float, 2> in{1, 2};
    pipeline.apply(in, out);
    CHECK(out == std::array<float, 4>{-2, -3, -2, -3});
    // Copies stand for themselves.
    const auto copy = pipeline;
    pipeline.fit(train.subset(0, 1));
    CHECK(all_inputs(copy(train)) == all_inputs(ready));
    CHECK(all_inputs(pipeline(train))[0] == 0);
}

TEST_CASE("Pipeline: without stages it hands samples on, with one there is nothing in between") {
    Pipeline<Input<2>> none;
    none.fit(train);
    CHECK(all_inputs(none(train)) == all_inputs(train));
    PipelineOf<double, Input<2>, Twice> one;
    one.fit(train);
    std::array<double, 4> out;
    one.apply(std::array<double, 2>{1, 2}, out);
    CHECK(out == std::array<double, 4>{1, 2, 1, 2});
}

TEST_CASE("Pipeline: samples are not prepared by constants that were never learnt") {
    Pipeline<Input<2>, Center> pipeline;
    CHECK_FALSE(pipeline.is_fitted());
    CHECK(error_of([&] { pipeline(train); }) ==
          "Pipeline: expected a pipeline that has been fitted, got one that has not");
    CHECK(error_of([&] { pipeline.fit(train.subset(0, 0)); }) != "");
    CHECK_FALSE(pipeline.is_fitted());
    pipeline.fit(train);
    CHECK(pipeline.is_fitted());
    static_assert(Pipeline<Input<2>, Twice>{}.is_fitted());
    CHECK(pipeline(train).size() == 3);
}

TEST_CASE("Pipeline: what can't be learnt from is refused and changes nothing") {
    Pipeline<Input<2>, Twice, Center> pipeline;
    pipeline.fit(train);
    const auto before = all_inputs(pipeline(train));
    const Dataset<> missing(Shape(2), {1, static_cast<float>(not_there)}, {0});
    CHECK(error_of([&] { pipeline.fit(missing); }) ==
          "Pipeline: stage `1` `Center`: column 1: expected numbers, got nan");
    CHECK(error_of([&] { pipeline.fit(train.subset(0, 0)); }) ==
          "Pipeline: stage `1` `Center`: expected at least one sample, got none");
    CHECK(error_of([&] { pipeline.fit(Dataset<>(Shape(3), {1, 2, 3}, {0})); }) ==
          "Pipeline: expected samples of 2 numbers, got samples of 3");
    CHECK(all_inputs(pipeline(train)) == before);
    CHECK(pipeline(train.subset(0, 0)).empty());
}

TEST_CASE("Pipeline: a stage that learns from targets gives training what the sample itself has no part in") {
    Pipeline<Input<2>, Center, OtherTargets> pipeline;
    const auto seen = pipeline.fit_apply(train);
    check_close(all_inputs(seen), std::vector<float>{-1, -2, 0.5f, -0.5f, 2.5f, 4.5f}, 1e-6);
    check_close(all_inputs(pipeline(train)),
                std::vector<float>{-4.f / 3, -7.f / 3, 2.f / 3, -1.f / 3, 8.f / 3, 14.f / 3}, 1e-6);
    const auto untold = Dataset<>::without_targets(Shape(2), {1, 2});
    CHECK(error_of([&] { pipeline.fit(untold); }) ==
          "Pipeline: stage `1` `OtherTargets`: expected targets, got none");
    CHECK(all_inputs(Pipeline<Input<2>, Center>().fit_apply(untold)) == std::vector<float>{0, 0});
}

TEST_CASE("Pipeline: from the columns of a table, whose categories have codes of the pipeline's own") {
    using P = Pipeline<Columns<Numeric<"age">, Categorical<"colour", 3>>, Twice>;
    static_assert(P::input_shape == Shape(2) && P::output_shape == Shape(4));
    P pipeline;
    const data::Table table = table_of({"red", "blue", ""});
    pipeline.fit(table);
    CHECK(pipeline.code<"colour">("blue") == 0);
    CHECK(pipeline.code<"colour">("red") == 1);
    CHECK(std::isnan(pipeline.code<"colour">("green")));
    CHECK(std::isnan(pipeline.code<"colour">("")));
    const auto ready = pipeline(table, std::vector<Label>{1, 0, 1});
    CHECK(ready.input(0)[1] == 1);
    CHECK(ready.input(1)[0] == 10);
    CHECK(ready.input(1)[1] == 0);
    CHECK(std::isnan(ready.input(2)[1]));
    CHECK(ready.labels() == std::vector<Label>{1, 0, 1});
    // Another table may have other codes, and categories that are not known.
    const auto other = pipeline(table_of({"green", "red"}));
    CHECK(std::isnan(other.input(0)[1]));
    CHECK(other.input(1)[1] == 1);
    CHECK(other.target_size() == 0);
    // A part of a table has the categories of the whole, of which its own rows' are learnt.
    P of_part;
    of_part.fit(table_of({"a", "b", "c", "d"}).subset(std::vector<std::size_t>{3, 1}));
    CHECK(of_part.code<"colour">("d") == 1);
    CHECK(std::isnan(of_part.code<"colour">("a")));
    CHECK(error_of([&] { pipeline.fit(table_of({"a", "b", "c", "d"})); }) ==
          "Pipeline: column 'colour': expected at most 3 categories, got 4");
    CHECK(error_of([&] { pipeline(table, std::vector<Label>{1, 0}); }) ==
          "Pipeline: expected the same number of targets for each of 3 samples, got 2");
    CHECK(error_of([&] { pipeline(table.drop({"age"})); }).find("'age'") != std::string::npos);
    CHECK(pipeline.code<"colour">("red") == 1);
}

TEST_CASE("Pipeline: categories that are the same in what is kept of them are refused") {
    Pipeline<Columns<Categorical<"colour", 4, 5>>> pipeline;
    const data::Table alike = table_of({"green", "light blue", "light red", "light bluish"});
    CHECK(error_of([&] { pipeline.fit(alike); }) ==
          "Pipeline: column 'colour': expected categories whose first 5 bytes differ, got 'light blue' and "
          "'light bluish'; Categorical<\"colour\", 4, 10> tells them apart");
    pipeline.fit(table_of({"green", "light blue"}));
    CHECK(pipeline.code<"colour">("light blue") == 1);
}

TEST_CASE("Pipeline: a number that the scalar type does not hold is named") {
    Pipeline<Input<2>> pipeline;
    const Dataset<Label, double> large(Shape(2), {1, 2, 3, 1e300}, {0, 1});
    const std::string wanted =
        "expected a number that float holds, got 1e+300 (PipelineOf<double, …> holds it)";
    CHECK(error_of([&] { pipeline.fit(large); }) == "Pipeline: sample 1, column 1: " + wanted);
    Pipeline<Columns<Numeric<"size">>> of_columns;
    CHECK(error_of([&] { of_columns.fit(data::Table().with("size", std::vector<double>{1, 1e300})); }) ==
          "Pipeline: row 1, column 'size': " + wanted);
}

TEST_CASE("Pipeline: of texts") {
    Pipeline<Lengths, Twice> pipeline;
    static_assert(decltype(pipeline)::output_shape == Shape(4));
    const std::vector<std::string> texts{"a", "", "four"};
    pipeline.fit(texts);
    CHECK(all_inputs(pipeline(texts)) == std::vector<float>{1, 3, 1, 3, 0, 4, 0, 4, 4, 0, 4, 0});
    std::array<float, 4> out;
    pipeline.apply("ab", out);
    CHECK(out == std::array<float, 4>{2, 2, 2, 2});
    CHECK(pipeline(texts, std::vector<Label>{1, 2, 3}).target(2)[0] == 3);
}

TEST_CASE("Pipeline: a seed for what stages draw, 0 without one") {
    Pipeline<Input<2>, Seeded> pipeline;
    pipeline.fit(train, data::Seed{7});
    CHECK(pipeline(train).input(0)[0] == 7);
    pipeline.fit(train);
    CHECK(pipeline(train).input(0)[0] == 0);
    CHECK(pipeline.fit_apply(train, data::Seed{3}).input(2)[0] == 3);
    Pipeline<Columns<Numeric<"age">>, Seeded> of_columns;
    const auto seen =
        of_columns.fit_apply(table_of({"red", "blue"}), std::vector<Label>{1, 0}, data::Seed{9});
    CHECK(seen.input(0)[0] == 9);
    CHECK(seen.labels() == std::vector<Label>{1, 0});
}

TEST_CASE("PreparedPredictor: a raw sample to the network's outputs") {
    using P = Pipeline<Input<2>, Center, Twice>;
    using Net = Sequential<Input<4>, Dense<1>>;
    P pipeline;
    pipeline.fit(train);
    Parameters<Net> parameters{};
    const std::array<float, 5> values{1, 10, 100, 1000, 0.5f};
    from_row_major<Net>(values.data(), parameters.data());
    data::PreparedPredictor<P, Net> predictor;
    const std::array<float, 2> sample{4, 7};
    CHECK(predictor(pipeline, parameters, sample)[0] == 1 + 20 + 100 + 2000 + 0.5f);
    CHECK(predictor.prepared()[3] == 2);
}
