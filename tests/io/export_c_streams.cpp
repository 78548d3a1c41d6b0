#include "burin/io/export_c.hpp"

#include "burin/embedded.hpp"
#include "burin/layers/llama.hpp"
#include "c_case.hpp"

#include <doctest/doctest.h>

using namespace burin;

// Many layers in one network: what takes time is to compile it.

TEST_CASE("export_c: a detector of voices, piece by piece") {
    test::write_c_pieces<
        1, Sequential<Input<1, 36, 1>,
                      TimeDistributed<Sequential<ReflectPadding1D<0, 4>, Conv1D<18, 8, Stride<4>, NoBias>,
                                                 ComplexAbs, Conv1D<6, 3, Padding<1>>, ReLU,
                                                 Conv1D<7, 3, Padding<1>, Stride<2>>, ReLU, Flatten>>,
                      LSTM<5, ReturnSequences>, ReLU, TimeDistributed<Dense<1>>, Sigmoid>>("voice");
}

TEST_CASE("export_c: a Llama, token by token") {
    constexpr LlamaSizes sizes{.features = 24,
                               .hidden = 20,
                               .blocks = 2,
                               .heads = 4,
                               .key_value_heads = 2,
                               .vocabulary = 11,
                               .length = 5};
    test::write_c_pieces<2, Llama<sizes>>("llama", 11);
    test::write_c_case<Llama<sizes>>("llama_whole", 11);
}
