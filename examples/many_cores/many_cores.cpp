// Trains one network on one thread and on several (`--threads`, 0 for all cores): in less time where there
// are cores, and to the same bits.
#include <burin/burin.hpp>

#include "options.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<512>, ReLU, Dropout<0.3>, Dense<128>, ReLU, Dense<10>>;
using Loss = losses::SparseCategoricalCrossentropy;

// The parts that a batch is cut into are known when compiling, whatever the number of threads, and the
// memory.
constexpr fitting::Parts parts = fitting::parts_of<Digits, Loss, 128>;
static_assert(parts.count == 4 && parts.rows == 32);
static_assert(training_bytes_in_parts<Digits, Loss, 128> < 4 * 1024 * 1024);

int main(int argc, char** argv) try {
    const Options options(
        argc, argv, {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"}, {"--epochs", "20"}, {"--threads", "0"}});
    const std::size_t epochs = options.number("--epochs", 1);
    const auto [train, test] = data::load_digits(options["--data"]).split(0.8, /*seed*/ 1);

    const auto trained = [&](Model<Digits>& model, std::size_t threads) {
        const auto begin = std::chrono::steady_clock::now();
        fit(model, train,
            Fit{.batch_size = batch<128>, .epochs = epochs, .verbose = false, .threads = threads});
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    Model<Digits> alone, together;
    const double one = trained(alone, 1), all = trained(together, options.number("--threads", 0, 1024));
    const auto first = alone.parameters().all(), second = together.parameters().all();
    const bool same = std::equal(first.begin(), first.end(), second.begin());

    const Evaluation result = evaluate(together, test);
    std::printf("held out: %s\n", report::text(result).c_str());
    std::printf("1 thread %.3f s, several %.3f s: %s\n", one, all, same ? "the same bits" : "other bits");
    return same && (epochs < 20 || result["accuracy"] >= 0.965) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("many_cores");
}
