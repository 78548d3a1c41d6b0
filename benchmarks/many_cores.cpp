// Training steps on 1, 2, … threads, as `Fit{.threads = n}` takes them, beside those of one pass: of the MLP
// of examples/mnist, LeNet-5 and a Transformer, with 128 samples and Adam. In turns, some steps of each at a
// time; what is told are medians, and that the bits are the same.
//
//     build/benchmarks/many_cores [THREADS [TURNS]]

#include "burin/burin.hpp"
#include "burin/parallel/team.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace {

using namespace burin;

using MLP = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;
using Transformer = Sequential<Input<32, 64>, TransformerEncoderBlock<4, 128>,
                               TransformerEncoderBlock<4, 128>, Flatten, Dense<10>>;

using Loss = losses::SparseCategoricalCrossentropy;
constexpr std::size_t rows = 128;

/// Steps of one trainer.
template <class Net, class Workers>
class Steps {
    static constexpr std::size_t size = engine::Network<Net>::input_shapes[0].size();

  public:
    template <class... Team>
    explicit Steps(Team&... team)
        : trainer_(make_trainer<rows>(model_, Loss{}, optimizers::Adam{}, 0, team...)) {
        const RandomStream stream{1, Purpose::initialisation, 7};
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            inputs_[i] = static_cast<float>(stream.uniform(i));
        for (std::size_t i = 0; i < rows; ++i)
            labels_[i] = static_cast<Label>(i % 10);
    }

    void take(std::size_t steps) {
        for (std::size_t i = 0; i < steps; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            trainer_->step(inputs_, labels_);
            const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
            microseconds_.push_back(taken.count());
        }
    }

    double median() {
        const auto middle = microseconds_.begin() + static_cast<std::ptrdiff_t>(microseconds_.size() / 2);
        std::nth_element(microseconds_.begin(), middle, microseconds_.end());
        return *middle;
    }

    const float* parameters() const { return model_.parameters().data(); }

  private:
    Model<Net> model_{{.seed = 1}};
    std::vector<float> inputs_ = std::vector<float>(rows * size);
    std::vector<Label> labels_ = std::vector<Label>(rows);
    std::unique_ptr<Trainer<Net, Loss, optimizers::Adam, rows, float, Workers>> trainer_;
    std::vector<double> microseconds_;
};

template <class Net>
bool compare(const char* name, std::size_t threads, std::size_t turns, std::size_t steps) {
    parallel::Team alone(1), together(threads);
    Steps<Net, fitting::OneThread> one_pass;
    Steps<Net, parallel::Team> on_one(alone), on_all(together);
    for (std::size_t turn = 0; turn < turns; ++turn) {
        one_pass.take(steps);
        on_one.take(steps);
        on_all.take(steps);
    }
    const bool same =
        std::memcmp(on_one.parameters(), on_all.parameters(), sizeof(float) * stored_count<Net>) == 0;
    constexpr auto parts = fitting::parts_of<Net, Loss, rows>;
    const double pass = one_pass.median(), one = on_one.median(), all = on_all.median();
    std::printf("%-12s %2zu parts of %2zu: one pass %8.1f us, 1 thread %8.1f, %zu threads %8.1f: %.2f x one "
                "pass, %.2f x 1 thread; %s\n",
                name, parts.count, parts.rows, pass, one, together.threads(), all, pass / all, one / all,
                same ? "the same bits" : "OTHER BITS");
    return same;
}

} // namespace

int main(int argc, char** argv) {
    const auto threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
    const auto turns = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20;
    const bool mlp = compare<MLP>("MLP", threads, turns, 200);
    const bool lenet = compare<LeNet>("LeNet-5", threads, turns, 20);
    const bool transformer = compare<Transformer>("Transformer", threads, turns, 10);
    return mlp && lenet && transformer ? EXIT_SUCCESS : EXIT_FAILURE;
}
