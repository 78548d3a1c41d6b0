// Few numbers instead of many: an autoencoder learns to write 64 pixels of a digit as some numbers and to
// read the digit from them. Principal components do that with straight lines, and are the bar: the
// autoencoder, which bends, has to lose less. With --image, where t-SNE puts the codes of the test digits.
#include <burin/burin.hpp>
#include <burin/reduction.hpp>

#include "options.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace burin;

constexpr std::size_t pixels = 64, code_size = 4;

using Encoder = Sequential<Dense<128>, ReLU, Dense<64>, ReLU, Dense<code_size>>;
using Decoder = Sequential<Dense<64>, ReLU, Dense<128>, ReLU, Dense<pixels>>;
using Autoencoder = Sequential<Input<pixels>, Encoder, Decoder>;
// The first part by itself: its parameters have the names that they have in the whole.
using Coder = Sequential<Input<pixels>, Encoder>;

using Images = data::Dataset<float>;

/// Images as samples that are their own targets.
Images autoencoding(const data::Dataset<>& digits) {
    std::vector<float> images;
    for (std::size_t i = 0; i < digits.size(); ++i)
        images.insert(images.end(), digits.input(i).begin(), digits.input(i).end());
    return {Shape(pixels), images, images};
}

/// The mean squared error of the test images written as `code_size` principal components of the training
/// images.
double error_of_components(const Images& train, const Images& test) {
    std::vector<double> points;
    for (std::size_t i = 0; i < train.size(); ++i)
        points.insert(points.end(), train.input(i).begin(), train.input(i).end());
    const data::PrincipalComponents found = data::principal_components(points, pixels, code_size);
    double error = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        std::vector<double> image(test.input(i).begin(), test.input(i).end()), again = found.mean;
        for (std::size_t k = 0; k < code_size; ++k) {
            const std::span<const double> direction(found.components.data() + k * pixels, pixels);
            double coordinate = 0;
            for (std::size_t p = 0; p < pixels; ++p)
                coordinate += direction[p] * (image[p] - found.mean[p]);
            for (std::size_t p = 0; p < pixels; ++p)
                again[p] += coordinate * direction[p];
        }
        for (std::size_t p = 0; p < pixels; ++p)
            error += (image[p] - again[p]) * (image[p] - again[p]);
    }
    return error / static_cast<double>(test.size() * pixels);
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "60"}, {"--image", ""}});
    const std::size_t epochs = options.number("--epochs");
    const auto [train_digits, test_digits] =
        data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
    const Images train = autoencoding(train_digits), test = autoencoding(test_digits);

    Model<Autoencoder> model({.seed = 1});
    const Fit how{.loss = losses::MeanSquaredError{},
                  .optimizer = optimizers::Adam{.learning_rate = 1e-3},
                  .batch_size = batch<32>,
                  .epochs = epochs,
                  .verbose = false};
    fit(model, train, how);
    const double error = evaluate(model, test, losses::MeanSquaredError{})["loss"];
    const double linear = error_of_components(train, test);
    std::printf("mean squared error of %zu test digits written as %zu numbers each\n", test.size(),
                code_size);
    std::printf("autoencoder           %.4f\n", error);
    std::printf("principal components  %.4f\n", linear);

    if (const std::string& path = options["--image"]; !path.empty()) {
        Model<Coder> coder;
        copy_parameters(model.parameters(), coder.parameters());
        std::vector<float> inputs;
        for (std::size_t i = 0; i < test.size(); ++i)
            inputs.insert(inputs.end(), test.input(i).begin(), test.input(i).end());
        const data::Dataset<> codes(Shape(code_size), predict(coder, std::span<const float>(inputs)),
                                    test_digits.labels());
        const data::Embedding map = data::tsne(codes);
        report::save_svg(path, report::scatter_svg(map.places, codes.labels(), {.title = "Codes of digits"}));
        std::printf("%s: the codes in the plane, divergence %.3f\n", path.c_str(), map.divergence);
    }
    return epochs < 60 || error < 0.7 * linear ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("autoencoder");
}
