// Finds the figure in an image and says what it is: one trunk of convolutions, two outputs, a box and a
// class, and a loss for each.
#include <burin/burin.hpp>
#include <burin/metrics/hosted/boxes.hpp>

#include "options.hpp"
#include "shapes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace burin;

constexpr std::size_t side = 32, pixels = side * side, kinds = 3;

template <std::size_t Filters>
using Convolution = Sequential<Conv2D<Filters, 3, Same, NoBias>, BatchNorm<>, ReLU, MaxPool2D<2>>;

using Detector =
    Graph<Inputs<Node<"image", Input<side, side, 1>>>,
          Node<"seen", Sequential<Convolution<8>, Convolution<16>, Convolution<32>, Flatten, Dense<64>, ReLU>,
               From<"image">>,
          Node<"box", Sequential<Dense<4>, Sigmoid>, From<"seen">>, Node<"kind", Dense<kinds>, From<"seen">>,
          Outputs<"box", "kind">>;

// An error of 0.1 of the image's side costs as much as a figure that is half believed to be what it is.
using Loss = losses::PerOutput<losses::MeanSquaredError, losses::SparseCategoricalCrossentropy>;
const Loss loss = Loss({}, {}).weighted({60, 1});

/// Where a figure is: left, top, right and bottom, in parts of the image's side.
using Box = std::array<float, 4>;

struct Scenes {
    std::vector<float> images{};
    std::vector<Box> boxes{};
    std::vector<Label> labels{};

    std::size_t size() const { return labels.size(); }
    std::span<const float> image(std::size_t index) const {
        return std::span(images).subspan(index * pixels, pixels);
    }
};

Scenes generate(std::size_t count, std::uint64_t seed) {
    shapes::Dice dice(seed);
    Scenes scenes;
    for (std::size_t i = 0; i < count; ++i) {
        const shapes::Figure figure = shapes::draw_figure(dice, kinds, side, 4, 10);
        const std::vector<float> image = shapes::paint(dice, {figure}, side);
        scenes.images.insert(scenes.images.end(), image.begin(), image.end());
        const float width = static_cast<float>(side);
        scenes.boxes.push_back({(figure.x - figure.radius) / width, (figure.y - figure.radius) / width,
                                (figure.x + figure.radius) / width, (figure.y + figure.radius) / width});
        scenes.labels.push_back(static_cast<Label>(figure.kind));
    }
    return scenes;
}

/// Trains for one epoch; returns the mean loss.
template <class TrainerType>
double train_epoch(TrainerType& trainer, const Scenes& scenes, std::uint64_t seed) {
    constexpr std::size_t batch = TrainerType::batch_size;
    std::vector<std::size_t> order(scenes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(order, RandomStream{seed, Purpose::shuffling, 0});
    std::vector<float> images(batch * pixels), boxes(batch * 4);
    std::vector<Label> labels(batch);
    double total = 0;
    for (std::size_t first = 0; first < order.size(); first += batch) {
        typename TrainerType::SamplesType samples;
        samples.rows = std::min(batch, order.size() - first);
        for (std::size_t row = 0; row < samples.rows; ++row) {
            const std::size_t scene = order[first + row];
            std::ranges::copy(scenes.image(scene), images.data() + row * pixels);
            std::ranges::copy(scenes.boxes[scene], boxes.data() + row * 4);
            labels[row] = scenes.labels[scene];
        }
        samples.inputs = {images.data()};
        samples.targets = {boxes.data(), labels.data()};
        total += static_cast<double>(trainer.step(samples).total);
    }
    return total / static_cast<double>(scenes.size());
}

struct Detections {
    std::vector<Box> boxes{};
    std::vector<Label> labels{};
};

/// BatchNorm is folded into the convolutions.
Detections detect(const Parameters<Detector>& trained, const Scenes& scenes) {
    const auto parameters = std::make_unique<Parameters<Folded<Detector>>>();
    fold(trained, *parameters);
    const auto predictor = std::make_unique<Predictor<Folded<Detector>>>();
    Detections found;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        const auto [box, kind] = predictor->run(parameters->data(), {scenes.image(i).data()}, 1);
        std::copy_n(box, 4, found.boxes.emplace_back().begin());
        found.labels.push_back(static_cast<Label>(std::max_element(kind, kind + kinds) - kind));
    }
    return found;
}

