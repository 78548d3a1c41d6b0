// A layer of one's own, outside the library: Maxout (Goodfellow et al., arXiv:1302.4389) takes the largest of
// every `Pieces` neighbouring inputs. It remembers which one that was, because the gradient goes there.
#include <burin/embedded.hpp>

#include <cstdio>

template <std::size_t Pieces>
struct Maxout : burin::Op {
    static constexpr burin::Text<64> name() { return burin::Text<64>("Maxout<").append(Pieces).append(">"); }

    static constexpr burin::InferredShape infer_shape(std::span<const burin::Shape> inputs) {
        if (inputs[0].rank != 1 || inputs[0][0] % Pieces != 0)
            return {.expected = "input `[features]`, a multiple of the pieces"};
        return {.shape = burin::Shape(inputs[0][0] / Pieces)};
    }

    // One number for each output is kept from the forward for the backward rule.
    static constexpr std::size_t saved(std::span<const burin::Shape> inputs) {
        return inputs[0].size() / Pieces;
    }
    static constexpr std::size_t flops(std::span<const burin::Shape> inputs) { return inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const std::size_t outputs = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < outputs; ++i) {
            const Scalar* const pieces = run.inputs[0] + i * Pieces;
            std::size_t best = 0;
            for (std::size_t p = 1; p < Pieces; ++p)
                best = pieces[p] > pieces[best] ? p : best;
            run.output[i] = pieces[best];
            if constexpr (Context::mode == burin::Mode::training)
                run.saved[i] = static_cast<Scalar>(best);
        }
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const std::size_t outputs = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < outputs; ++i)
            for (std::size_t p = 0; p < Pieces; ++p)
                run.input_gradient[i * Pieces + p] =
                    static_cast<Scalar>(p) == run.saved[i] ? run.output_gradient[i] : Scalar(0);
    }
};

using namespace burin;

// |x| is the larger of x and −x: two pieces can learn it exactly.
using Net = Sequential<Input<1>, Dense<8>, Maxout<2>, Dense<1>>;

int main() {
    static Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, /*seed*/ 3);
    static Trainer<Net, losses::MeanSquaredError, optimizers::Adam, 21> trainer(parameters, {},
                                                                                {.learning_rate = 0.01});

    std::array<float, 21> inputs{}, targets{};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        inputs[i] = static_cast<float>(i) / 10 - 1;
        targets[i] = inputs[i] < 0 ? -inputs[i] : inputs[i];
    }
    float loss = 0;
    for (int step = 0; step < 2000; ++step)
        loss = losses::reduce(trainer.loss, trainer.step(inputs, targets));
    std::printf("mean squared error of |x|: %g\n", static_cast<double>(loss));
    return loss < 1e-3f ? 0 : 1;
}
