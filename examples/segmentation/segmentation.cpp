// Tells each pixel of an image what it is part of: the ground, a disc or a square, with a small U-Net.
// Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
// arXiv:1505.04597.
#include <burin/burin.hpp>
#include <burin/metrics/hosted/confusion.hpp>

#include "options.hpp"
#include "shapes.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace burin;

constexpr std::size_t side = 32, pixels = side * side, classes = 3;

template <std::size_t Filters>
using Convolution = Sequential<Conv2D<Filters, 3, Same, NoBias>, BatchNorm<>, ReLU>;

// Down twice, to see more, and up again, each time beside what was seen at that size before.
using UNet =
    Graph<Inputs<Node<"image", Input<side, side, 1>>>, Node<"fine", Convolution<8>, From<"image">>,
          Node<"middle", Sequential<MaxPool2D<2>, Convolution<16>>, From<"fine">>,
          Node<"coarse", Sequential<MaxPool2D<2>, Convolution<32>>, From<"middle">>,
          Node<"to_middle", Conv2DTranspose<16, 2, Stride<2>>, From<"coarse">>,
          Node<"beside_middle", Concat, From<"middle", "to_middle">>,
          Node<"up_middle", Convolution<16>, From<"beside_middle">>,
          Node<"to_fine", UpSampling2D<2, Bilinear>, From<"up_middle">>,
          Node<"beside_fine", Concat, From<"fine", "to_fine">>,
          Node<"kind", Sequential<Convolution<8>, Conv2D<classes, 1>>, From<"beside_fine">>, Outputs<"kind">>;

/// Images of one or two figures; the targets are the pixels' classes.
data::Dataset<> generate(std::size_t count, std::uint64_t seed) {
    shapes::Dice dice(seed);
    std::vector<float> images;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<shapes::Figure> figures(1 + dice.below(2));
        for (shapes::Figure& figure : figures)
            figure = shapes::draw_figure(dice, 2, side, 4, 7);
        const std::vector<float> image = shapes::paint(dice, figures, side);
        images.insert(images.end(), image.begin(), image.end());
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
            Label label = 0;
            for (const shapes::Figure& figure : figures)
                if (figure.covers(static_cast<float>(pixel % side), static_cast<float>(pixel / side)))
                    label = 1 + static_cast<Label>(figure.kind);
            labels.push_back(label);
        }
    }
    return {Shape(side, side, 1), std::move(images), std::move(labels)};
}

/// What the network says of each pixel. BatchNorm is folded into the convolutions for it.
std::vector<Label> segment(const Model<UNet>& model, const data::Dataset<>& images) {
    const Model<Folded<UNet>> folded = fold(model);
    const auto predictor = std::make_unique<Predictor<Folded<UNet>>>();
    std::vector<Label> labels;
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::span<const float> logits = (*predictor)(folded.parameters(), images.input(i));
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
            const auto of_pixel = logits.subspan(pixel * classes, classes);
            labels.push_back(static_cast<Label>(std::ranges::max_element(of_pixel) - of_pixel.begin()));
        }
    }
    return labels;
}

/// How well it covers each class, by its pixels.
metrics::ClassScores judge(const data::Dataset<>& images, std::span<const Label> said) {
    std::vector<Label> truth;
    for (std::size_t i = 0; i < images.size(); ++i)
        truth.insert(truth.end(), images.target(i).begin(), images.target(i).end());
    return metrics::confusion_matrix(truth, said, classes).scores();
}

/// A row for each image: what the network sees, the truth, and what it says.
void draw(const std::string& path, const data::Dataset<>& images, std::span<const Label> said) {
    constexpr std::size_t drawn = 8;
    constexpr float colours[classes][3] = {{0.1f, 0.1f, 0.15f}, {0.95f, 0.6f, 0.1f}, {0.2f, 0.6f, 0.9f}};
    std::vector<float> panels;
    const auto add_labels = [&](std::span<const Label> labels) {
        for (const Label label : labels)
            panels.insert(panels.end(), colours[label], colours[label] + 3);
    };
    for (std::size_t i = 0; i < drawn; ++i) {
        for (const float grey : images.input(i))
            panels.insert(panels.end(), 3, grey);
        add_labels(images.target(i));
        add_labels(said.subspan(i * pixels, pixels));
    }
    report::save_png(path, panels, Shape(side, side, 3), {.columns = 6, .magnification = 4});
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "8"}, {"--image", "segmentation.png"}});
    const std::size_t epochs = options.number("--epochs");
    const data::Dataset<> train = generate(600, /*seed*/ 1), test = generate(100, /*seed*/ 2);
    const auto model = std::make_unique<Model<UNet>>(ModelOptions{.seed = 1});
    report::print_summary<UNet>();

    // Small steps at the end, so that weights and running statistics settle.
    const auto train_for = [&](std::size_t some_epochs, double learning_rate) {
        fit(*model, train,
            Fit{.loss = losses::SparseCategoricalCrossentropy{},
                .optimizer = optimizers::Adam{.learning_rate = learning_rate},
                .batch_size = batch<16>,
                .epochs = some_epochs});
    };
    train_for(epochs - epochs / 4, 5e-3);
    train_for(epochs / 4, 1e-3);

    const std::vector<Label> said = segment(*model, test);
    const metrics::ClassScores scores = judge(test, said);
    std::printf("100 new images, intersection over union: ground %.3f, discs %.3f, squares %.3f\n",
                scores.iou_of(0), scores.iou_of(1), scores.iou_of(2));
    if (!options["--image"].empty()) {
        draw(options["--image"], test, said);
        std::printf("%s: images, the truth, and what the network says\n", options["--image"].c_str());
    }
    return epochs < 8 || (scores.iou_of(1) + scores.iou_of(2)) / 2 >= 0.85 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("segmentation");
}
