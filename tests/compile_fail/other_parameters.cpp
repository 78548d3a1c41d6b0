// expect: layer `1` `Twice`: expected `static constexpr ParameterList parameters(std::span<const Shape> inputs)`, got a member of that name that is private, not static, not constexpr or of another type
#include "burin/embedded.hpp"

using namespace burin;

struct Twice : Op {
    static constexpr Text<64> name() { return "Twice"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    static constexpr ParameterList parameters(Shape input) {
        return ParameterList(ParameterSpec{"scale", ParameterRole::scale, input});
    }
    template <class Context>
    static void forward(const Context& run) noexcept {
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.output[i] = 2 * run.inputs[0][i];
    }
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.input_gradient[i] = 2 * run.output_gradient[i];
    }
};

using Net = Sequential<Input<10>, Dense<16>, Twice, Dense<10>>;

Parameters<Net> weights;
