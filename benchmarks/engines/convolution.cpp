// Burin's streaming works of convolutions and MLPs: see works.hpp.

#include "burin.hpp"
#include "inference.hpp"
#include "streamed.hpp"

#include <cstddef>
#include <string>

namespace {

using namespace burin;

template <class Activation>
peers::Variants convolutions(const peers::Request& request, bool in_blocks) {
    return engines::with_convolutions(request.sizes, [&]<std::size_t Channels, std::size_t Kernel,
                                                         std::size_t... Dilations>(
                                                         peers::Sizes<Channels, Kernel, Dilations...>) {
        return engines::streamed<engines::StreamedConvolutions<Activation, Channels, Kernel, Dilations...>>(
            in_blocks);
    });
}

peers::Variants prepare(const peers::Request& request) {
    const bool in_blocks = engines::is_in_blocks(request);
    const std::string work = engines::base_of(request);
    if (work == "conv_relu")
        return convolutions<ReLU>(request, in_blocks);
    if (work == "conv_tanh")
        return convolutions<Tanh>(request, in_blocks);
    if (work == "mlp_tanh")
        return engines::with_mlp_widths(
            request.sizes,
            []<std::size_t First, std::size_t... Widths>(peers::Sizes<First, Widths...>) -> peers::Variants {
                return engines::inference<engines::MLP<Tanh, First, Widths...>, 1>();
            });
    return {};
}

} // namespace

int main() {
    return engines::serve(prepare);
}
