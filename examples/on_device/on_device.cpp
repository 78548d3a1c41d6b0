// Trains where the samples are: a network that was trained on a computer learns, on a microcontroller, digits
// of a kind that it has not seen. All that it needs besides constants in flash are 64 KiB of memory. On a
// computer with -DBURIN_SCALAR it prints the same, bit for bit.
#include "machine/machine.hpp"
#include "samples.hpp"
#include "weights.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

namespace {

constexpr std::size_t batch_size = 16, epochs = 20;

using Loss = losses::SparseCategoricalCrossentropy;
using Rule = optimizers::Momentum;
using DeviceTrainer = Trainer<FineTuned, Loss, Rule, batch_size>;

/// The inputs of a batch.
using Inputs = std::array<float, batch_size * 64>;

// The budget is part of the program: with less memory it does not compile, nor would training of all layers
// fit.
constexpr std::size_t memory = 64 * 1024, stack = 4 * 1024;
static_assert(sizeof(TrainedParameters<FineTuned>) + sizeof(DeviceTrainer) +
                  sizeof(Predictor<FineTuned, batch_size>) + sizeof(Inputs) + stack <=
              memory);
static_assert(training_bytes<Digits, batch_size, Rule> > memory);

TrainedParameters<FineTuned>& parameters() {
    static TrainedParameters<FineTuned> trained(weights::parameters);
    return trained;
}

Inputs inputs;

/// The pixels of a batch of images.
std::span<const float> pixels(std::span<const unsigned char[64]> images) {
    std::size_t next = 0;
    for (const auto& image : images)
        for (const unsigned char grey : image)
            inputs[next++] = static_cast<float>(grey) / 16;
    return std::span(inputs).first(next);
}

/// A number as it is written and as it is.
template <std::size_t Capacity>
void append(Text<Capacity>& line, float number) {
    line.append(static_cast<double>(number)).append(" (");
    for (int place = 28; place >= 0; place -= 4)
        line.append(
            std::string_view(&"0123456789abcdef"[(std::bit_cast<std::uint32_t>(number) >> place) & 15], 1));
    line.append(")");
}

/// How well the network reads digits that it is not trained on.
struct Result {
    float loss;
    std::size_t right;
};

Result held_out() {
    static Predictor<FineTuned, batch_size> predictor;
    losses::LossSum<float> sum;
    metrics::Accuracy accuracy;
    constexpr Shape classes(10);
    const std::span images(samples::test_images);
    for (std::size_t first = 0; first < images.size(); first += batch_size) {
        const auto scores = predictor(parameters(), pixels(images.subspan(first, batch_size)));
        const auto batch =
            losses::value<classes>(Loss{}, scores.data(), samples::test_labels + first, nullptr, batch_size);
        sum.total += batch.total;
        sum.weight += batch.weight;
        accuracy.update<classes>(scores.data(), samples::test_labels + first, batch_size);
    }
    const Result result{losses::reduce(Loss{}, sum), static_cast<std::size_t>(accuracy.share.correct)};
    Text<128> line("held out: loss ");
    append(line, result.loss);
    line.append(", ").append(result.right).append(" of ").append(images.size()).append(" right\n");
    machine::write(line.view());
    return result;
}

float train_epoch() {
    static DeviceTrainer trainer(parameters(), {}, {.learning_rate = 0.03, .clip_norm = 1});
    losses::LossSum<float> sum;
    const std::span images(samples::train_images);
    const std::span labels(samples::train_labels);
    for (std::size_t first = 0; first < images.size(); first += batch_size) {
        const auto batch =
            trainer.step(pixels(images.subspan(first, batch_size)), labels.subspan(first, batch_size));
        sum.total += batch.total;
        sum.weight += batch.weight;
    }
    return losses::reduce(Loss{}, sum);
}

} // namespace

int main() {
    static_assert(std::size(samples::test_images) % batch_size == 0 &&
                  std::size(samples::train_images) % batch_size == 0);
    if (crc32(std::span(weights::parameters)) != weights::checksum)
        return 1; // The flash is not what was written.

    Text<256> line("training takes ");
    line.append(training_bytes<Digits, batch_size, Rule>).append(" bytes, with the first layer frozen ");
    line.append(training_bytes<FineTuned, batch_size, Rule>).append(", of which ");
    line.append(sizeof(float) * (parameter_count<FineTuned> - trained_count<FineTuned>))
        .append(" stay in flash\n");
    machine::write(line.view());

    const Result before = held_out();
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        line = "epoch ";
        line.append(epoch).append(": loss ");
        append(line, train_epoch());
        line.append("\n");
        machine::write(line.view());
    }
    const Result after = held_out();
    line = "parameters: ";
    line.append(std::size_t{crc32(std::span<const float>(parameters().all()))}).append("\n");
    machine::write(line.view());

    const bool fits = machine::report_memory(memory);
    return fits && after.loss < before.loss && after.right > before.right ? 0 : 1;
}
