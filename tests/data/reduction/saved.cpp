#include "burin/data/fit_pipeline.hpp"
#include "burin/data/reduction/fit_random_projection.hpp"
#include "burin/data/reduction/fit_selection.hpp"
#include "burin/data/reduction/pca.hpp"
#include "burin/io/pipeline.hpp"

#include "reference/reduction.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace burin;
using namespace burin::data;
namespace expected = reference::reduction;

TEST_CASE("Reductions: saved and loaded to the same bits; features that there are not are refused") {
    using Preparation = Pipeline<Input<6>, SelectBest<4>, RandomProjection<3, RandomMatrix::sparse>>;
    const Dataset<> data(Shape(6), {std::begin(expected::points), std::end(expected::points)},
                         {std::begin(expected::labels), std::end(expected::labels)});
    Preparation preparation;
    preparation.fit(data);
    const TemporaryDirectory directory;
    const std::string path = directory / "preparation.safetensors";
    io::save(path, preparation);
    Preparation read;
    io::load(path, read);
    const auto prepared = preparation(data), again = read(data);
    bool same = true, varies = false;
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t k = 0; k < 3; ++k) {
            same = same && prepared.input(i)[k] == again.input(i)[k];
            varies = varies || prepared.input(i)[k] != prepared.input(0)[k];
        }
    CHECK(same);
    CHECK(varies);

    preparation.stages().fitted.features[3] = 6;
    io::save(path, preparation);
    CHECK(error_of([&] { io::load(path, read); }) == path + ": pipeline.0: expected features below 6, got 6");
    CHECK(read.stages().fitted.features[3] < 6);
}

TEST_CASE("PCA: a header has its mean and its matrix") {
    Pipeline<Input<2>, PCA<1>> line;
    line.stages().fitted.mean = {1, 2};
    line.stages().fitted.matrix = {0.5f, -0.25f};
    line.mark_as_fitted();
    const std::string header = io::header_text(line, {.name_space = "line", .pipeline = "Line"});
    CHECK(header.find("fitted.stages().fitted.mean = {{0x1p+0F, 0x1p+1F}};") != std::string::npos);
    CHECK(header.find("fitted.stages().fitted.matrix = {{0x1p-1F, -0x1p-2F}};") != std::string::npos);
    std::array<float, 1> out{};
    line.apply(std::array{3.0f, 4.0f}, out);
    CHECK(out[0] == 0.5f);
    CHECK(line.stages().fitted.problem().empty());
    line.stages().fitted.matrix[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK(line.stages().fitted.problem().view() == "expected finite constants, got one that isn't");
}
