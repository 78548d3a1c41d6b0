#include "burin/core/fields.hpp"
#include "burin/data/fit_pipeline.hpp"
#include "burin/data/pipeline.hpp"
#include "burin/data/tables/impute_nearest.hpp"
#include "burin/data/tables/imputers.hpp"
#include "burin/data/tables/missing_indicator.hpp"
#include "burin/data/tables/on.hpp"
#include "burin/data/tables/quantile_transformer.hpp"
#include "burin/data/tables/scalers.hpp"
#include "burin/data/tables/table.hpp"
#include "burin/data/tables/target_encoder.hpp"

#include "reference/transforms.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;
using data::ColumnsAt, data::On, data::PipelineOf;
namespace expected = reference::transforms;

namespace {

data::Dataset<double, double> dataset(auto& inputs, auto& targets, std::size_t columns) {
    return data::Dataset<double, double>(Shape(columns), {std::begin(inputs), std::end(inputs)},
                                         {std::begin(targets), std::end(targets)});
}

std::vector<double> inputs(const auto& data) {
    std::vector<double> all;
    for (std::size_t i = 0; i < data.size(); ++i)
        all.insert(all.end(), data.input(i).begin(), data.input(i).end());
    return all;
}

} // namespace

TEST_CASE("stages: in a pipeline each learns from what the one before it makes") {
    using Scaled = PipelineOf<double, Input<4>, data::ImputeMean, data::StandardScaler>;
    const std::vector<double> targets(30), test_targets(8);
    const auto train = dataset(expected::holes, targets, 4),
               test = dataset(expected::holes_test, test_targets, 4);
    Scaled scaled;
    scaled.fit(train);
    const auto found = inputs(scaled(test));
    // A missing value is the mean, which is scaled to 0.
    for (std::size_t i = 0; i < found.size(); ++i)
        if (const double raw = expected::holes_test[i]; raw != raw)
            CHECK(std::abs(found[i]) < 1e-14);
}

TEST_CASE("stages: training sees what is cross-fitted, through any stage around it") {
    using Preparation = PipelineOf<double, Input<3>, On<ColumnsAt<0, 2>, data::Indicated<data::ImputeMedian>>,
                                   On<ColumnsAt<4>, data::TargetEncoder<0, 4>>, data::ImputeNearest<2, 8>>;
    const auto train = dataset(expected::categories, expected::targets, 3);
    Preparation preparation;
    CHECK(error_of([&] { preparation.fit(train.subset(0, 0)); }) ==
          "Pipeline: stage `0` `On<ColumnsAt<0, 2>, Indicated<ImputeMedian>>`: expected at least one sample, "
          "got none");
    const auto seen = preparation.fit_apply(train), applied = preparation(train);
    CHECK(seen.input_shape() == Shape(5));
    for (std::size_t i = 0; i < train.size(); ++i) {
        CHECK(seen.input(i)[0] == applied.input(i)[0]);
        CHECK(seen.input(i)[4] != applied.input(i)[4]);
    }
}

TEST_CASE("stages: a sample without a label teaches nothing of it") {
    data::Pipeline<Input<1>, data::TargetEncoder<0, 2>> preparation;
    const std::string wanted =
        "Pipeline: stage `0` `TargetEncoder<0, 2>`: sample 2: expected a finite target, got none";
    CHECK(error_of([&] { preparation.fit(data::Dataset<>(Shape(1), {0, 1, 0}, {0, 1, no_label})); }) ==
          wanted);
    data::Pipeline<data::Columns<data::Numeric<"x">>, data::TargetEncoder<0, 2>> of_table;
    CHECK(error_of([&] {
              of_table.fit(data::Table().with("x", std::vector<double>{0, 1, 0}),
                           std::vector<Label>{0, 1, no_label});
          }) == wanted);
}

TEST_CASE("stages: what is learnt can be saved, also of stages within stages") {
    std::vector<std::string> names;
    data::On<ColumnsAt<1, 2>, On<ColumnsAt<0>, data::Indicated<data::ImputeNearest<1, 4>>>>::Fitted<Shape(3),
                                                                                                    float>
        fitted;
    core::for_each_field(fitted, [&](std::string_view name, const auto& field) {
        names.push_back(std::string(name) + ' ' + std::to_string(field.size()));
    });
    CHECK(names == std::vector<std::string>{"donor 4", "mean 1", "count 1"});
    CHECK(fitted.problem().empty());
    fitted.count[0] = 5;
    CHECK(fitted.problem().view() == "expected a count from 0 to 4, got 5");
}
