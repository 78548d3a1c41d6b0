#include "burin/io/pytorch.hpp"

#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/reshape.hpp"
#include "fuzz/parse.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace burin;

namespace {

using Net = Sequential<Input<4, 2>, Conv1D<2, 2>, BatchNorm<>, Bidirectional<LSTM<1, ReturnSequences>>,
                       MultiHeadAttention<1>, Flatten, Dense<2>>;

} // namespace

/// A state dict is read whole or not at all, by names and by order, and a message says why, of which nothing
/// is longer than the file has cause for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TemporaryDirectory directory;
    static const std::string path = directory / "f";
    write_bytes(path, std::string_view(reinterpret_cast<const char*>(data), size));
    for (const io::By by : {io::By::name, io::By::order}) {
        Model<Net> model({.seed = 1});
        const auto before = model.parameters().values;
        try {
            io::load(path, model, io::PyTorch{.by = by});
            io::save(path, model, io::PyTorch{});
            Model<Net> again;
            io::load(path, again, io::PyTorch{});
            write_bytes(path, std::string_view(reinterpret_cast<const char*>(data), size));
        } catch (const Error& error) {
            const std::string_view message = error.what();
            expect(message.starts_with(path + ":"));
            expect(message.size() <= path.size() + 8192 + 16 * size);
            expect(std::none_of(message.begin(), message.end(), [](char character) {
                return static_cast<unsigned char>(character) < 0x20 || character == 0x7F;
            }));
            expect(model.parameters().values == before);
        }
    }
    return 0;
}
