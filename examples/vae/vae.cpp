// A variational autoencoder: learns to write handwritten digits, from the 1,797 small ones that come with
// Burin or, with --data, from MNIST. Kingma and Welling, "Auto-Encoding Variational Bayes", arXiv:1312.6114.
#include <burin/burin.hpp>

#include "options.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace burin;

/// Square images of Side × Side grey values, and codes of CodeSize numbers.
template <std::size_t Side, std::size_t Hidden, std::size_t CodeSize>
struct Digits {
    static constexpr std::size_t side = Side, pixels = Side * Side, code_size = CodeSize;

    using Decoder = Sequential<Dense<Hidden>, ReLU, Dense<pixels>>;

    // The output is each pixel's logit; the code's moments are an output too, for they have a loss of their
    // own.
    using Autoencoder =
        Graph<Inputs<Node<"image", Input<Side, Side>>>,
              Node<"moments", Sequential<Flatten, Dense<Hidden>, ReLU, Dense<2 * CodeSize>>, From<"image">>,
              Node<"code", Reparameterize, From<"moments">>, Node<"decoder", Decoder, From<"code">>,
              Outputs<"decoder", "moments">>;

    // What turns codes into images, its parameters called as in the autoencoder.
    using Generator = Graph<Inputs<Node<"code", Input<CodeSize>>>, Node<"decoder", Decoder, From<"code">>,
                            Node<"image", Sigmoid, From<"decoder">>, Outputs<"image">>;
};

using Small = Digits<8, 128, 8>;
using Mnist = Digits<28, 400, 20>;

using Images = data::Dataset<float>;

/// Images as samples that are their own targets.
Images autoencoding(const data::Dataset<>& digits) {
    std::vector<float> images;
    for (std::size_t i = 0; i < digits.size(); ++i)
        images.insert(images.end(), digits.input(i).begin(), digits.input(i).end());
    return {digits.input_shape(), images, images};
}

// The negative evidence lower bound of an image: what its pixels cost, a sum over them, and what its code
// costs.
using Loss = losses::PerOutput<losses::BinaryCrossentropy, losses::GaussianKL>;
template <class Kind>
Loss negative_elbo() {
    return Loss(losses::BinaryCrossentropy{}, losses::GaussianKL{}).weighted({double(Kind::pixels), 1});
}

/// The mean ELBO of images in nats. Their codes are drawn, as the bound wants it and as in training;
/// `evaluate` would take the means.
template <class Kind>
double elbo(Model<typename Kind::Autoencoder>& model, const Images& images) {
    constexpr std::size_t batch = 64;
    using Measuring = Trainer<typename Kind::Autoencoder, Loss, optimizers::SGD, batch>;
    const auto trainer = std::make_unique<Measuring>(model.parameters(), negative_elbo<Kind>());
    double sum = 0;
    std::vector<float> pixels(batch * Kind::pixels);
    for (std::size_t first = 0; first < images.size(); first += batch) {
        typename Measuring::SamplesType samples;
        samples.rows = std::min(batch, images.size() - first);
        for (std::size_t row = 0; row < samples.rows; ++row)
            std::ranges::copy(images.input(first + row), pixels.data() + row * Kind::pixels);
        samples.inputs = {pixels.data()};
        samples.targets = {pixels.data(), nullptr};
        sum -= static_cast<double>(trainer->gradients(samples).total);
    }
    return sum / static_cast<double>(images.size());
}

/// One image to look at: a row of digits, a row of what is made of their codes, and rows of digits that never
/// were, from codes drawn from the normal distribution.
template <class Kind>
void draw(const std::string& path, const Model<typename Kind::Autoencoder>& model, const Images& images) {
    constexpr std::size_t columns = 12, drawn_rows = 4;
    Parameters<typename Kind::Generator> generator;
    copy_parameters(model.parameters(), generator);

    std::vector<float> all;
    const auto rows = [&](std::span<const float> pixels) {
        all.insert(all.end(), pixels.begin(), pixels.end());
    };
    for (std::size_t i = 0; i < columns; ++i)
        rows(images.input(i));
    const std::vector<float> originals = all;

    const auto autoencoder = std::make_unique<Predictor<typename Kind::Autoencoder, columns>>();
    const auto outputs = autoencoder->run(model.parameters().data(), {originals.data()}, columns);
    std::vector<float> codes;
    for (std::size_t i = 0; i < columns; ++i)
        codes.insert(codes.end(), outputs[1] + i * 2 * Kind::code_size,
                     outputs[1] + i * 2 * Kind::code_size + Kind::code_size);
    kernels::for_each_normal<float>(RandomStream{1}, 0, columns * drawn_rows * Kind::code_size,
                                    [&](std::size_t, std::size_t count, const float* numbers) {
                                        codes.insert(codes.end(), numbers, numbers + count);
                                    });

    const auto decoder = std::make_unique<Predictor<typename Kind::Generator, columns * (1 + drawn_rows)>>();
    rows((*decoder)(generator, codes));
    report::save_png(path, all, Shape(Kind::side, Kind::side),
                     {.columns = columns, .magnification = Kind::side < 10 ? 5u : 2u});
}

/// Returns the ELBO of the test images after the last epoch.
template <class Kind>
double train(const data::Dataset<>& train_digits, const data::Dataset<>& test_digits, std::size_t epochs,
             const std::string& image) {
    const Images train = autoencoding(train_digits), test = autoencoding(test_digits);
    Model<typename Kind::Autoencoder> model({.seed = 1});
    const Fit options{.loss = negative_elbo<Kind>(),
                      .optimizer = optimizers::Adam{.learning_rate = 1e-3},
                      .batch_size = batch<32>,
                      .verbose = false};
    Session session(model, options);
    double result = elbo<Kind>(model, test);
    std::printf("ELBO in nats per image: %.2f before training\n", result);
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        const double in_training = -session.run(train)["loss"].back();
        result = elbo<Kind>(model, test);
        std::printf("epoch %zu/%zu - train: %.2f - test: %.2f\n", epoch, epochs, in_training, result);
        std::fflush(stdout);
    }
    if (!image.empty())
        draw<Kind>(image, model, test);
    return result;
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--data", ""}, {"--epochs", ""}, {"--image", "vae.png"}});
    const bool small = options["--data"].empty();
    const std::size_t usual_epochs = small ? 40 : 10;
    const std::size_t epochs = options["--epochs"].empty() ? usual_epochs : options.number("--epochs");
    double result = 0;
    if (small) {
        const auto [train_digits, test_digits] =
            data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
        result = train<Small>(train_digits, test_digits, epochs, options["--image"]);
    } else {
        const auto [train_digits, test_digits] = data::load_mnist(options["--data"]);
        result = train<Mnist>(train_digits, test_digits, epochs, options["--image"]);
    }
    if (!options["--image"].empty())
        std::printf("%s: digits, what is made of their codes, and digits that never were\n",
                    options["--image"].c_str());
    const double stated = small ? -25 : -106;
    return epochs < usual_epochs || result >= stated ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("vae");
}
