#include <burin/burin.hpp>
using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<64>, ReLU, Dense<10>>;
static_assert(parameter_count<Digits> == 4'810);
static_assert(training_bytes<Digits, 32> <= 128 * 1024);

int main() {
    const auto [train, test] = data::load_digits("examples/data/digits.csv").split(0.8, /*seed*/ 1);
    Model<Digits> model;
    fit(model, train, Fit{.batch_size = batch<32>, .epochs = 20, .validation = &test});
    report::print(evaluate(model, test));
}
