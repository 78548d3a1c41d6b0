#include "burin/io/load_part.hpp"
#include "burin/io/pytorch.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/slice.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

using Small = Sequential<Input<3>, Dense<4>, ReLU, Dense<2>>;
using LikeVgg = Sequential<Input<4, 4, 2>, Conv2D<2, 3, Same>, ReLU, Conv2D<2, 3, Same>, ReLU, MaxPool2D<2>,
                           Flatten, Dense<8>, ReLU, Dense<8>>;

const std::string reference = BURIN_REFERENCE_DATA "/pytorch.safetensors";

template <class Net>
std::string bits(const Model<Net>& model) {
    const auto bytes = std::as_bytes(model.parameters().all());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A file with tensors of zeros and these names and shapes.
struct Named {
    std::string name;
    std::vector<std::size_t> shape;
    std::string dtype = "F32";
};
void write(const std::string& path, const std::vector<Named>& tensors,
           const io::safetensors::Metadata& metadata = {}) {
    const std::vector<std::byte> zeros(4096);
    std::vector<io::safetensors::Tensor> written;
    for (const Named& each : tensors)
        written.push_back(
            {each.name, each.dtype, each.shape,
             std::span(zeros).first(*io::safetensors::detail::tensor_bytes(each.dtype, each.shape))});
    io::safetensors::write(path, written, metadata);
}

/// The message of a load, which leaves the model as it was.
template <class Net>
std::string refusal(const std::string& path, const io::PyTorch& convention = {}) {
    Model<Net> model({.seed = 3});
    const std::string before = bits(model);
    const std::string message = error_of([&] { io::load(path, model, convention); });
    CHECK(bits(model) == before);
    REQUIRE(message.starts_with(path + ": "));
    return message.substr(path.size() + 2);
}

} // namespace

TEST_CASE("PyTorch: modules are found by order and shape where names differ") {
    Model<LikeVgg> named, ordered;
    io::load(reference, named,
             io::PyTorch{.prefix = "vgg.",
                         .names = {{"0", "features.0"},
                                   {"2", "features.2"},
                                   {"6", "classifier.1"},
                                   {"8", "classifier.3"}}});
    io::load(reference, ordered, io::PyTorch{.prefix = "vgg.", .by = io::By::order});
    CHECK(bits(named) == bits(ordered));

    const TemporaryDirectory directory;
    using Stack = Sequential<Input<5, 4>, LSTM<4, ReturnSequences>, LSTM<4>>;
    Model<Stack> stack({.seed = 1}), again;
    io::save(directory / "stack", stack, io::PyTorch{.names = {{"0", "a.lstm"}, {"1", "a.lstm"}}});
    io::load(directory / "stack", again, io::PyTorch{.by = io::By::order});
    CHECK(bits(again) == bits(stack));
    io::save(directory / "stack", stack, io::PyTorch{.names = {{"0", "first"}, {"1", "second"}}});
    CHECK(refusal<Stack>(directory / "stack", {.by = io::By::order})
              .ends_with(
                  "expected names that tell their order, got 'first.l0' and 'second.l0': say which is which "
                  "with `names`"));
    CHECK(
        refusal<Small>(directory / "stack", {.by = io::By::order}) ==
        "modules with bias [2], weight [2, 4]: expected 1 (layers '2'), got 0; modules with bias [4], weight "
        "[4, 3]: expected 1 (layers '0'), got 0; modules with bias_hh_l0 [16], bias_ih_l0 [16], weight_hh_l0 "
        "[16, 4], weight_ih_l0 [16, 4]: expected 0, got 2 ('first.l0', 'second.l0')");
    CHECK(error_of([&] {
              io::save(directory / "stack", stack, io::PyTorch{.by = io::By::order});
          }).ends_with("expected names to write, got io::By::order, which is for reading"));
}

