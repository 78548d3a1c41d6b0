#include "burin/report/summary.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace burin;

namespace {

using Net = Sequential<Input<8, 8>, Flatten, Dense<128>, ReLU, Dense<10>>;
using Loss = losses::SparseCategoricalCrossentropy;

} // namespace

TEST_CASE("summary: what training takes, and with a loss also in the parts that threads share") {
    const std::string alone = report::summary<Net, 64>(), shared = report::summary<Net, 64, float, Loss>();
    CHECK(alone.ends_with("training with Adam, batch 64:   " + report::with_commas(training_bytes<Net, 64>) +
                          " bytes\n"));
    CHECK(shared == alone + "the same shared by threads:     " +
                        report::with_commas(training_bytes_in_parts<Net, Loss, 64>) +
                        " bytes, in 2 parts of 32\n");
    CHECK(report::summary<Net, 8, float, Loss>().ends_with(
        report::with_commas(training_bytes_in_parts<Net, Loss, 8>) + " bytes, in one part\n"));
}
