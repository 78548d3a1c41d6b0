// expect: layer `1` `Twice`: expected `backward_input<0>` or `.stops_gradient` in its `traits`, got a layer without; for its `backward` say `.joint_backward`
#include "burin/embedded.hpp"

using namespace burin;

struct Twice : Op {
    static constexpr Text<64> name() { return "Twice"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    template <class Context>
    static void forward(const Context& run) noexcept {
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.output[i] = 2 * run.inputs[0][i];
    }
    template <class Context>
    static void backward(const Context& run) noexcept {
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.input_gradients[0][i] = 2 * run.output_gradient[i];
    }
};

using Net = Sequential<Input<10>, Dense<16>, Twice, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
