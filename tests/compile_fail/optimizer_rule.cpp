// expect: expected an optimizer with `template <class Scalar> auto rule(std::uint64_t step) const noexcept`, or with `update(...) const noexcept`
#include "burin/embedded.hpp"

using namespace burin;

struct Own {
    double learning_rate = 1e-2;
    static constexpr std::size_t state_vectors = 0;

    // It lacks `const`.
    template <class Scalar>
    auto rule(std::uint64_t) noexcept {
        return [rate = Scalar(learning_rate)]<class Vector>(const Vector& parameter, const Vector& gradient,
                                                            std::array<Vector, 0>&) {
            return parameter - Vector(rate) * gradient;
        };
    }
};

using Net = Sequential<Input<10>, Dense<16>, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, Own, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