TEST_CASE("PyTorch: all that does not agree is in one message") {
    const TemporaryDirectory directory;
    const std::string path = directory / "f";
    write(path, {{"0.weight", {3, 4}}, {"0.bias", {4}, "I32"}, {"2.kernel", {2, 4}}, {"mask", {1}}});
    CHECK(
        refusal<Small>(path) ==
        "tensor '0.weight': expected F32, F64, F16 or BF16 [4, 3], got F32 [3, 4]; tensor '0.bias': expected "
        "F32, F64, F16 or BF16 [4], got I32 [4]; missing tensor '2.weight' [2, 4]; missing tensor '2.bias' "
        "[2]; "
        "unexpected tensor '2.kernel' F32 [2, 4]; unexpected tensor 'mask' F32 [1]; other names can be given "
        "by "
        "`names`, or .by = io::By::order");
    write(path, {{"module.0.weight", {4, 3}},
                 {"module.0.bias", {4}},
                 {"module.2.weight", {2, 4}},
                 {"module.2.bias", {2}}});
    CHECK(refusal<Small>(path).ends_with("; all are there behind 'module.', which may be the `prefix`"));
    Model<Small> model;
    io::load(path, model, io::PyTorch{.prefix = "module."});
    // What is not meant, and a counter that is not there.
    using Normalized = Sequential<Input<3>, BatchNorm<>>;
    const std::vector<Named> of_norm{{"0.weight", {3}},
                                     {"0.bias", {3}},
                                     {"0.running_mean", {3}},
                                     {"0.running_var", {3}},
                                     {"0.attn.mask", {9}}};
    write(path, of_norm);
    CHECK(refusal<Normalized>(path) == "unexpected tensor '0.attn.mask' F32 [9]");
    Model<Normalized> normalized;
    io::load(path, normalized, io::PyTorch{.ignore = {"*.mask"}});
    // More than messages of Burin's own files have.
    std::vector<Named> many;
    for (int i = 10; i < 60; ++i)
        many.push_back({"t" + std::to_string(i), {1}});
    write(path, many);
    CHECK(refusal<Small>(path).find("'t59'") != std::string::npos);

    CHECK(refusal<Small>(path, {.names = {{"1", "x"}}})
              .starts_with("names: expected places of layers with "
                           "parameters, got '1'; "));
    CHECK(refusal<Small>(path, {.names = {{"0", "x"}, {"2", "x"}}})
              .starts_with("names: expected each once, got 'x.weight' twice; "));

    const std::vector<double> large(4, 1e300), zeros(12);
    const std::vector<io::safetensors::Tensor> tensors{
        {"0.weight", "F64", {4, 3}, std::as_bytes(std::span(zeros))},
        {"0.bias", "F64", {4}, std::as_bytes(std::span(large))},
        {"2.weight", "F64", {2, 4}, std::as_bytes(std::span(zeros).first(8))},
        {"2.bias", "F64", {2}, std::as_bytes(std::span(zeros).first(2))}};
    io::safetensors::write(path, tensors);
    CHECK(refusal<Small>(path) == "tensor '0.bias': expected numbers that are F32, got 4 that are larger");
}

TEST_CASE("PyTorch: a file is never taken for one of another convention") {
    const TemporaryDirectory directory;
    const Model<Small> model({.seed = 1});
    Model<Small> other;
    io::save(directory / "burin", model);
    io::save(directory / "pt", model, io::PyTorch{});
    CHECK(refusal<Small>(directory / "burin") ==
          "expected a state dict of PyTorch, got a file of Burin's: load(path, model) reads it");
    const std::string ways = "load(path, model, io::PyTorch{}) reads names and layouts of PyTorch "
                             "(burin/io/pytorch.hpp), load(path, "
                             "model, io::Burin{}) those of Burin";
    CHECK(error_of([&] { io::load(directory / "pt", other); }) ==
          directory / "pt" + ": expected a file of Burin's, got one that says 'format' 'pt': " + ways);
    CHECK(error_of([&] { io::load(directory / "pt", other, io::Part{{"0.*"}}); }).ends_with(ways));
    write(directory / "keras", {}, {{"format", "keras"}});
    CHECK(refusal<Small>(directory / "keras") ==
          "expected a state dict of PyTorch, 'format' 'pt' or none, got 'keras'");
}

