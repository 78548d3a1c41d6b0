// Images in a Pipeline, and in front of training.

#include "burin/data/images/crop.hpp"
#include "burin/data/images/flip.hpp"
#include "burin/data/images/grey.hpp"
#include "burin/data/images/normalize.hpp"
#include "burin/data/images/resize.hpp"

#include "burin/data/dataset.hpp"
#include "burin/data/fit_pipeline.hpp"
#include "burin/data/images/sample.hpp"
#include "burin/data/pipeline.hpp"
#include "burin/io/pipeline.hpp"

#include "reference/images.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace images = burin::data::images;
namespace r = reference::images;
using burin::Input;
using burin::Shape;
using burin::data::PipelineOf;

TEST_CASE("images::Resize, Grey: stages give torchvision's values") {
    constexpr images::ResizeOptions cubic{images::Interpolation::bicubic};
    constexpr PipelineOf<double, Input<7, 5, 1>, images::Resize<11, 13, cubic>> resize;
    static_assert(resize.output_shape == Shape(11, 13, 1));
    std::array<double, 7 * 5> in{};
    std::copy(std::begin(r::grey), std::end(r::grey), in.begin());
    std::array<double, 11 * 13> out{};
    resize.apply(in, out);
    for (std::size_t i = 0; i < out.size(); ++i)
        CHECK(std::abs(out[i] - r::bicubic_antialias_11x13[i]) < 5e-9);

    using Small = PipelineOf<float, Input<7, 5, 3>, images::Grey, images::Resize<3, 2>>;
    static_assert(Small::output_shape == Shape(3, 2, 1));
    std::array<float, 7 * 5 * 3> colour{};
    for (std::size_t i = 0; i < colour.size(); ++i)
        colour[i] = static_cast<float>(r::colour[i]);
    std::array<float, 6> small{};
    Small{}.apply(colour, small);
    double sum = 0;
    for (const double value : r::greyed)
        sum += value / 35;
    for (const float value : small)
        CHECK(std::abs(static_cast<double>(value) - sum) < 0.3);
}

TEST_CASE("images::CenterCrop, Crop, Flip: stages move pixels") {
    using Moved =
        PipelineOf<float, Input<4, 5>, images::CenterCrop<3, 4>, images::Crop<1, 0, 2, 3>,
                   images::Flip<images::Direction::horizontal>, images::Flip<images::Direction::vertical>>;
    static_assert(Moved::output_shape == Shape(2, 3));
    std::array<float, 20> in{};
    for (std::size_t i = 0; i < 20; ++i)
        in[i] = static_cast<float>(i);
    std::array<float, 6> out{};
    Moved{}.apply(in, out);
    CHECK(out == std::array<float, 6>{12, 11, 10, 7, 6, 5});
}

TEST_CASE("images::Normalize: learns mean and deviation of each channel") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    // Two images of 1 x 2 pixels and 3 channels; the second channel never varies, a value is missing.
    const burin::data::Dataset<> set(Shape(1, 2, 3), {1, 5, 0, 2, 5, nan, 3, 5, 4, 6, 5, 8},
                                     std::vector<burin::Label>(2));
    PipelineOf<float, Input<1, 2, 3>, images::Normalize> preparation;
    preparation.fit(set);
    const auto ready = preparation(set);
    const auto& fitted = preparation.stages().fitted;
    CHECK(fitted.mean == std::array<float, 3>{3, 5, 4});
    CHECK(fitted.deviation[0] == doctest::Approx(std::sqrt(14.0 / 4)));
    CHECK(fitted.deviation[1] == 1);
    CHECK(fitted.deviation[2] == doctest::Approx(std::sqrt(32.0 / 3)));
    CHECK(ready.input(0)[1] == 0);
    CHECK(std::isnan(ready.input(0)[5]));
    CHECK(ready.input(1)[3] == doctest::Approx(3 / std::sqrt(14.0 / 4)));
    const burin::data::Dataset<> endless(Shape(1, 2, 3),
                                         {1, 5, 0, 2, std::numeric_limits<float>::infinity(), 1},
                                         std::vector<burin::Label>(1));
    CHECK(error_of([&] { preparation.fit(endless); }) ==
          "Pipeline: stage `0` `images::Normalize`: expected values whose squares are finite");
}

TEST_CASE("stages of images: what can't be taken is told") {
    CHECK(images::Grey::problem(Shape(8, 8)).view() ==
          "expected an image `[height, width, 3]`, got `[8, 8]`");
    CHECK(images::Resize<2, 2>::problem(Shape(64)).view() ==
          "expected an image `[height, width]` or `[height, width, channels]`, got `[64]`");
    CHECK(images::CenterCrop<9, 8>::problem(Shape(8, 8, 1)).view() ==
          "expected an image of at least 9 x 8 pixels, got `[8, 8, 1]`");
    CHECK(images::Crop<1, 1, 7, 7>::problem(Shape(8, 8)).empty());
    CHECK_FALSE(
        images::Crop<std::numeric_limits<std::size_t>::max(), 0, 4, 4>::problem(Shape(8, 8, 3)).empty());
    CHECK(images::Crop<1, 1, 8, 7>::name().view() == "images::Crop<1, 1, 8, 7>");
}

TEST_CASE("images::Resize: a stage has the bits of what resizes at run time") {
    images::Image image = images::Image::black(7, 5, 3);
    for (std::size_t i = 0; i < image.values.size(); ++i)
        image.values[i] = static_cast<float>(r::colour[i]);
    constexpr images::ResizeOptions area{images::Interpolation::area};
    std::array<float, 4 * 3 * 3> out{};
    PipelineOf<float, Input<7, 5, 3>, images::Resize<4, 3>>{}.apply(
        std::span<const float, 105>(image.values.data(), 105), out);
    CHECK(images::resized(image, 4, 3).values == std::vector<float>(out.begin(), out.end()));
    PipelineOf<float, Input<7, 5, 3>, images::Resize<4, 3, area>>{}.apply(
        std::span<const float, 105>(image.values.data(), 105), out);
    CHECK(images::resized(image, 4, 3, area).values == std::vector<float>(out.begin(), out.end()));
}

TEST_CASE("stages of images: a pipeline is saved and exported with what it learnt") {
    const burin::data::Dataset<> set(Shape(2, 2), {0, 1, 2, 3, 4, 5, 6, 7}, std::vector<burin::Label>(2));
    using Preparation = PipelineOf<float, Input<2, 2>, images::Flip<images::Direction::horizontal>,
                                   images::Normalize, images::Resize<1, 1>>;
    Preparation preparation;
    preparation.fit(set);
    const TemporaryDirectory directory;
    const std::string path = directory / "preparation.safetensors";
    burin::io::save(path, preparation);
    Preparation read;
    burin::io::load(path, read);
    CHECK(read.stages().rest.fitted.mean[0] == 3.5F);
    CHECK(read.stages().rest.fitted.deviation == preparation.stages().rest.fitted.deviation);
    constexpr images::ResizeOptions nearest{images::Interpolation::nearest, false};
    CHECK(images::Resize<1, 1, nearest>::name().view() == "images::Resize<1, 1, nearest, no antialias>");
    PipelineOf<float, Input<2, 2>, images::Flip<images::Direction::horizontal>, images::Normalize,
               images::Resize<1, 1, nearest>>
        other;
    CHECK(error_of([&] { burin::io::load(path, other); }).starts_with(path + ": "));
    const std::string header =
        burin::io::header_text(preparation, {.name_space = "prepared", .pipeline = "Preparation"});
    CHECK(header.find("mean = {{0x1.cp+1F}}") != std::string::npos);
}
