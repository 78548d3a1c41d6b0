// Transforms of samples: what is random, and what moves along.

#include "burin/images.hpp"

#include "burin/data/dataset.hpp"
#include "burin/data/loader.hpp"

#include "reference/images.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace images = burin::data::images;
namespace r = reference::images;
using burin::Purpose;
using burin::RandomStream;
using burin::Shape;
using images::Box;
using images::ByteImage;
using images::Image;
using images::Sample;

namespace {

using AnyTransform = std::function<void(Sample&, const RandomStream&)>;

RandomStream stream(std::uint64_t seed) {
    return {seed, Purpose::augmentation, 0};
}

Image of_reference(std::span<const double> values, std::size_t height, std::size_t width) {
    Image image = Image::black(height, width, values.size() / height / width);
    std::transform(values.begin(), values.end(), image.values.begin(),
                   [](double value) { return static_cast<float>(value); });
    return image;
}

/// An object of value 1 and class 3 on black, in its box.
Sample object(std::size_t height, std::size_t width, std::size_t top, std::size_t left, std::size_t bottom,
              std::size_t right) {
    Sample sample{.image = Image::black(height, width, 1),
                  .boxes = {{static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
                             static_cast<float>(bottom), 3}},
                  .mask = ByteImage::black(height, width, 1)};
    for (std::size_t y = top; y < bottom; ++y)
        for (std::size_t x = left; x < right; ++x) {
            *sample.image.view().pixel(y, x) = 1;
            *sample.mask.view().pixel(y, x) = 3;
        }
    return sample;
}

/// That the mask shows what the image shows, within the boxes and touching all their sides.
void check_together(const Sample& sample, double slack) {
    REQUIRE(sample.mask.values.size() == sample.image.values.size());
    double left = 1e9, right = -1, top = 1e9, bottom = -1;
    std::size_t differences = 0;
    for (std::size_t y = 0; y < sample.image.height; ++y)
        for (std::size_t x = 0; x < sample.image.width; ++x) {
            const bool shows = *sample.image.view().pixel(y, x) > 0.5F,
                       masked = *sample.mask.view().pixel(y, x) == 3;
            differences += shows != masked;
            if (masked) {
                left = std::min(left, static_cast<double>(x));
                right = std::max(right, static_cast<double>(x + 1));
                top = std::min(top, static_cast<double>(y));
                bottom = std::max(bottom, static_cast<double>(y + 1));
            }
        }
    CHECK(differences <= sample.image.values.size() / 50);
    REQUIRE(sample.boxes.size() == (right > 0 ? 1 : 0));
    if (right > 0) {
        CHECK(sample.boxes[0].label == 3);
        CHECK(std::abs(static_cast<double>(sample.boxes[0].x1) - left) <= slack);
        CHECK(std::abs(static_cast<double>(sample.boxes[0].x2) - right) <= slack);
        CHECK(std::abs(static_cast<double>(sample.boxes[0].y1) - top) <= slack);
        CHECK(std::abs(static_cast<double>(sample.boxes[0].y2) - bottom) <= slack);
    }
}

} // namespace

TEST_CASE("transforms: boxes and masks move along") {
    const auto check_moved = [](const char* what, double slack, const AnyTransform& transform) {
        CAPTURE(what);
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            CAPTURE(seed);
            Sample sample = object(23, 31, 8, 12, 16, 22);
            sample.least_box_share = 0;
            transform(sample, stream(seed));
            check_together(sample, slack);
        }
    };
    check_moved("flip", 0, images::RandomFlip{});
    check_moved("vertically", 0, images::RandomFlip{.direction = images::Direction::vertical});
    check_moved("crop", 0, images::CropTo{5, 3, 17, 20});
    check_moved("centre", 0, images::CenterCropTo{13, 12});
    check_moved("pad", 0, images::Pad{1, 2, 3, 4});
    check_moved("random crop", 0, images::RandomCrop{23, 31, 4});
    check_moved("resize", 1, images::ResizeTo{46, 40});
    check_moved("resized crop", 1.5, images::RandomResizedCrop{23, 31, {0.6, 1}});
    check_moved("affine, moves only", 1,
                images::RandomAffine{.translate_x = 0.2, .translate_y = 0.2, .scale = {0.8, 1.3}});
    // The upright box around a turned one is larger than what is in it.
    check_moved("rotation", 2.5, images::RandomRotation{8});
    check_moved("perspective", 2, images::RandomPerspective{.distortion = 0.2, .probability = 1});
    check_moved("elastic", 2, images::Elastic{.alpha = 8, .sigma = 5});
    check_moved("shear", 2, [](Sample& sample, const RandomStream&) {
        images::apply(images::Operation::shear_x, sample, 0.5, false);
    });
    check_moved("two", 2.5, images::Compose{images::RandomFlip{}, images::RandomRotation{5}});
}

