#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"
#include "burin/training/batches.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data::images {

/// What changes a sample, with numbers drawn from a stream: every transform of this folder, and a user's own
/// type or lambda.
template <class T>
concept Transform =
    requires(const T& transform, Sample& sample, const RandomStream& stream) { transform(sample, stream); };

/// Whether a transform moves pixels, so that what is said of places (boxes, masks, pictures as targets) has
/// to move along: those of this folder have a member `moves_pixels`. A user's own is taken for one that
/// doesn't.
template <class T>
inline constexpr bool moves_pixels = [] {
    if constexpr (requires { T::moves_pixels; })
        return bool(T::moves_pixels);
    else
        return false;
}();

namespace detail {

/// What is wrong with changing samples alone, of which the targets are those of a batch. One label or number
/// may stay as it is, and so may what a loss takes for the classes of the whole image; numbers for each of
/// several, and what the outputs say of places, may not.
template <class Batch>
struct TargetsThatStay {
    static constexpr Sentence problem{};
};
template <class Net, class Loss, class Scalar>
struct TargetsThatStay<fitting::TrainingBatch<Net, Loss, Scalar>> {
    static constexpr Sentence problem = []<std::size_t... I>(std::index_sequence<I...>) {
        Sentence sentence;
        const auto examine = [&](std::size_t targets, bool are_of_places) {
            if (sentence.empty() && targets > 1 && are_of_places)
                sentence.append("images::Compose: expected one target a sample where pixels move, got ")
                    .append(targets)
                    .append(", which stay; for a label a pixel write `.with_mask()`");
        };
        (examine(burin::detail::target_sizes<Net, Loss>[I],
                 losses::answer_of<fitting::LossAt<Loss, I>> == losses::Answer::numbers ||
                     burin::output_shape<Net, I>.rank > 1),
         ...);
        return sentence;
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
};

/// What is wrong with taking the targets of a batch for masks of its images.
template <class Batch>
constexpr Sentence mask_problem() {
    Sentence sentence;
    if constexpr (requires(Batch& batch) {
                      requires std::is_same_v<std::remove_cvref_t<decltype(batch.targets)>,
                                              std::tuple<std::span<Label>>>;
                  }) {
        return sentence;
    } else {
        return sentence.append(
            "images::Compose: expected a loss that takes labels, of one output, got others; "
            "`.with_mask()` moves a label for each pixel");
    }
}

} // namespace detail

/// A transform with a given probability: `images::Sometimes{0.3, images::RandomBlur{}}`.
template <Transform Other>
struct Sometimes {
    double probability = 0.5;
    Other transform{};

    static constexpr bool moves_pixels = images::moves_pixels<Other>;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check_probability("Sometimes", probability);
        if (stream.uniform(0) < probability)
            transform(sample, stream_of(stream, 0));
    }
};
template <class Other>
Sometimes(double, Other) -> Sometimes<Other>;

template <class Whole, bool HasMask = false>
class OfShape;
template <class Whole>
struct WithMask;

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
/// transforms throw. Targets stay as they are: where transforms move pixels, several numbers a sample are
/// refused, `fit` when compiling, a loader by an Error. `with_mask()` moves labels of pixels along.
template <Transform... Transforms>
struct Compose {
    std::tuple<Transforms...> transforms;
    static constexpr std::size_t field_count = 1;
    static constexpr bool moves_pixels = (images::moves_pixels<Transforms> || ...);

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

    /// The same for samples whose targets are a label for each pixel, row by row, which move along, by the
    /// nearest pixel. What comes in from beyond the edge has the label `outside`, such as the one that the
    /// loss ignores. Labels are up to 255.
    ///
    ///     fit(model, train, Fit{.augment = augment.with_mask()});
    ///     const data::Loader loader(train, {.workers = 2}, augment.with_mask().of(Shape(32, 32, 3)));
    WithMask<Compose> with_mask(std::uint8_t outside = 0) const { return {*this, outside}; }

