#include "burin/io/load_part.hpp"

#include "burin/graph/forms.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/dense.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

using namespace burin;

namespace {

using Body = Sequential<Dense<4>, BatchNorm<>, ReLU>;
using Before = Sequential<Input<3>, Body, Dense<5>>;
using Other = Sequential<Input<3>, Sequential<Dense<4>, ReLU, Dense<4>>, Dense<2>>;
using After = Sequential<Input<3>, Frozen<Body>, Dense<2>>;

template <class A, class B>
bool same(const A& a, const B& b) {
    bool result = a.size() == b.size() && !a.empty();
    for (std::size_t i = 0; result && i < a.size(); ++i)
        result = a[i] == b[i];
    return result;
}

} // namespace

TEST_CASE("load: a part of a model comes from a file of another, the rest stays") {
    const TemporaryDirectory directory;
    const std::string path = directory / "part.safetensors";
    Model<Before> before({.seed = 1});
    before.parameters()["0.1.running_mean"][2] = 7;
    io::save(path, before);
    Model<After> after({.seed = 2});
    const Model<After> fresh({.seed = 2});
    io::load(path, after, io::Part{{"0.*"}});
    for (const char* name : {"0.0.weight", "0.0.bias", "0.1.weight", "0.1.running_mean", "0.1.running_var"}) {
        CAPTURE(name);
        CHECK(same(after.parameters()[name], before.parameters()[name]));
    }
    CHECK(same(after.parameters()["1.weight"], fresh.parameters()["1.weight"]));
    CHECK(!same(after.parameters()["0.0.weight"], fresh.parameters()["0.0.weight"]));

    // Half the bits are widened, and several patterns are one part.
    io::save(path, before, {.storage = io::Storage::float16});
    Model<After> chosen({.seed = 2});
    io::load(path, chosen, io::Part{{"?.0.weight", "0.1.running*"}});
    CHECK(chosen.parameters()["0.0.weight"][1] ==
          doctest::Approx(double(before.parameters()["0.0.weight"][1])).epsilon(1e-3));
    CHECK(chosen.parameters()["0.1.running_mean"][2] == 7);
}

TEST_CASE("load: of a part that does not agree everything is in one Error, and the model stays as it is") {
    const TemporaryDirectory directory;
    const std::string path = directory / "part.safetensors";
    io::save(path, Model<Before>({.seed = 1}));
    Model<After> model({.seed = 2});
    const Model<After> fresh({.seed = 2});
    const auto refused = [&](const io::Part& part) {
        const std::string message = error_of([&] { io::load(path, model, part); });
        CHECK(std::equal(model.parameters().all().begin(), model.parameters().all().end(),
                         fresh.parameters().all().begin()));
        REQUIRE(message.starts_with(path));
        return message.substr(path.size());
    };
    CHECK(refused({{"1.*", "0.*"}}) == ": tensor '1.weight': expected F32 [4, 2], got F32 [4, 5]; "
                                       "tensor '1.bias': expected F32 [2], got F32 [5]");
    CHECK(refused({{"0.*", "encoder.*"}}) ==
          ": expected a pattern that tensors of the model fit, got 'encoder.*'");
    CHECK(refused({}) == ": expected patterns of names, got none");
    // What the part has elsewhere and the model has not is told as well.
    io::save(path, Model<Other>({.seed = 1}));
    CHECK(refused({{"0.1.bias", "0.2.*", "0.*"}}).find("unexpected tensor '0.2.weight' F32 [4, 4]") !=
          std::string::npos);
    CHECK(refused({{"0.1.bias"}}) == ": missing tensor '0.1.bias' F32 [4]");
}