TEST_CASE("transforms: a box is clipped, and dropped where too little is left of it") {
    Sample sample = object(20, 20, 0, 10, 10, 20);
    images::CropTo{0, 0, 20, 15}(sample, stream(1));
    REQUIRE(sample.boxes.size() == 1);
    CHECK(sample.boxes[0] == Box{10, 0, 15, 10, 3});
    images::CropTo{0, 0, 20, 11}(sample, stream(1));
    CHECK(sample.boxes.size() == 1); // A fifth is left.
    sample.least_box_share = 0.3F;
    sample.boxes[0] = {8, 0, 13, 10, 3};
    images::CropTo{0, 0, 20, 9}(sample, stream(1));
    CHECK(sample.boxes.empty());
    // What only touches the edge is gone at any share.
    sample = object(20, 20, 0, 10, 10, 20);
    sample.least_box_share = 0;
    images::CropTo{0, 0, 20, 10}(sample, stream(1));
    CHECK(sample.boxes.empty());
    // And what comes in from outside has the class that is wished.
    sample.mask_outside = 255;
    images::Pad{.left = 1}(sample, stream(1));
    CHECK(sample.mask.values[0] == 255);
}

TEST_CASE("Elastic: a box of numbers that are none is dropped") {
    Sample sample{.image = Image{8, 8, 1, std::vector<float>(64)}, .boxes = {{std::nanf(""), 0, 4, 4, 1}}};
    images::Elastic{.alpha = 2, .sigma = 1}(sample, RandomStream{3});
    CHECK(sample.boxes.empty());
}

TEST_CASE("RandAugment: operations equal torchvision's to 1e-6, and all run on every image") {
    const auto check_operation = [](images::Operation operation, std::span<const double> expected) {
        Sample sample{.image = of_reference(r::eight, 8, 8)};
        images::apply(operation, sample, 1, false);
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(std::abs(static_cast<double>(sample.image.values[i]) - expected[i]) < 1e-6);
    };
    check_operation(images::Operation::shear_x, r::shear_x);
    check_operation(images::Operation::translate_x, r::translate_x);
    check_operation(images::Operation::rotate, r::randaugment_rotate);
    for (const Shape& shape : {Shape(1, 1, 1), Shape(1, 7, 3), Shape(5, 1, 2), Shape(7, 5, 4)})
        for (std::size_t i = 0; i < images::operation_count; ++i)
            for (const bool other_way : {false, true}) {
                CAPTURE(i);
                Sample sample{.image = Image::black(shape[0], shape[1], shape[2])};
                std::fill(sample.image.values.begin(), sample.image.values.end(), 0.25F);
                images::apply(static_cast<images::Operation>(i), sample, 0.3, other_way);
                CHECK(sample.image.shape() == shape);
                for (const float value : sample.image.values)
                    CHECK((value >= 0 && value <= 1));
            }
    CHECK(error_of([] {
              Sample sample{.image = Image::black(1, 1, 1)};
              images::RandAugment{.magnitude = 31}(sample, stream(1));
          }).starts_with("RandAugment: expected a magnitude of 0 to 30"));
}

TEST_CASE("transforms: one pixel and one row") {
    const images::Compose all{images::RandomFlip{1},
                              images::RandomRotation{20},
                              images::RandomAffine{.degrees = 5, .translate_x = 0.1, .shear_x = 5},
                              images::RandomPerspective{.probability = 1},
                              images::Elastic{.alpha = 1, .sigma = 1},
                              images::ColorJitter{0.2, 0.2, 0.2, 0.1},
                              images::RandomGrey{1},
                              images::RandomBlur{},
                              images::GaussianNoise{},
                              images::SaltAndPepper{},
                              images::Cutout{3},
                              images::RandomErasing{1},
                              images::RandAugment{}};
    for (const Shape& shape : {Shape(1, 1, 1), Shape(1, 13, 3), Shape(7, 1, 3)}) {
        Image image = Image::black(shape[0], shape[1], shape[2]);
        all(image, stream(3));
        CHECK(image.shape() == shape);
        for (const float value : image.values)
            CHECK((value >= 0 && value <= 1));
    }
}