double intersection_over_union(const Box& a, const Box& b) {
    return metrics::box_iou({a[0], a[1], a[2], a[3]}, {b[0], b[1], b[2], b[3]});
}

/// Each image with the true box in white and the one that was found in the colour of what it is said to be.
void draw(const std::string& path, const Scenes& scenes, const Detections& found) {
    constexpr std::size_t drawn = 18, larger = 3, wide = side * larger;
    constexpr float white[3] = {1, 1, 1};
    constexpr float colours[kinds][3] = {{1, 0.6f, 0.1f}, {0.2f, 0.7f, 1}, {0.4f, 1, 0.3f}};
    std::vector<float> panels;
    for (std::size_t i = 0; i < drawn; ++i) {
        std::vector<float> panel;
        for (std::size_t y = 0; y < wide; ++y)
            for (std::size_t x = 0; x < wide; ++x)
                panel.insert(panel.end(), 3, 0.8f * scenes.image(i)[y / larger * side + x / larger]);
        const auto outline = [&](const Box& box, std::span<const float> colour) {
            const auto place = [](float part) {
                return static_cast<std::size_t>(std::clamp(part, 0.0f, 1.0f) * (wide - 1));
            };
            const auto point = [&](std::size_t x, std::size_t y) {
                std::ranges::copy(colour, panel.data() + (y * wide + x) * 3);
            };
            for (std::size_t x = place(box[0]); x <= place(box[2]); ++x) {
                point(x, place(box[1]));
                point(x, place(box[3]));
            }
            for (std::size_t y = place(box[1]); y <= place(box[3]); ++y) {
                point(place(box[0]), y);
                point(place(box[2]), y);
            }
        };
        outline(scenes.boxes[i], white);
        outline(found.boxes[i], colours[found.labels[i]]);
        panels.insert(panels.end(), panel.begin(), panel.end());
    }
    report::save_png(path, panels, Shape(wide, wide, 3), {.columns = 6, .magnification = 1, .gap = 4});
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "12"}, {"--image", "detection.png"}});
    const std::size_t epochs = options.number("--epochs");
    const Scenes train = generate(1'500, /*seed*/ 1), test = generate(300, /*seed*/ 2);
    const auto parameters = std::make_unique<Parameters<Detector>>();
    initialize(*parameters, initializers::Default{}, /*seed*/ 1);
    report::print_summary<Detector>();

    using TrainerType = Trainer<Detector, Loss, optimizers::Adam, 32>;
    const auto trainer =
        std::make_unique<TrainerType>(*parameters, loss, optimizers::Adam{.learning_rate = 2e-3});
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        if (epoch == epochs * 3 / 4)
            trainer->optimizer.learning_rate = 5e-4;
        std::printf("epoch %zu/%zu  loss %.4f\n", epoch, epochs, train_epoch(*trainer, train, epoch));
        std::fflush(stdout);
    }

    const Detections found = detect(*parameters, test);
    double right = 0, overlap = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        right += found.labels[i] == test.labels[i];
        overlap += intersection_over_union(found.boxes[i], test.boxes[i]);
    }
    right /= static_cast<double>(test.size());
    overlap /= static_cast<double>(test.size());
    std::printf("300 new images: %.1f %% named rightly, boxes' intersection over union %.3f\n", 100 * right,
                overlap);
    if (!options["--image"].empty()) {
        draw(options["--image"], test, found);
        std::printf("%s: the true boxes in white, those found in the colour of what they are said to hold\n",
                    options["--image"].c_str());
    }
    return epochs < 12 || (right >= 0.95 && overlap >= 0.7) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("detection");
}
