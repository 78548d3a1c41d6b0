// What `fit` costs beside the loop that one would write around a Trainer: epochs of the network of
// examples/mnist, both over the same shuffled samples in the same batches, with the loss and accuracy of each
// epoch; then `fit` with five callbacks. In turns, each epoch by itself; what is told are medians, and the
// median of the ratios of neighbours. The loop gathers its batches as plainly as can be.
//
//     taskset -c 1 build/benchmarks/fit [EPOCHS]

#include "burin/burin.hpp"
#include "burin/callbacks.hpp"

#include "random_numbers.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace burin;

using Net = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
using Loss = losses::SparseCategoricalCrossentropy;

constexpr std::size_t pixels = 28 * 28, samples = 60'000, rows = 128;

data::Dataset<> images() {
    const Numbers numbers = random_numbers(samples * pixels, 0, 1);
    std::vector<Label> labels(samples);
    for (std::size_t i = 0; i < samples; ++i)
        labels[i] = static_cast<Label>(i % 10);
    return {Shape{28, 28}, {numbers.begin(), numbers.end()}, labels};
}

/// Epochs of a plain loop.
class Loop {
  public:
    explicit Loop(const data::Dataset<>& data) : data_(&data) {}

    double epoch() {
        std::vector<std::size_t> order(data_->size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        shuffle(order, RandomStream{0, Purpose::shuffling, ++epoch_});
        double loss = 0;
        std::size_t right = 0;
        for (std::size_t first = 0; first < order.size(); first += rows) {
            const std::size_t count = std::min(rows, order.size() - first);
            for (std::size_t row = 0; row < count; ++row) {
                const auto image = data_->input(order[first + row]);
                std::copy(image.begin(), image.end(),
                          inputs_.begin() + static_cast<std::ptrdiff_t>(row * pixels));
                labels_[row] = data_->target(order[first + row])[0];
            }
            Samples<Net, Loss> batch;
            batch.inputs = {inputs_.data()};
            batch.targets = {labels_.data()};
            batch.rows = count;
            const auto sum = trainer_->step(batch, [&](auto, const float* outputs, std::size_t all) {
                for (std::size_t row = 0; row < all; ++row)
                    right += metrics::has_answer(outputs + row * 10, 10, labels_[row]);
            });
            loss += static_cast<double>(sum.total);
        }
        return loss + static_cast<double>(right);
    }

  private:
    const data::Dataset<>* data_;
    Model<Net> model_{{.seed = 1}};
    std::unique_ptr<Trainer<Net, Loss, optimizers::Adam, rows>> trainer_ =
        make_trainer<rows>(model_, Loss{}, optimizers::Adam{});
    std::vector<float> inputs_ = std::vector<float>(rows * pixels);
    std::vector<Label> labels_ = std::vector<Label>(rows);
    std::uint32_t epoch_ = 0;
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// How long an epoch takes with all its callbacks, after the data were looked through.
struct Watch {
    static constexpr bool runs_last = true;
    std::chrono::steady_clock::time_point began{};
    double seconds = 0;

    template <class Context>
    void on_fit_begin(Context&) {
        began = std::chrono::steady_clock::now();
    }
    template <class Context>
    void on_epoch_end(Context&) {
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    }
};

} // namespace

int main(int argc, char** argv) {
    const std::size_t turns = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 15;
    const data::Dataset<> data = images();
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / "burin-benchmark-fit";
    std::filesystem::create_directories(folder);

    // A session trains one epoch at each call, and looks before whether all numbers are finite: `fit` does
    // that once.
    Loop loop(data);
    Model<Net> plain_model({.seed = 1}), model({.seed = 1});
    Watch plain_watch, watch;
    Session plain(plain_model,
                  Fit{.batch_size = batch<rows>, .epochs = 1, .callbacks = &plain_watch, .verbose = false});
    Session with_callbacks(
        model,
        Fit{.batch_size = batch<rows>,
            .epochs = 1,
            .callbacks = std::tuple{callbacks::EarlyStopping{.monitor = "loss", .patience = 1000},
                                    callbacks::Checkpoint{.path = (folder / "last.safetensors").string()},
                                    callbacks::CsvLog{.path = (folder / "log.csv").string()},
                                    callbacks::StopOnNaN{}, callbacks::TimeLimit{.seconds = 1e6}, &watch},
            .verbose = false});

    const auto seconds_of = [](auto action) {
        const auto begin = std::chrono::steady_clock::now();
        action();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    std::vector<double> of_loop, of_check, of_plain, of_callbacks, plain_ratio, ratio;
    for (std::size_t turn = 0; turn <= turns; ++turn) {
        const double bare = seconds_of([&] { static_cast<void>(loop.epoch()); });
        const double run = seconds_of([&] { static_cast<void>(plain.run(data)); });
        static_cast<void>(with_callbacks.run(data));
        if (turn == 0)
            continue; // What is cold.
        of_loop.push_back(bare);
        of_check.push_back(run - plain_watch.seconds);
        of_plain.push_back(plain_watch.seconds);
        of_callbacks.push_back(watch.seconds);
        plain_ratio.push_back(plain_watch.seconds / bare);
        ratio.push_back(watch.seconds / bare);
    }
    std::filesystem::remove_all(folder);
    std::printf("seconds an epoch of %zu samples, medians of %zu\n", samples, turns);
    std::printf("bare loop                %.4f\n", median(of_loop));
    std::printf("fit                      %.4f   %+.2f %%\n", median(of_plain),
                100 * (median(plain_ratio) - 1));
    std::printf("  look through the data  %.4f   once a fit\n", median(of_check));
    std::printf("fit with five callbacks  %.4f   %+.2f %%\n", median(of_callbacks),
                100 * (median(ratio) - 1));
}
