#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace burin::data::images {

/// What changes a sample, with numbers drawn from a stream: every transform of this folder, and a user's own
/// type or lambda.
template <class T>
concept Transform =
    requires(const T& transform, Sample& sample, const RandomStream& stream) { transform(sample, stream); };

/// A transform with a given probability: `images::Sometimes{0.3, images::RandomBlur{}}`.
template <Transform Other>
struct Sometimes {
    double probability = 0.5;
    Other transform{};

    void operator()(Sample& sample, const RandomStream& stream) const {
        if (stream.uniform(0) < probability)
            transform(sample, stream_of(stream, 0));
    }
};
template <class Other>
Sometimes(double, Other) -> Sometimes<Other>;

template <class Whole>
class OfShape;

/// Transforms one after the other. Each draws from a stream of its own, so that one that is put between
/// others leaves theirs as they were.
///
///     const images::Compose augment{images::RandomFlip{}, images::RandomRotation{15},
///                                   images::ColorJitter{.brightness = 0.2}};
///     fit(model, train, Fit{.augment = augment});                       // each sample of a batch by itself
///     const data::Loader loader(train, {.workers = 2}, augment.of(Shape(32, 32, 3)));
///     augment(sample, RandomStream{seed, Purpose::augmentation});       // image, boxes, mask
///
/// In a batch or a loader the result must have the shape that it had. Throws Error otherwise, and what the
/// transforms throw.
template <Transform... Transforms>
struct Compose {
    std::tuple<Transforms...> transforms;
    static constexpr std::size_t field_count = 1;

    constexpr explicit Compose(Transforms... each) : transforms(std::move(each)...) {}

    void operator()(Sample& sample, const RandomStream& stream) const {
        std::apply(
            [&](const auto&... each) {
                std::uint64_t number = 0;
                (each(sample, stream_of(stream, number++)), ...);
            },
            transforms);
    }
    void operator()(Image& image, const RandomStream& stream) const {
        Sample sample{.image = std::move(image)};
        (*this)(sample, stream);
        image = std::move(sample.image);
    }

    /// The same for the values of one sample of this shape, which has no boxes and no mask.
    OfShape<Compose> of(const Shape& shape) const { return OfShape<Compose>(*this, shape); }

    /// What batch can't be taken is refused when compiling.
    template <class Batch>
    struct Examined {
        static constexpr Sentence problem = [] {
            Sentence sentence("images::Compose: ");
            const auto& shapes = Batch::input_shapes;
            const Sentence wrong = shapes.size() == 1
                                       ? image_problem(shapes[0])
                                       : Sentence("expected a network with one input, an image");
            return wrong.empty() ? Sentence{} : sentence.append(wrong.view());
        }();
    };

    /// Every sample of a batch that is trained on.
    template <class Batch>
        requires requires { Batch::input_shapes; }
    void operator()(Batch& batch, const RandomStream& stream) const {
        if constexpr (Examined<Batch>::problem.empty()) {
            constexpr Shape shape = Batch::input_shapes[0];
            const OfShape<Compose> each(*this, shape);
            for (std::size_t row = 0; row < batch.rows; ++row)
                each(batch.inputs[0].subspan(row * shape.size(), shape.size()), stream_of(stream, row));
        }
    }
};

/// A transform of the values of one sample, which have a fixed shape: what `data::Loader` takes.
template <class Whole>
class OfShape {
  public:
    /// Throws Error unless the shape is an image's.
    OfShape(Whole transform, const Shape& shape) : transform_(std::move(transform)), shape_(shape) {
        if (const Sentence wrong = image_problem(shape); !wrong.empty())
            throw Error("images: " + std::string(wrong.view()));
    }

    template <std::floating_point Scalar>
    void operator()(std::span<Scalar> values, const RandomStream& stream) const {
        if (values.size() != shape_.size())
            throw Error("images: expected a sample of " + std::to_string(shape_.size()) + " values, got " +
                        std::to_string(values.size()));
        Sample sample{.image = Image::black(shape_[0], shape_[1], channels_of(shape_))};
        std::transform(values.begin(), values.end(), sample.image.values.begin(),
                       [](Scalar value) { return static_cast<float>(value); });
        transform_(sample, stream);
        const Image& image = sample.image;
        if (image.height != shape_[0] || image.width != shape_[1] || image.channels != channels_of(shape_))
            throw Error("images: expected a transform that keeps " +
                        detail::extents_text(shape_[0], shape_[1]) + " pixels, got " +
                        detail::extents_text(image.height, image.width));
        std::transform(image.values.begin(), image.values.end(), values.begin(),
                       [](float value) { return static_cast<Scalar>(value); });
    }

  private:
    Whole transform_;
    Shape shape_;
};

} // namespace burin::data::images
