// Why is this a three? Trains a small network of convolutions on the 1,797 small digits that come with Burin
// or, with --data, on MNIST; then asks it what it looked at, five ways, and checks the answers: integrated
// gradients add up to what they explain, and without the pixels that they name the network is lost.
#include <burin/burin.hpp>
#include <burin/explain.hpp>

#include "options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace burin;

/// A network, the node whose features Grad-CAM looks at, and how many pixels are covered in the check.
struct Small {
    using Net = Sequential<Input<8, 8, 1>, Conv2D<16, 3>, ReLU, Conv2D<16, 3>, ReLU, Flatten, Dropout<0.25>,
                           Dense<10>>;
    static constexpr std::size_t side = 8, window = 2, covered = 6, epochs = 20;
    template <class Network>
    static auto grad_cam(const Model<Network>& model, std::span<const float> image,
                         const explain::Target& target) {
        return explain::grad_cam<"3">(model, image, target);
    }
};
struct Mnist {
    using Net = Sequential<Input<28, 28, 1>, Conv2D<8, 5>, ReLU, MaxPool2D<2>, Conv2D<16, 3>, ReLU, Flatten,
                           Dropout<0.25>, Dense<10>>;
    static constexpr std::size_t side = 28, window = 5, covered = 40, epochs = 2;
    template <class Network>
    static auto grad_cam(const Model<Network>& model, std::span<const float> image,
                         const explain::Target& target) {
        return explain::grad_cam<"4">(model, image, target);
    }
};

/// A row of pictures for each of some digits: the image, integrated gradients, SmoothGrad, Grad-CAM,
/// occlusion.
template <class Kind>
void draw(const std::string& path, const Model<typename Kind::Net>& model, const data::Dataset<>& test) {
    constexpr Shape image_shape(Kind::side, Kind::side), window(Kind::window, Kind::window, 1);
    const float white = *std::ranges::max_element(test.input(0));
    std::vector<float> pictures;
    for (std::size_t row = 0; row < 8; ++row) {
        const auto image = test.input(row);
        const explain::Target target = explain::predicted(model, image);
        const std::array<std::vector<float>, 5> heats{
            std::vector<float>(image.size()),
            explain::attribute(model, image, target, explain::IntegratedGradients{.steps = 64}),
            explain::attribute(
                model, image, target,
                explain::SmoothGrad{.samples = 64, .deviation = 0.15 * double(white), .seed = 1}),
            Kind::grad_cam(model, image, target),
            explain::attribute(model, image, target, explain::Occlusion{.window = window})};
        for (const std::vector<float>& heat : heats)
            std::ranges::copy(report::heat_map(image, image_shape, heat, {.high = white}),
                              std::back_inserter(pictures));
    }
    report::save_png(path, pictures, Shape(Kind::side, Kind::side, 3),
                     {.columns = 5, .magnification = Kind::side < 10 ? 8U : 3U});
}

/// What accuracy loses when the values of a row of pixels are mixed among the images, as bars.
template <class Kind>
void draw_importance(const std::string& path, const Model<typename Kind::Net>& model,
                     const data::Dataset<>& test) {
    std::vector<std::vector<std::size_t>> rows(Kind::side);
    for (std::size_t pixel = 0; pixel < Kind::side * Kind::side; ++pixel)
        rows[pixel / Kind::side].push_back(pixel);
    const auto importances =
        explain::permutation_importance(model, test, {.repeats = 5, .seed = 1, .groups = rows});
    std::vector<report::Bar> bars;
    for (std::size_t row = 0; row < Kind::side; ++row)
        bars.push_back({"row " + std::to_string(row), importances[row].mean(), importances[row].deviation()});
    report::save_svg(path,
                     report::bar_chart_svg(bars, {.title = "What accuracy loses without a row of pixels"}));
}

/// Whether the bars are reached.
template <class Kind>
bool run(const data::Dataset<>& train, const data::Dataset<>& test, const Options& options) {
    using Net = typename Kind::Net;
    const std::size_t epochs = options["--epochs"].empty() ? Kind::epochs : options.number("--epochs");
    Model<Net> model({.seed = 1});
    fit(model, train,
        Fit{.optimizer = optimizers::Adam{.learning_rate = 3e-3}, .epochs = epochs, .validation = &test});
    std::printf("memory: %zu bytes to predict, %zu to explain, %zu to train, of one image\n",
                inference_bytes<Net>, explaining_bytes<Net>, training_bytes<Net, 1>);

    // Of the images that it reads right: how nearly the attributions add up, and what becomes of the answer
    // when the pixels with most are set to the baseline, black, or as many others that are not.
    const std::size_t count = std::min<std::size_t>(test.size(), 300);
    std::size_t right = 0, without_named = 0, without_others = 0;
    double error = 0, difference = 0;
    const auto explainer = std::make_unique<Explainer<Net, 16>>();
    std::vector<float> attribution(Kind::side * Kind::side), image;
    std::vector<std::size_t> order(attribution.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto digit = test.input(i);
        const explain::Target target = explain::predicted(model, digit);
        if (target.element != test.target(i)[0])
            continue;
        ++right;
        const auto sums = explain::IntegratedGradients{.steps = 64}(*explainer, model.parameters(), digit,
                                                                    target, attribution);
        error += sums.error();
        difference += std::abs(sums.value - sums.baseline_value);

        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order,
                          [&](std::size_t a, std::size_t b) { return attribution[a] > attribution[b]; });
        const auto still_right = [&](std::span<const std::size_t> covered) {
            image.assign(digit.begin(), digit.end());
            for (const std::size_t pixel : covered)
                image[pixel] = 0;
            return explain::predicted(model, image).element == target.element;
        };
        without_named += still_right(std::span(order).first(Kind::covered));
        std::erase_if(order, [&](std::size_t pixel) { return digit[pixel] == 0; });
        shuffle(order, RandomStream{1, Purpose::user, static_cast<std::uint32_t>(i)});
        without_others += still_right(std::span(order).first(std::min(Kind::covered, order.size())));
        order.resize(attribution.size());
    }
    const auto percent = [](auto part, auto whole) {
        return whole == 0 ? 0.0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
    };
    const double incomplete = percent(error, difference), named = percent(without_named, right),
                 others = percent(without_others, right);
    std::printf("integrated gradients of %zu digits add up to within %.2f %%\n", right, incomplete);
    std::printf(
        "without the %zu pixels that they name %.1f %% are still read right, without as many others of the "
        "pen %.1f %%\n",
        Kind::covered, named, others);

    if (!options["--image"].empty()) {
        draw<Kind>(options["--image"], model, test);
        std::printf("%s: digits, integrated gradients, SmoothGrad, Grad-CAM, occlusion\n",
                    options["--image"].c_str());
    }
    if (!options["--bars"].empty())
        draw_importance<Kind>(options["--bars"], model, test);
    return epochs < Kind::epochs || (incomplete <= 1 && named <= 25 && others >= 70);
}

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--data", ""}, {"--epochs", ""}, {"--image", "explain.png"}, {"--bars", ""}});
    if (!options["--data"].empty()) {
        const auto [train, test] = data::load_mnist(options["--data"]);
        return run<Mnist>(train, test, options) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const auto [train, test] = data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
    return run<Small>(train, test, options) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("explain");
}
