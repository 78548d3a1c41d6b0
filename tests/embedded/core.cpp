// Trains and predicts as a microcontroller would: everything in .bss, the samples from elsewhere.

#include "burin/embedded.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

using Net = burin::Sequential<burin::Input<4, 4>, burin::Flatten, burin::Dense<8>, burin::GELU, burin::Dropout<0.1>,
                              burin::Dense<3>, burin::Softmax>;
using Loss = burin::losses::SparseCategoricalCrossentropy;
using Trainer = burin::Trainer<Net, Loss, burin::optimizers::Adam, 8>;

burin::Parameters<Net> weights;
burin::Predictor<Net> predictor;

// Made at its first use: a trainer that is constant from the start would fill as much flash as it fills RAM.
Trainer& trainer() {
    static Trainer made_once{weights};
    return made_once;
}

void start(std::uint64_t seed) { burin::initialize(weights, burin::initializers::Default{}, seed); }

float learn(std::span<const float> inputs, std::span<const burin::Label> targets) {
    return trainer().step(inputs, targets).total;
}

// The rate and the momentum of each step, and a rate that falls when the loss does not.
constexpr burin::schedules::WarmUp schedule{100, burin::schedules::OneCycle{.learning_rate = 1e-2, .steps = 900}};
burin::schedules::ReduceOnPlateau plateau{.learning_rate = 1e-2};

void set_rate(std::uint64_t step, double loss) {
    const double most = plateau.update(loss);
    const double rate = schedule(step);
    trainer().optimizer.learning_rate = rate < most ? rate : most;
    trainer().optimizer.beta1 = schedule.momentum(step);
}

// As 8-bit integers: a convolution, a depthwise one, pooling, sums, a table, Softmax.
using Image = burin::Sequential<burin::Input<6, 6, 2>, burin::Conv2D<4, 3, burin::Same>, burin::ReLU,
                                burin::Residual<burin::DepthwiseConv2D<3, burin::Same>>, burin::MaxPool2D<2>, burin::Tanh,
                                burin::Flatten, burin::Dense<3>, burin::Softmax>;

burin::Parameters<Image> image_weights;
burin::QuantizedNetwork<Image> image_network{};
burin::QuantizedPredictor<Image> image_predictor;
burin::Calibrator<Image> calibrator;

void quantize_image(std::span<const float> sample) {
    calibrator.observe(image_weights.data(), {sample.data()}, 1);
    burin::quantize(image_weights, calibrator.ranges(), image_network);
}

std::size_t class_of(std::span<const std::int8_t> image) {
    return burin::argmax(image_predictor(image_network, image));
}

float first_class(std::span<const float> input) { return predictor(weights, input)[0]; }

// A device counts its own answers, and adds what another one has counted.
burin::metrics::ConfusionMatrix<3> confusion;
burin::metrics::Perplexity perplexity{.scores = {.are_probabilities = true}};
burin::metrics::Weighted<burin::metrics::CalibrationError<>> calibration;
burin::metrics::RSquared<3> explained;

double judge(std::span<const float> outputs, const burin::Label* targets, std::span<const float> numbers,
             std::span<const float> importance, const burin::metrics::F1<3>& other) {
    constexpr burin::Shape three{3};
    const std::size_t rows = outputs.size() / 3;
    burin::metrics::F1<3> f1;
    confusion.update<three>(outputs.data(), targets, rows);
    perplexity.update<three>(outputs.data(), targets, rows);
    calibration.update<three>(outputs.data(), targets, rows, importance.data());
    explained.update<three>(outputs.data(), numbers.data(), rows);
    f1.update<three>(outputs.data(), targets, rows);
    f1.merge(other);
    return f1.result() + confusion.result() + perplexity.result() + calibration.result() + explained.result();
}
