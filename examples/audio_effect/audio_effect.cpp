// Learns what a guitar pedal does to a sound, from the pedal's circuit, and then does it sample by sample: an
// LSTM in the place of a diode clipper, after Wright, Damskägg and Välimäki, "Real-Time Black-Box Modelling
// with Recurrent Neural Networks", DAFx 2019.
#include <burin/burin.hpp>
#include <burin/data/audio/wav.hpp>

#include "options.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

using namespace burin;

constexpr std::size_t sample_rate = 48'000;
constexpr std::size_t window = 64;
constexpr std::size_t streams = 32;

using Pedal = Sequential<Input<window, 1>, LSTM<16, ReturnSequences>, TimeDistributed<Dense<1>>>;

/// A resistor and a capacitor, and across it two diodes, one each way:
///
///     dv/dt = (u − v) / (R C) − 2 I / C · sinh(v / V)
///
/// by the trapezoidal rule at eight times the sample rate; each step is solved by Newton's method. Inputs and
/// outputs are in volts.
std::vector<float> diode_clipper(std::span<const float> input) {
    constexpr double resistance = 2200, capacitance = 10e-9, current = 2.52e-9, voltage = 45.3e-3;
    constexpr std::size_t oversampling = 8;
    constexpr double step = 1.0 / static_cast<double>(sample_rate * oversampling);
    const auto slope = [](double u, double v) {
        return (u - v) / (resistance * capacitance) - 2 * current / capacitance * std::sinh(v / voltage);
    };
    std::vector<float> output;
    double before = 0, v = 0;
    for (const float sample : input) {
        const double now = static_cast<double>(sample);
        for (std::size_t i = 0; i < oversampling; ++i) {
            const double u0 = before + (now - before) * static_cast<double>(i) / oversampling;
            const double u1 = before + (now - before) * static_cast<double>(i + 1) / oversampling;
            const double known = v + step / 2 * slope(u0, v);
            for (int iteration = 0; iteration < 20; ++iteration) {
                const double error = v - known - step / 2 * slope(u1, v);
                const double derivative =
                    1 + step / 2 *
                            (1 / (resistance * capacitance) +
                             2 * current / (capacitance * voltage) * std::cosh(v / voltage));
                const double change = error / derivative;
                v -= change;
                if (std::abs(change) < 1e-9)
                    break;
            }
        }
        before = now;
        output.push_back(static_cast<float>(v));
    }
    return output;
}

/// Plucked strings: every quarter of a second one of another pitch and strength, up to four volts.
std::vector<float> plucked_strings(std::size_t count, std::uint64_t seed) {
    const RandomStream random{seed, Purpose::user, 0};
    constexpr std::size_t note = sample_rate / 4;
    std::vector<float> samples(count);
    for (std::size_t begin = 0, n = 0; begin < count; begin += note, ++n) {
        const double pitch = 82.4 * std::pow(2.0, random.uniform(2 * n) * 3.5);
        const double strength = 0.5 + 3.5 * random.uniform(2 * n + 1);
        for (std::size_t i = begin; i < std::min(begin + note, count); ++i) {
            const double t = static_cast<double>(i - begin) / static_cast<double>(sample_rate);
            double sum = 0;
            for (int harmonic = 1; harmonic <= 8; ++harmonic)
                sum += std::exp(-t * (4 + 2.0 * harmonic)) / harmonic *
                       std::sin(6.283185307179586 * pitch * harmonic * t + 0.7 * harmonic * harmonic);
            samples[i] = static_cast<float>(strength * sum / 1.5);
        }
    }
    return samples;
}

/// One pass over the sound, in as many parts as there are streams, each from its beginning to its end.
template <class TrainerType>
double hear_once(TrainerType& trainer, std::span<const float> dry, std::span<const float> wet) {
    CarriedState<Pedal, streams> state;
    const std::size_t part = dry.size() / streams;
    std::array<float, streams * window> inputs, targets;
    losses::LossSum<double> sum;
    for (std::size_t begin = 0; begin + window <= part; begin += window) {
        for (std::size_t row = 0; row < streams; ++row) {
            std::copy_n(dry.begin() + static_cast<std::ptrdiff_t>(row * part + begin), window,
                        inputs.begin() + row * window);
            std::copy_n(wet.begin() + static_cast<std::ptrdiff_t>(row * part + begin), window,
                        targets.begin() + row * window);
        }
        typename TrainerType::SamplesType samples;
        samples.inputs = {inputs.data()};
        samples.targets = {targets.data()};
        samples.state = state.data();
        samples.rows = streams;
        const auto loss = trainer.step(samples);
        sum.total += static_cast<double>(loss.total);
        sum.weight += static_cast<double>(loss.weight);
    }
    return sum.total / sum.weight;
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "30"}, {"--save", ""}});
    const std::size_t epochs = options.number("--epochs");
    const std::vector<float> dry = plucked_strings(4 * sample_rate, 1), wet = diode_clipper(dry);
    const std::vector<float> test_dry = plucked_strings(2 * sample_rate, 2),
                             test_wet = diode_clipper(test_dry);

    Model<Pedal> model({.seed = 1});
    const auto trainer = make_trainer<streams>(model, losses::MeanSquaredError{}, optimizers::Adam{});
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        trainer->optimizer.learning_rate = epoch < epochs * 2 / 3 ? 5e-3 : 5e-4;
        const double loss = hear_once(*trainer, dry, wet);
        if ((epoch + 1) % 10 == 0)
            std::printf("epoch %zu: mean squared error %.2e\n", epoch + 1, loss);
    }

    Streamer<Pedal> pedal;
    std::vector<float> heard(test_dry.size());
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < test_dry.size(); ++i)
        heard[i] = pedal(model.parameters(), {&test_dry[i], 1})[0];
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - start;

    double error = 0, signal = 0;
    for (std::size_t i = 0; i < heard.size(); ++i) {
        const double wanted = static_cast<double>(test_wet[i]),
                     difference = static_cast<double>(heard[i]) - wanted;
        error += difference * difference;
        signal += wanted * wanted;
    }
    constexpr double period = 1e9 / static_cast<double>(sample_rate);
    const double each = elapsed.count() / static_cast<double>(heard.size());
    std::printf("error-to-signal ratio of sounds it has not heard: %.3f %%\n", 100 * error / signal);
    std::printf("%.0f ns a sample, %.1f %% of the %.0f ns between two samples at 48 kHz\n", each,
                100 * each / period, period);
    if (!options["--save"].empty()) {
        data::write_wav(options["--save"] + "-dry.wav", test_dry, sample_rate);
        data::write_wav(options["--save"] + "-wet.wav", heard, sample_rate);
    }
    // A shorter run is a trial.
    return error / signal < (epochs < 30 ? 0.1 : 0.001) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("audio_effect");
}
