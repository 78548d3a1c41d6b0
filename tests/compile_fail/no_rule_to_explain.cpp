// expect: layer `1` `OneWay`: expected `backward_input<0>` or `.stops_gradient` in its `traits`, got a layer without
#include "burin/embedded.hpp"
#include "burin/graph/explainer.hpp"

using namespace burin;

struct OneWay : Op {
    static constexpr Text<64> name() { return "OneWay"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    template <class Context>
    static void forward(const Context& run) noexcept {
        std::copy_n(run.inputs[0], Context::Shapes::output.size() * run.rows, run.output);
    }
};

using Net = Sequential<Input<8>, Dense<10>, OneWay>;

Parameters<Net> weights;
Explainer<Net> explainer;

void explain() {
    explainer.run(weights, 1, [](auto, const float*, float*, std::size_t) noexcept {});
}
