// Model: what its parameters begin with.
#include "burin/training/model.hpp"
#include "burin/initializers/constant.hpp"
#include "burin/initializers/he.hpp"
#include "burin/layers/dense.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>

using namespace burin;

namespace {

using Net = Sequential<Input<5>, Dense<3>>;

template <class Initializer>
bool begins_with(const Model<Net>& model, const Initializer& initializer, std::uint64_t seed) {
    Parameters<Net> expected;
    initialize(expected, initializer, seed);
    return model.parameters().values == expected.values;
}

} // namespace

TEST_CASE("Model begins with Glorot's weights of seed 0, or of the seed of its options") {
    CHECK(begins_with(Model<Net>(), initializers::Default{}, 0));
    CHECK(begins_with(Model<Net>({.seed = 7}), initializers::Default{}, 7));
    CHECK(!begins_with(Model<Net>({.seed = 7}), initializers::Default{}, 0));
}

TEST_CASE("Model begins with what the initializer of its options gives") {
    CHECK(begins_with(Model<Net>(ModelOptions{.initializer = initializers::HeNormal{}, .seed = 7}),
                      initializers::HeNormal{}, 7));
    const Model<Net> constant(ModelOptions{.initializer = initializers::Constant{0.5}});
    CHECK(constant["0.weight"][0] == 0.5f);
    const auto model = std::make_unique<Model<Net>>(ModelOptions{.seed = 7});
    CHECK(begins_with(*model, initializers::Default{}, 7));
}
