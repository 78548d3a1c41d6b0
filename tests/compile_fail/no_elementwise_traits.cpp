// expect: layer `1` `Twice`: expected `traits` made by `elementwise_traits`
#include "burin/embedded.hpp"

using namespace burin;

struct Twice : Elementwise<Twice> {
    static constexpr OpTraits traits{.input_gradient = {.output = true}};
    static constexpr Text<64> name() { return "Twice"; }
    static constexpr std::size_t cost = 1;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x + x;
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector) noexcept {
        return dy + dy;
    }
};

using Net = Sequential<Input<10>, Dense<16>, Twice, Dense<10>>;

Parameters<Net> weights;
