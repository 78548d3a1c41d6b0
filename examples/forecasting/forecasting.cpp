// Forecasts a chaotic series: Mackey and Glass's model of the production of blood cells, 1977. An LSTM and a
// GRU see 32 values and say the one six steps later. The yardstick is persistence: that nothing changes.
#include <burin/burin.hpp>

#include "options.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace burin;

constexpr std::size_t window = 32;
constexpr std::size_t ahead = 6;

template <class Cell>
using Forecaster = Sequential<Input<window, 1>, Cell, Dense<1>>;

/// dx/dt = 0.2 x(t − 17) / (1 + x(t − 17)¹⁰) − 0.1 x(t), by Heun's method in steps of a tenth; a value for
/// each whole t, after the first hundred.
std::vector<float> mackey_glass(std::size_t count) {
    constexpr std::size_t per_unit = 10, delay = 17 * per_unit, warm_up = 100;
    constexpr double step = 1.0 / per_unit;
    std::vector<double> x(delay + 1, 1.2);
    const auto slope = [](double delayed, double now) {
        return 0.2 * delayed / (1 + std::pow(delayed, 10)) - 0.1 * now;
    };
    std::vector<float> series;
    for (std::size_t i = 0; series.size() < count; ++i) {
        const double now = x.back(), first = slope(x[i], now);
        const double second = slope(x[i + 1], now + step * first);
        x.push_back(now + step * (first + second) / 2);
        if ((i + 1) % per_unit == 0 && (i + 1) / per_unit > warm_up)
            series.push_back(static_cast<float>(x.back()));
    }
    return series;
}

/// Every window of the series with the value `ahead` steps after its end.
data::Dataset<float> windows_of(const std::vector<float>& series) {
    std::vector<float> inputs, targets;
    for (std::size_t begin = 0; begin + window + ahead <= series.size(); ++begin) {
        for (std::size_t t = 0; t < window; ++t)
            inputs.push_back(series[begin + t] - 1);
        targets.push_back(series[begin + window + ahead - 1] - 1);
    }
    return {Shape(window, 1), std::move(inputs), std::move(targets)};
}

/// √ of the mean of the squares of what `forecast(index)` and the targets differ by.
template <class Forecast>
double root_mean_square(const data::Dataset<float>& test, Forecast forecast) {
    double sum = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        const double error = static_cast<double>(forecast(i)) - static_cast<double>(test.target(i)[0]);
        sum += error * error;
    }
    return std::sqrt(sum / static_cast<double>(test.size()));
}

/// How many times smaller than persistence's the error is on what follows the series it learns from.
template <class Cell>
double score(const char* name, const data::Dataset<float>& train, const data::Dataset<float>& test,
             std::size_t epochs) {
    Model<Forecaster<Cell>> model({.seed = 1});
    // First in large steps, then in small ones.
    for (const double learning_rate : {3e-3, 3e-4})
        fit(model, train,
            Fit{.loss = losses::MeanSquaredError{},
                .optimizer = optimizers::Adam{.learning_rate = learning_rate},
                .batch_size = batch<32>,
                .epochs = learning_rate > 1e-3 ? epochs : epochs / 3,
                .verbose = false});
    const auto forecasts = predict(model, test);
    const double error = root_mean_square(test, [&](std::size_t i) { return forecasts[i]; });
    const double persistence =
        root_mean_square(test, [&](std::size_t i) { return test.input(i)[window - 1]; });
    std::printf("%s: error %.4f, persistence %.4f: %.1f times as large\n", name, error, persistence,
                persistence / error);
    return persistence / error;
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "45"}});
    const std::size_t epochs = options.number("--epochs");
    const std::vector<float> series = mackey_glass(2500);
    const data::Dataset<float> train = windows_of({series.begin(), series.begin() + 2000});
    const data::Dataset<float> test = windows_of({series.begin() + 2000, series.end()});
    const double lstm = score<LSTM<16>>("LSTM", train, test, epochs);
    const double gru = score<GRU<16>>("GRU", train, test, epochs);
    // A shorter run is a trial.
    return epochs < 45 || (lstm >= 15 && gru >= 15) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("forecasting");
}
