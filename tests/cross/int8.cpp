// Runs networks of 8-bit integers in both roundings and prints a checksum of what came out. The same source
// runs on the board, with its instructions for 8-bit integers, and, with none, on the computer that compiled
// it: the two must print the same.

#include <burin/embedded.hpp>

#include "board/semihosting.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

using namespace burin;

namespace {

template <class Net, Rounding Way>
std::uint32_t checksum(const Parameters<Net>& parameters, const ActivationRanges<Net>& ranges) {
    constexpr std::size_t size = engine::Network<Net>::input_shapes[0].size();
    static QuantizedNetwork<Net, Way> network;
    static QuantizedPredictor<Net> predictor;
    quantize(parameters, ranges, network);
    std::uint32_t sum = crc32(network);
    for (std::uint32_t sample = 0; sample < 8; ++sample) {
        const RandomStream stream{7, Purpose::user, sample};
        std::array<std::int8_t, size> inputs;
        for (std::size_t i = 0; i < size; ++i)
            inputs[i] = static_cast<std::int8_t>(static_cast<int>(stream.below(256, i)) - 128);
        sum = crc32(predictor(network, inputs), sum);
    }
    return sum;
}

template <class Net>
void run(std::string_view name) {
    static Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, /*seed*/ 3);
    ActivationRanges<Net> ranges;
    for (std::size_t node = 0; node < engine::Network<Net>::size; ++node)
        ranges[node] = {-0.7F - 0.1F * static_cast<float>(node % 3), 0.9F};
    const std::uint32_t sums[] = {checksum<Net, Rounding::once>(parameters, ranges),
                                  checksum<Net, Rounding::twice>(parameters, ranges)};
    Text<160> line(name);
    for (const std::uint32_t sum : sums) {
        line.append(" ");
        for (int shift = 28; shift >= 0; shift -= 4)
            line.append(std::string_view("0123456789abcdef").substr(sum >> shift & 15, 1));
    }
    board::write(line.append(sums[0] != sums[1] ? "\n" : ", the same\n").view());
}

using Products = Sequential<Input<130>, Dense<67>, ReLU, Dense<64>, Dense<51>>;
using Images = Sequential<Input<12, 11, 3>, Conv2D<17, 3, Same, Stride<2>>, ReLU,
                          Residual<DepthwiseConv2D<3, Same>, ReLU, Conv2D<17, 1>>,
                          DepthwiseConv2D<3, DepthMultiplier<2>>, Sigmoid, AveragePool2D<2>,
                          GlobalAveragePool2D, Dense<5>>;
using Shares = Sequential<Input<33>, Dense<6>, Softmax>;

} // namespace

int main() {
    run<Products>("products");
    run<Images>("images");
    run<Shares>("shares");
    return 0;
}
