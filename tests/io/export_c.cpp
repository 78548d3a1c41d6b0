#include "burin/io/export_c.hpp"

#include "burin/burin.hpp"
#include "burin/layers/embedding_bag.hpp"
#include "c_case.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace burin;

namespace {

struct Square {
    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x * x;
    }
};

} // namespace

TEST_CASE("export_c: a network like LeNet-5") {
    test::write_c_case<
        Sequential<Input<16, 16, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 3>, ReLU,
                   MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, Tanh, Dense<10>, Softmax>>("lenet");
}

TEST_CASE("export_c: a DS-CNN, some of whose layers are computed line by line") {
    test::write_c_case<Sequential<Input<49, 10, 1>, Conv2D<64, Shape{10, 4}, Stride<2>, Same>, BatchNorm<>,
                                  ReLU, DepthwiseConv2D<3, Same>, BatchNorm<>, ReLU, Conv2D<64, 1>,
                                  BatchNorm<>, ReLU, DepthwiseConv2D<3, Same, Stride<2>>, ReLU6,
                                  Conv2D<32, 1>, ReLU, GlobalAveragePool2D, Dense<12>, LogSoftmax>>("ds_cnn");
}

TEST_CASE("export_c: residual blocks, groups, dilation, pooling with options") {
    test::write_c_case<
        Sequential<Input<9, 8, 4>, Conv2D<8, 3, Same>, BatchNorm<>, ReLU,
                   Residual<Conv2D<8, 3, Same, NoBias>, SiLU, Conv2D<8, 3, Same, Dilation<2>>>, ReLU,
                   Residual<Conv2D<8, 1>>, AveragePool2D<3, Same, Stride<2>>,
                   Parallel<Concat, Conv2D<3, 1>, Conv2D<4, 3, Same, Groups<4>>>,
                   MaxPool2D<3, Dilation<2, 1>, Stride<2>, Padding<1>, CeilMode>, Flatten, Dense<3>>>(
        "residual");
}

TEST_CASE("export_c: layers that move elements, merges, activations") {
    test::write_c_case<Sequential<Input<6, 4, 3>, ReflectPadding2D<1, 2>, Cropping2D<1, 2>,
                                  ZeroPadding2D<1, 2>, Cropping2D<1, 0, 0, 1>, Permute<1, 0, 2>, Reverse,
                                  Slice<1, 3, Axis<1>>, UpSampling2D<2>, PReLU<>, Flatten, Dense<12>, GELU,
                                  Dense<12>, SELU, Parallel<Average, Dense<4>, Dense<4>, Dense<4>>, ELU<1.0>,
                                  Parallel<Maximum, Identity, Dense<4>>, Mish, Dense<6>, LayerNorm<NoScale>,
                                  Softplus, Dense<1>, Rescaling<0.5, 1>>>("mixed");
}

TEST_CASE("export_c: slices along the first axis, and with a stride") {
    test::write_c_case<
        Sequential<Input<7, 4>, Slice<2, 5>, Slice<0, 3, Stride<2>>, Slice<1, 2, Stride<2>, Axis<1>>>>(
        "slices");
}

TEST_CASE("export_c: all layers that have no rule are named in one sentence") {
    using Net = Sequential<Input<4>, Lambda<Square>, EmbeddingBag<4, 2, MaxNorm<1>>, Dense<2>>;
    CHECK(error_of([] { io::c_text(Model<Net>(), {"net"}); }) ==
          "export_c: C has no Rule for layer `0` `Lambda`, layer `1` `EmbeddingBag<4, 2, MaxNorm<1>>`; "
          "give one by a specialisation of burin::io::c::Rule");
}

TEST_CASE("export_c: tensors whose names are the same in C are two arrays") {
    using Net = Graph<Inputs<Node<"x", Input<3>>>, Node<"a_0", Dense<4>, From<"x">>,
                      Node<"a", Sequential<Dense<2>>, From<"a_0">>, Outputs<"a">>;
    test::write_c_case<Net>("names");
    const std::string source = io::c_text(Model<Net>(), {"names"}).source;
    CHECK(source.find(" w_a_0_weight[12] = {") != std::string::npos);
    CHECK(source.find(" w_a_0_weight_[8] = {") != std::string::npos);
}

TEST_CASE("export_c: the name is that of the file, and must end in .c") {
    using Net = Sequential<Input<3>, Dense<2>, Softmax>;
    const Model<Net> model;
    CHECK(error_of([&] { io::export_c("net.cpp", model); }) ==
          "export_c: net.cpp: expected a name that ends in .c");
    CHECK(error_of([&] { io::c_text(model, {"softmax"}); }) ==
          "export_c: softmax: expected another name, for a function inside has that one");
    for (const std::string name :
         {"main", "NULL", "size_t", "memcpy", "sqrtf", "expf", "powl", "malloc", "INT_MAX"})
        CHECK(error_of([&] { io::c_text(model, {name}); }) ==
              "export_c: " + name + ": expected another name, for C has that one");
    for (const std::string name : {"", "\u00e9", "_"})
        CHECK(error_of([&] { io::c_text(model, {name}); }) ==
              "export_c: '" + name + "': expected a name of letters a to z, digits and _");
    for (const std::string name : {"net", "model", "memory", "stream", "leaf", "net_t", "int"})
        CHECK(io::c_text(model, {name}).header.find("void " + name) != std::string::npos);
    const io::CText text = io::c_text(model, {"two classes"});
    CHECK(text.header.find("void two_classes(const float *input, float *output, float *arena);") !=
          std::string::npos);
    CHECK(text.header.find("#define TWO_CLASSES_ARENA 2\n") != std::string::npos);
}

TEST_CASE("export_c: parameters are finite numbers") {
    using Net = Sequential<Input<3>, Dense<2>>;
    Model<Net> model;
    model["0.weight"][1] = std::numeric_limits<float>::infinity();
    CHECK(error_of([&] { io::c_text(model, {"net"}); }) ==
          "export_c: 0.weight[1]: expected a finite number, got inf");
}