TEST_CASE("transforms: noise has its moments, salt and pepper their share") {
    Sample sample{.image = Image::black(100, 100, 1)};
    images::GaussianNoise{.sigma = 0.5, .mean = 2, .clip = false}(sample, stream(1));
    double sum = 0, squares = 0;
    for (const float value : sample.image.values) {
        sum += static_cast<double>(value) / 1e4;
        squares += static_cast<double>(value * value) / 1e4;
    }
    CHECK(std::abs(sum - 2) < 0.02);
    CHECK(std::abs(squares - sum * sum - 0.25) < 0.015);
    std::fill(sample.image.values.begin(), sample.image.values.end(), 0.5F);
    images::SaltAndPepper{0.2}(sample, stream(1));
    CHECK(std::abs(std::count(sample.image.values.begin(), sample.image.values.end(), 0.0F) - 1000) < 100);
    CHECK(std::abs(std::count(sample.image.values.begin(), sample.image.values.end(), 1.0F) - 1000) < 100);
}

TEST_CASE("Cutout, RandomErasing: hide what they say") {
    std::array<bool, 36> seen{};
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Image image = Image::black(12, 12, 1);
        images::Compose{images::Cutout{.size = 4, .value = 1}}(image, stream(seed));
        const auto hidden =
            static_cast<std::size_t>(std::count(image.values.begin(), image.values.end(), 1.0F));
        CHECK((hidden >= 4 && hidden <= 16));
        seen[hidden] = true;
        image = Image::black(20, 30, 1);
        images::Compose{images::RandomErasing{.probability = 1, .area = {0.1, 0.2}, .value = 1}}(
            image, stream(seed));
        const auto share =
            static_cast<double>(std::count(image.values.begin(), image.values.end(), 1.0F)) / 600;
        CHECK((share > 0.07 && share < 0.24));
    }
    CHECK(seen[16]);
    CHECK(std::count(seen.begin(), seen.end(), true) > 2);
}

TEST_CASE("transforms: probabilities are kept") {
    const auto rate = [](const AnyTransform& transform, bool (*changed)(const Image&)) {
        int count = 0;
        for (std::uint64_t seed = 0; seed < 1000; ++seed) {
            Sample sample{.image = Image{1, 2, 1, {0, 1}}};
            transform(sample, stream(seed));
            count += changed(sample.image) ? 1 : 0;
        }
        return count;
    };
    const auto flipped = [](const Image& image) { return image.values[0] == 1.0F; };
    CHECK(std::abs(rate(images::RandomFlip{}, flipped) - 500) < 60);
    CHECK(std::abs(rate(images::Sometimes{0.3, images::RandomFlip{1}}, flipped) - 300) < 60);
    CHECK(rate(images::RandomFlip{0}, flipped) == 0);
    CHECK(rate(images::RandomFlip{1}, flipped) == 1000);
}

TEST_CASE("Compose: what is drawn depends on the stream and the place alone") {
    const Image image = of_reference(r::eight, 8, 8);
    const auto made = [&](const auto& transform, std::uint64_t seed) {
        Image copy = image;
        transform(copy, stream(seed));
        return copy;
    };
    const images::Compose one{images::RandomRotation{30}, images::GaussianNoise{}};
    CHECK(made(one, 1) == made(one, 1));
    CHECK(made(one, 1) != made(one, 2));
    // Another in between does not change what the first draws.
    const images::Compose same{images::RandomRotation{30}, images::RandomFlip{0}};
    CHECK(made(same, 1) == made(images::Compose{images::RandomRotation{30}}, 1));
}

