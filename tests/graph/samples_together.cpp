#include "support/random_numbers.hpp"

#include <burin/embedded.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

using namespace burin;

namespace {

using Images =
    Graph<Inputs<Node<"image", Input<32, 32, 8>>>, Node<"a", Conv2D<16, 3, Same>, From<"image">>,
          Node<"b", GlobalAveragePool2D, From<"a">>, Node<"c", MaxPool2D<16>, From<"a">>, Outputs<"b", "c">>;
using Classes = Sequential<Input<12, 12, 4>, Conv2D<8, 3>, ReLU, Flatten, Dense<16>>;
using Dots = Sequential<Input<12, 12, 4>, Conv2D<8, 3>, ReLU, Flatten, Dense<256>>;
using Vectors = Sequential<Input<64>, Dense<64>, ReLU, Dense<4>>;

template <class Net, std::size_t Batch>
constexpr std::size_t together =
    engine::samples_together<engine::Plan<Net, recipes::inference>, Batch, float>;

} // namespace

TEST_CASE("samples together: images go one by one through convolutions, all through dense layers") {
    static_assert(together<Images, 1> == 1 && together<Images, 32> == 1);
    static_assert(together<Vectors, 32> == 32 && together<Dots, 32> == 32);
    // With a dense layer behind them no fewer than 16; batches are divided evenly.
    static_assert(together<Classes, 16> == 16);
    static_assert(together<Classes, 4000> >= 16 && together<Classes, 4000> < 4000);
    // No more than what 32 images need; less than two of them, and all outputs.
    static_assert(inference_bytes<Images, 32> - inference_bytes<Images, 1> ==
                  sizeof(float) * 32 * (16 + 2 * 2 * 16));
    static_assert(sizeof(Predictor<Images, 32>) < 2 * sizeof(Predictor<Images, 1>));
}

TEST_CASE("samples together: the bits are those of each sample by itself, whatever the number of rows") {
    constexpr std::size_t batch = 5, size = input_shape<Images>.size();
    const auto parameters = std::make_unique<Parameters<Images>>();
    const auto numbers = random_numbers<float>(stored_count<Images>, 1);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    const auto x = random_numbers<float>(batch * size, 2);
    const auto all = std::make_unique<Predictor<Images, batch>>();
    const auto one = std::make_unique<Predictor<Images>>();
    for (const std::size_t rows : {batch, std::size_t(2)}) {
        const auto found = all->run(*parameters, {x.data()}, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto alone = one->run(*parameters, {x.data() + row * size}, 1);
            CHECK(std::equal(alone[0], alone[0] + 16, found[0] + row * 16));
            CHECK(std::equal(alone[1], alone[1] + 64, found[1] + row * 64));
        }
    }
}
