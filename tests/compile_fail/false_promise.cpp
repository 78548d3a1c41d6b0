// expect: layer `2` `Half`: expected inputs of the size of its output, as `gradient_is_view` promises, got 16 elements for 8
#include "burin/embedded.hpp"

using namespace burin;

// The gradient of what it reads is not that of what it gives: they have other sizes.
struct Half : Op {
    static constexpr OpTraits traits{.gradient_is_view = true};
    static constexpr Text<64> name() { return "Half"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        return {.shape = Shape{inputs[0].size() / 2}};
    }
    template <class Context>
    static void forward(const Context& run) noexcept {
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.output[i] = run.inputs[0][2 * i];
    }
};

using Net = Sequential<Input<10>, Dense<16>, ReLU, Half, Dense<10>>;

constexpr std::size_t bytes = training_bytes<Net, 32>;
