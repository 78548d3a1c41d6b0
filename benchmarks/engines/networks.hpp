#pragma once

#include "works.hpp"

#include <burin/embedded.hpp>

#include <cstddef>
#include <string>
#include <type_traits>

/// The networks of the works, in Burin.
namespace engines {

using namespace burin;

template <std::size_t Units>
using StreamedLSTM = Sequential<Input<64, 1>, LSTM<Units, ReturnSequences>, TimeDistributed<Dense<1>>>;
template <std::size_t Units>
using StreamedGRU = Sequential<Input<64, 1>, GRU<Units, ReturnSequences>, TimeDistributed<Dense<1>>>;

template <class Activation, std::size_t Channels, std::size_t Kernel, std::size_t... Dilations>
using StreamedConvolutions =
    Sequential<Input<64, 1>, Sequential<Conv1D<Channels, Kernel, Causal, Dilation<Dilations>>, Activation>...,
               TimeDistributed<Dense<1>>>;

namespace detail {
template <class Activation, class Net, std::size_t... Widths>
struct MLP;
template <class Activation, class... Layers, std::size_t Last>
struct MLP<Activation, Sequential<Layers...>, Last> {
    using type = Sequential<Layers..., Dense<Last>>;
};
template <class Activation, class... Layers, std::size_t Next, std::size_t... Widths>
    requires(sizeof...(Widths) > 0)
struct MLP<Activation, Sequential<Layers...>, Next, Widths...>
    : MLP<Activation, Sequential<Layers..., Dense<Next>, Activation>, Widths...> {};
} // namespace detail

/// An activation between the layers.
template <class Activation, std::size_t First, std::size_t... Widths>
using MLP = typename detail::MLP<Activation, Sequential<Input<First>>, Widths...>::type;

/// LeNet-5 with ReLU and maximum pooling.
using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

/// The networks of MLPerf Tiny (https://github.com/mlcommons/tiny, benchmark/training) as they are deployed:
/// normalization is in the weights. Without the softmax at the end.
template <std::size_t Filters, class... Options>
using Separable = Sequential<DepthwiseConv2D<3, Same, Options...>, ReLU, Conv2D<Filters, 1>, ReLU>;
using DSCNN =
    Sequential<Input<49, 10, 1>, Conv2D<64, Shape{10, 4}, Same, Stride<2>>, ReLU, Separable<64>,
               Separable<64>, Separable<64>, Separable<64>, AveragePool2D<Shape{25, 5}>, Flatten, Dense<12>>;
using MobileNet =
    Sequential<Input<96, 96, 3>, Conv2D<8, 3, Same, Stride<2>>, ReLU, Separable<16>, Separable<32, Stride<2>>,
               Separable<32>, Separable<64, Stride<2>>, Separable<64>, Separable<128, Stride<2>>,
               Separable<128>, Separable<128>, Separable<128>, Separable<128>, Separable<128>,
               Separable<256, Stride<2>>, Separable<256>, AveragePool2D<3>, Flatten, Dense<2>>;
template <std::size_t Filters>
using Halving =
    Sequential<Parallel<Add, Sequential<Conv2D<Filters, 3, Same, Stride<2>>, ReLU, Conv2D<Filters, 3, Same>>,
                        Conv2D<Filters, 1, Stride<2>>>,
               ReLU>;
using ResNet8 = Sequential<Input<32, 32, 3>, Conv2D<16, 3, Same>, ReLU,
                           Residual<Conv2D<16, 3, Same>, ReLU, Conv2D<16, 3, Same>>, ReLU, Halving<32>,
                           Halving<64>, AveragePool2D<8>, Flatten, Dense<10>>;
using Autoencoder = MLP<ReLU, 640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640>;

/// 28 rows of 28 pixels.
using RowLSTM = Sequential<Input<28, 28>, LSTM<128>, Dense<10>>;

using Transformer = Sequential<Input<32, 64>, TransformerEncoderBlock<4, 256>,
                               TransformerEncoderBlock<4, 256>, GlobalAveragePool1D, Dense<10>>;

/// Batches of inference, and of training, in which `_train` stands behind the networks' names.
struct Inferred {
    static constexpr const char* suffix = "";
    template <class Function>
    static peers::Variants with_batch(const peers::Request& request, Function function) {
        return peers::with_sizes(request.sizes, function, Sizes<1>{}, Sizes<32>{});
    }
};
struct Trained {
    static constexpr const char* suffix = "_train";
    template <class Function>
    static peers::Variants with_batch(const peers::Request& request, Function function) {
        return peers::with_sizes(request.sizes, function, Sizes<32>{});
    }
};

/// Calls `function.operator()<Net, Batch>()` if `name` is asked for.
template <class Net, class Use, class Function>
void add(peers::Variants& to, const peers::Request& request, const char* name, Function function) {
    if (request.work == name + std::string(Use::suffix))
        to = Use::with_batch(request, [&]<std::size_t Batch>(Sizes<Batch>) {
            return function.template operator()<Net, Batch>();
        });
}

/// The networks of one program, and those of two others: each compiles in a minute at most.
template <class Use, class Function>
peers::Variants with_network(const peers::Request& request, Function function) {
    peers::Variants found;
    add<MLP<ReLU, 784, 128, 10>, Use>(found, request, "mlp", function);
    add<LeNet, Use>(found, request, "lenet", function);
    add<Autoencoder, Use>(found, request, "autoencoder", function);
    return found;
}
template <class Use, class Function>
peers::Variants with_convolutional_network(const peers::Request& request, Function function) {
    peers::Variants found;
    if constexpr (std::is_same_v<Use, Inferred>) {
        add<DSCNN, Use>(found, request, "ds_cnn", function);
        add<MobileNet, Use>(found, request, "mobilenet", function);
    }
    add<ResNet8, Use>(found, request, "resnet8", function);
    return found;
}
template <class Use, class Function>
peers::Variants with_sequence_network(const peers::Request& request, Function function) {
    peers::Variants found;
    add<RowLSTM, Use>(found, request, "lstm128", function);
    add<Transformer, Use>(found, request, "transformer", function);
    return found;
}

} // namespace engines
