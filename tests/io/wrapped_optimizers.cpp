#include "burin/data/dataset.hpp"
#include "burin/io/save.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/accumulate.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/exponential_average.hpp"
#include "burin/optimizers/parameter_groups.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/mix_up.hpp"
#include "support/files.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

using namespace burin;
using namespace burin::optimizers;

namespace {

using Net = Sequential<Input<3>, Dense<4>, Tanh, Dense<2>>;

/// Lets the last layer train from a step on, and pauses at another.
struct Thaw {
    std::uint64_t at = 9, pause_at = 0;

    template <class Context>
    void on_batch_end(Context& context) const {
        if (context.step() == at)
            thaw<"2.*">(context.trainer().optimizer);
        if (context.step() == pause_at)
            context.pause();
    }
};

auto options(std::uint64_t pause_at) {
    return Fit{.loss = losses::MeanSquaredError{},
               .optimizer = Accumulate{ExponentialAverage{ParameterGroups{AdamW{.learning_rate = 0.05},
                                                                          FreezeOn<"2.*">{},
                                                                          NoDecayOn<roles::biases>{}},
                                                          0.9},
                                       3},
               .batch_size = batch<4>,
               .epochs = 3,
               .callbacks = Thaw{.pause_at = pause_at},
               .augment = MixUp{.alpha = 0.5},
               .verbose = false};
}

} // namespace

TEST_CASE("Wrapped optimizers: a session goes on from its file with the same bits, at any step") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session.safetensors";
    const data::Dataset<float> data(Shape(3), random_numbers<float>(30 * 3, 1),
                                    random_numbers<float>(30 * 2, 2));
    Model<Net> whole_model({.seed = 1});
    Session whole(whole_model, options(0));
    whole.run(data);
    REQUIRE(whole.trainer().steps() == 24);
    // Before and behind the thaw, in the midst of accumulating, and at an end of an epoch.
    for (const std::uint64_t pause_at : {4u, 8u, 10u, 16u}) {
        Model<Net> first_model({.seed = 1}), second_model({.seed = 2});
        Session first(first_model, options(pause_at));
        first.run(data);
        REQUIRE(first.trainer().steps() == pause_at);
        io::save(path, first);
        Session second(second_model, options(0));
        io::load(path, second);
        CHECK(rule_of<FreezeOn<"2.*">>(second.trainer().optimizer).frozen == (pause_at < 9));
        second.run(data);
        CHECK(second_model.parameters().values == whole_model.parameters().values);
        const auto expected = whole.trainer().optimizer_state(), found = second.trainer().optimizer_state();
        CHECK(std::equal(expected.begin(), expected.end(), found.begin(), found.end()));
    }
    // Another pattern is another optimizer, which a file is not for.
    const std::string text = io::detail::rule_text(whole.options().optimizer);
    INFO(text);
    CHECK(text.find("FreezeOn<TensorSelector<4>{\"2.*\",false}>") != std::string::npos);
    CHECK(text.find("frozen=true") != std::string::npos);
    CHECK(text.find("batches=3") != std::string::npos);
}