TEST_CASE("Compose: a loader's batches have the same bits at any number of workers") {
    std::vector<float> inputs(10 * 64);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(i % 64) / 64;
    const burin::data::Dataset<> set(Shape(8, 8), inputs, std::vector<burin::Label>(10));
    const images::Compose augment{images::RandomRotation{30}, images::GaussianNoise{}};
    std::vector<float> first;
    for (const std::size_t workers : {0u, 1u, 3u}) {
        const burin::data::Loader loader(set, {.workers = workers}, augment.of(Shape(8, 8)));
        auto batches = loader.batches({.seed = 4, .batch_size = 3});
        std::vector<float> all;
        while (const auto* batch = batches.next())
            all.insert(all.end(), batch->inputs().begin(), batch->inputs().end());
        first = first.empty() ? all : first;
        CHECK(all == first);
    }
    std::sort(first.begin(), first.end());
    std::sort(inputs.begin(), inputs.end());
    CHECK(first != inputs);
}

namespace {

/// What `fit` gives to an augmentation.
struct Batch {
    static constexpr std::array<Shape, 1> input_shapes{Shape(2, 3)};
    std::array<std::span<double>, 1> inputs{};
    std::size_t rows = 0;
};
struct BatchOfVectors {
    static constexpr std::array<Shape, 1> input_shapes{Shape(6)};
};
struct BatchOfTwo {
    static constexpr std::array<Shape, 2> input_shapes{Shape(2, 3), Shape(2, 3)};
};

} // namespace

TEST_CASE("Compose: each sample of a batch by itself; what is no batch of images is told") {
    std::vector<double> values(40 * 6);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<double>(i % 6);
    Batch batch{{std::span(values)}, 40};
    const images::Compose augment{images::RandomFlip{}};
    augment(batch, stream(1));
    std::size_t flipped = 0;
    for (std::size_t row = 0; row < 40; ++row) {
        const bool is_flipped = values[row * 6] == 2;
        flipped += is_flipped;
        CHECK(values[row * 6 + 1] == 1);
        CHECK(values[row * 6 + 5] == (is_flipped ? 3 : 5));
    }
    CHECK((flipped > 8 && flipped < 32));
    using Augment = decltype(augment);
    CHECK(std::remove_cvref_t<Augment>::Examined<Batch>::problem.empty());
    CHECK(std::remove_cvref_t<Augment>::Examined<BatchOfVectors>::problem.view() ==
          "images::Compose: expected an image `[height, width]` or `[height, width, channels]`, got `[6]`");
    CHECK(std::remove_cvref_t<Augment>::Examined<BatchOfTwo>::problem.view() ==
          "images::Compose: expected a network with one input, an image");
}

TEST_CASE("Compose: refuses what it can't do in one sentence") {
    const auto error = [](const AnyTransform& transform, Image image) {
        return error_of([&] {
            Sample sample{.image = std::move(image)};
            transform(sample, stream(1));
        });
    };
    using images::Compose;
    CHECK(error(images::CropTo{0, 0, 9, 4}, Image::black(8, 8, 1)) ==
          "CropTo: expected an image of at least 9 x 4 pixels, got 8 x 8");
    CHECK(error(images::RandomCrop{28, 28}, Image::black(8, 8, 1)) ==
          "RandomCrop: expected an image of at least 28 x 28 pixels, got 8 x 8");
    CHECK(error(images::ResizeTo{}, Image::black(8, 8, 1)) ==
          "ResizeTo: expected a result of 1 to 268435456 pixels, got 0 x 0");
    CHECK(error(images::ResizeTo{1u << 20, 1u << 20}, Image::black(8, 8, 1))
              .starts_with("ResizeTo: expected a result of 1 to "));
    CHECK(error(images::RandomRotation{}, Image{}) ==
          "RandomRotation: expected an image with pixels, got 0 x 0 pixels and 0 values");
    for (const AnyTransform& each :
         {AnyTransform(images::GaussianNoise{}), AnyTransform(images::SaltAndPepper{}),
          AnyTransform(images::ColorJitter{0.1}), AnyTransform(images::RandomGrey{1}),
          AnyTransform(images::RandomBlur{}), AnyTransform(images::NormalizeChannels{}),
          AnyTransform(images::Cutout{}), AnyTransform(images::RandomErasing{}),
          AnyTransform(images::Elastic{}), AnyTransform(images::RandAugment{})}) {
        CHECK(error(each, Image{4, 4, 3, std::vector<float>(5)}).find("got 4 x 4 pixels and 5 values") !=
              std::string::npos);
        CHECK(error(each, Image{4, 4, 0, std::vector<float>(16)})
                  .find(": expected an image with pixels, got ") != std::string::npos);
    }
    CHECK(error(images::NormalizeChannels{{0.5F}, {0.0F}}, Image::black(1, 1, 1)) ==
          "NormalizeChannels: expected a mean and a deviation above 0 for each of 1 channels, got 1 and 1");
    CHECK(error_of([] {
              Sample sample{.image = Image::black(2, 2, 1), .mask = ByteImage::black(2, 3, 1)};
              images::RandomFlip{1}(sample, stream(1));
          }) ==
          "RandomFlip: expected a mask of one channel and 2 x 2 pixels, as the image has, got 2 x 3 of 1");
    std::vector<float> values(64);
    CHECK(error_of([&] {
              Compose{images::ResizeTo{4, 4}}.of(Shape(8, 8))(std::span<float>(values), stream(1));
          }) == "images: expected a transform that keeps 8 x 8 pixels, got 4 x 4");
    CHECK(error_of([&] { Compose{images::RandomFlip{}}.of(Shape(64)); }) ==
          "images: expected an image `[height, width]` or `[height, width, channels]`, got `[64]`");
}