TEST_CASE("PyTorch: pickles and other formats are told from safetensors, and not read") {
    using namespace std::string_literals;
    const TemporaryDirectory directory;
    const std::string path = directory / "model.pt";
    const std::string zip = "PK\x03\x04" + std::string(22, '\0');
    for (const std::string& bytes :
         {zip + "\x10\0\0\0archive/data.pklFB"s, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9"s, "\x80\x04\x95"s}) {
        write_bytes(path, bytes);
        CHECK(refusal<Small>(path).starts_with(
            "expected safetensors, got a pickle of torch.save, which runs what is "
            "in it when it is read; write it anew in Python: safetensors."));
    }
    Model<Small> model;
    CHECK(error_of([&] { io::load(path, model); }).find("pickle") != std::string::npos);
    write_bytes(path, "\x89HDF\r\n\x1a\n0123");
    CHECK(refusal<Small>(path).starts_with("expected safetensors, got HDF5"));
    write_bytes(path, zip + "\x0d\0\0\0metadata.json{}"s);
    CHECK(refusal<Small>(path).starts_with("expected safetensors, got a file of Keras"));
    // A header of 640 bytes begins like a pickle.
    std::string length = "\x80\x02\0\0\0\0\0\0{}"s;
    write_bytes(path, length + std::string(638, ' '));
    CHECK(refusal<Small>(path).starts_with("missing tensor '0.weight'"));
    // Sizes of 2^63, ranges one over the other, and a cut file.
    for (const std::string& entry :
         {R"("shape":[9223372036854775808,2],"data_offsets":[0,16])"s,
          R"("shape":[4],"data_offsets":[9223372036854775808,9223372036854775824])"s,
          R"("shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[4],)"
          R"("data_offsets":[8,24])"s}) {
        std::string header = R"({"a":{"dtype":"F32",)" + entry + "}}";
        header.resize(200, ' ');
        write_bytes(path, "\xc8\0\0\0\0\0\0\0"s + header + std::string(24, '\0'));
        CHECK(refusal<Small>(path).starts_with("tensor '"));
    }
    const std::string whole = bytes_of(reference);
    for (std::size_t size = 0; size < whole.size(); size += 997) {
        write_bytes(path, whole.substr(0, size));
        refusal<Small>(path, {.prefix = "float16."});
    }
}

TEST_CASE("PyTorch: what has no counterpart is told") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] {
              io::save(directory / "f",
                       Model<Sequential<Input<3, 4>, MultiHeadAttention<2, KeyDim<3>>>>({.seed = 1}),
                       io::PyTorch{});
          }).ends_with("PyTorch's MultiheadAttention has no heads of another width"));
    CHECK(error_of([&] {
              io::save(directory / "f",
                       Model<Sequential<Input<3, 4>, MultiHeadAttention<2, KeyValueHeads<1>>>>({.seed = 1}),
                       io::PyTorch{});
          }).ends_with("PyTorch's MultiheadAttention has as many heads of keys as of queries"));
    using Apart = Sequential<Input<2, 2, 3>, Conv2D<2, 1>, Flatten, Slice<0, 3>, Dense<2>>;
    CHECK(error_of([&] {
              io::save(directory / "f", Model<Apart>({.seed = 1}), io::PyTorch{});
          }).ends_with("it takes features apart whose order is another channel by channel"));
    io::save(directory / "f", Model<Apart>({.seed = 1}), io::PyTorch{.channels_first = false});
    CHECK(directory.names() == std::vector<std::string>{"f"});
}