    /// What batch can't be taken is refused when compiling.
    template <class Batch>
    struct Examined {
        static constexpr Sentence problem = [] {
            Sentence sentence("images::Compose: ");
            const auto& shapes = Batch::input_shapes;
            const Sentence wrong = shapes.size() == 1
                                       ? image_problem(shapes[0])
                                       : Sentence("expected a network with one input, an image");
            if (!wrong.empty())
                return sentence.append(wrong.view());
            if constexpr (moves_pixels)
                return detail::TargetsThatStay<Batch>::problem;
            else
                return Sentence{};
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

/// See `Compose::with_mask`.
template <class Whole>
struct WithMask {
    Whole transform;
    std::uint8_t outside = 0;

    /// For the values and the labels of one sample of this shape: what `data::Loader` takes.
    OfShape<Whole, true> of(const Shape& shape) const {
        return OfShape<Whole, true>(transform, shape, outside);
    }

    /// What batch can't be taken is refused when compiling.
    template <class Batch>
    struct Examined {
        static constexpr Sentence problem = [] {
            Sentence sentence("images::Compose: ");
            const auto& shapes = Batch::input_shapes;
            const Sentence wrong = shapes.size() == 1
                                       ? image_problem(shapes[0])
                                       : Sentence("expected a network with one input, an image");
            return wrong.empty() ? detail::mask_problem<Batch>() : sentence.append(wrong.view());
        }();
    };

    /// Every sample of a batch that is trained on.
    template <class Batch>
        requires requires { Batch::input_shapes; }
    void operator()(Batch& batch, const RandomStream& stream) const {
        if constexpr (Examined<Batch>::problem.empty()) {
            constexpr Shape shape = Batch::input_shapes[0];
            const OfShape<Whole, true> each = of(shape);
            const std::span<Label> labels = std::get<0>(batch.targets);
            const std::size_t count = batch.rows == 0 ? 0 : labels.size() / batch.rows;
            for (std::size_t row = 0; row < batch.rows; ++row)
                each(batch.inputs[0].subspan(row * shape.size(), shape.size()),
                     labels.subspan(row * count, count), stream_of(stream, row));
        }
    }
};

/// A transform of the values of one sample, which have a fixed shape: what `data::Loader` takes. With a mask
/// the targets are the labels of its pixels.
template <class Whole, bool HasMask>
class OfShape {
  public:
    /// Throws Error unless the shape is an image's.
    OfShape(Whole transform, const Shape& shape, std::uint8_t outside = 0)
        : transform_(std::move(transform)), shape_(shape), outside_(outside) {
        if (const Sentence wrong = image_problem(shape); !wrong.empty())
            throw Error("images: " + std::string(wrong.view()));
    }

    /// The image alone, whatever is said of it.
    template <std::floating_point Scalar>
        requires(!HasMask)
    void operator()(std::span<Scalar> values, const RandomStream& stream) const {
        Sample sample = of_values(values);
        change(sample, values, stream);
    }

    /// With a mask the labels move along. Without one the targets stay; where pixels move, throws Error for
    /// several of them, unless they are numbers that tell of classes: they are 0 or 1, or parts of 1.
    template <std::floating_point Scalar, class Target>
    void operator()(std::span<Scalar> values, std::span<Target> targets, const RandomStream& stream) const {
        Sample sample = of_values(values);
        if constexpr (HasMask) {
            static_assert(std::is_same_v<Target, Label>,
                          "images::Compose: `.with_mask()` moves labels, as those of a Dataset<Label>");
            put_mask(sample, targets);
            change(sample, values, stream);
            std::copy(sample.mask.values.begin(), sample.mask.values.end(), targets.begin());
        } else {
            if (moves_pixels<Whole> && targets.size() > 1 && !tell_of_classes(targets))
                throw Error("images::Compose: expected one target a sample where pixels move, got " +
                            std::to_string(targets.size()) +
                            ", which stay; for a label a pixel write `.with_mask()`");
            change(sample, values, stream);
        }
    }

  private:
    template <class Target>
    static bool tell_of_classes(std::span<Target> targets) {
        if constexpr (std::is_floating_point_v<Target>) {
            double sum = 0;
            bool are_flags = true;
            for (const Target target : targets) {
                if (!(target >= 0 && target <= 1))
                    return false;
                sum += static_cast<double>(target);
                are_flags = are_flags && (target == 0 || target == 1);
            }
            return are_flags || (sum > 0.999 && sum < 1.001);
        } else {
            return false;
        }
    }

    template <class Scalar>
    Sample of_values(std::span<Scalar> values) const {
        if (values.size() != shape_.size())
            throw Error("images: expected a sample of " + std::to_string(shape_.size()) + " values, got " +
                        std::to_string(values.size()));
        Sample sample{.image = Image::black(shape_[0], shape_[1], channels_of(shape_))};
        std::transform(values.begin(), values.end(), sample.image.values.begin(),
                       [](Scalar value) { return static_cast<float>(value); });
        return sample;
    }

    void put_mask(Sample& sample, std::span<const Label> labels) const {
        if (labels.size() != shape_[0] * shape_[1])
            throw Error("images::Compose: expected a label for each of " +
                        detail::extents_text(shape_[0], shape_[1]) + " pixels, got " +
                        std::to_string(labels.size()) + " a sample");
        sample.mask = ByteImage::black(shape_[0], shape_[1], 1);
        sample.mask_outside = outside_;
        std::transform(labels.begin(), labels.end(), sample.mask.values.begin(), [](Label label) {
            if (label > 255)
                throw Error("images::Compose: expected labels of 0 to 255 in a mask, got " +
                            std::to_string(label));
            return static_cast<std::uint8_t>(label);
        });
    }

    template <class Scalar>
    void change(Sample& sample, std::span<Scalar> values, const RandomStream& stream) const {
        transform_(sample, stream);
        const Image& image = sample.image;
        if (image.height != shape_[0] || image.width != shape_[1] || image.channels != channels_of(shape_))
            throw Error("images: expected a transform that keeps " +
                        detail::extents_text(shape_[0], shape_[1]) + " pixels, got " +
                        detail::extents_text(image.height, image.width));
        std::transform(image.values.begin(), image.values.end(), values.begin(),
                       [](float value) { return static_cast<Scalar>(value); });
    }

    Whole transform_;
    Shape shape_;
    std::uint8_t outside_;
};

} // namespace burin::data::images