TEST_CASE("transforms: absurd options are refused in a sentence") {
    const auto error = [](const AnyTransform& transform) {
        return error_of([&] {
            Sample sample{.image = Image::black(4, 4, 3)};
            transform(sample, stream(1));
        });
    };
    CHECK(error(images::RandomFlip{30}) == "RandomFlip: expected a probability of 0 to 1, got 30.000000");
    CHECK(error(images::RandomGrey{-1}).starts_with("RandomGrey: expected a probability"));
    CHECK(error(images::Sometimes{2, images::RandomFlip{}}).starts_with("Sometimes: expected a probability"));
    CHECK(error(images::RandomErasing{2}).starts_with("RandomErasing: expected a probability"));
    CHECK(error(images::RandomPerspective{.probability = 2})
              .starts_with("RandomPerspective: expected a probability"));
    CHECK(error(images::GaussianNoise{.sigma = -1}).starts_with("GaussianNoise: expected a finite sigma"));
    CHECK(error(images::SaltAndPepper{5}).starts_with("SaltAndPepper: expected an amount of 0 to 1"));
    CHECK(error(images::RandomBlur{.sigma = {2, 1}}).starts_with("RandomBlur: expected sigmas above 0"));
    CHECK(error(images::RandomRotation{std::nan("")}).starts_with("RandomRotation: expected a finite"));
}

TEST_CASE("Compose: targets of places move along or are refused") {
    using burin::Label;
    const images::Compose flip{images::RandomFlip{1}};
    std::vector<float> image{0, 1, 2, 3, 4, 5};
    std::vector<Label> labels{0, 1, 2, 3, 4, 255};
    flip.with_mask().of(Shape(2, 3))(std::span(image), std::span(labels), stream(1));
    CHECK(image == std::vector<float>{2, 1, 0, 5, 4, 3});
    CHECK(labels == std::vector<Label>{2, 1, 0, 255, 4, 3});
    const auto error = [&](const auto& transform, auto targets) {
        return error_of([&] { transform(std::span(image), std::span(targets), stream(1)); });
    };
    const std::string refusal = "images::Compose: expected one target a sample where pixels move, got ";
    const auto flips = flip.of(Shape(2, 3));
    CHECK(error(flips, labels).starts_with(refusal + "6"));
    CHECK(error(flips, std::vector<float>{1, 1, 2, 2}).starts_with(refusal + "4"));
    // What tells of the whole image may stay, and everything may where no pixel moves.
    CHECK(error(flips, std::vector<Label>{7}) == "(nothing was thrown)");
    CHECK(error(flips, std::vector<float>{0.25F, 0.75F}) == "(nothing was thrown)");
    CHECK(error(flips, std::vector<float>{0, 1, 1}) == "(nothing was thrown)");
    CHECK(error(images::Compose{images::GaussianNoise{}}.of(Shape(2, 3)), labels) == "(nothing was thrown)");
    const auto masks = flip.with_mask().of(Shape(2, 3));
    CHECK(error(masks, std::vector<Label>(2)) ==
          "images::Compose: expected a label for each of 2 x 3 pixels, got 2 a sample");
    CHECK(error(masks, std::vector<Label>(6, 256)) ==
          "images::Compose: expected labels of 0 to 255 in a mask, got 256");
}
