// The streaming works in RTNeural (https://github.com/jatinchowdhury18/RTNeural): ModelT, whose layers are
// known to the compiler. benchmarks/engines/run compiles this where it is told that RTNeural is.

#include <RTNeural/RTNeural.h>

#include "works.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using Matrix = std::vector<std::vector<float>>;

Matrix rows_of(const std::vector<float>& all, std::size_t columns) {
    Matrix rows;
    for (auto row = all.begin(); row != all.end(); row += static_cast<std::ptrdiff_t>(columns))
        rows.emplace_back(row, row + static_cast<std::ptrdiff_t>(columns));
    return rows;
}

template <class Layer>
void set_dense(Layer& layer, engines::Weights& weights) {
    const std::size_t inputs = Layer::in_size, outputs = Layer::out_size;
    const Matrix given = rows_of(weights.next({inputs, outputs}), outputs);
    Matrix matrix(outputs, std::vector<float>(inputs));
    for (std::size_t i = 0; i < inputs; ++i)
        for (std::size_t o = 0; o < outputs; ++o)
            matrix[o][i] = given[i][o];
    layer.setWeights(matrix);
    layer.setBias(weights.next({outputs}).data());
}

template <class Layer>
void set_lstm(Layer& layer, engines::Weights& weights) {
    const std::size_t columns = 4 * Layer::out_size;
    layer.setWVals(rows_of(weights.next({Layer::in_size, columns}), columns));
    layer.setUVals(rows_of(weights.next({Layer::out_size, columns}), columns));
    layer.setBVals(weights.next({columns}));
}

/// Its gates are z, r, n; those of the weights r, z, n.
template <class Layer>
void set_gru(Layer& layer, engines::Weights& weights) {
    const std::size_t units = Layer::out_size, columns = 3 * units;
    const auto next = [&](std::vector<std::size_t> shape) {
        Matrix rows = rows_of(weights.next(shape), columns);
        for (auto& row : rows)
            std::swap_ranges(row.begin(), row.begin() + units, row.begin() + units);
        return rows;
    };
    layer.setWVals(next({Layer::in_size, columns}));
    layer.setUVals(next({units, columns}));
    Matrix biases = next({columns});
    biases.push_back(next({columns})[0]);
    layer.setBVals(biases);
}

/// Its first tap is the newest input, that of the weights the oldest.
template <std::size_t Kernel, class Layer>
void set_convolution(Layer& layer, engines::Weights& weights) {
    const std::size_t inputs = Layer::in_size, outputs = Layer::out_size;
    const auto given = weights.next({Kernel, inputs, outputs});
    std::vector<Matrix> kernels(outputs, Matrix(inputs, std::vector<float>(Kernel)));
    for (std::size_t k = 0; k < Kernel; ++k)
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o)
                kernels[o][i][Kernel - 1 - k] = given[(k * inputs + i) * outputs + o];
    layer.setWeights(kernels);
    layer.setBias(weights.next({outputs}));
}

template <class Model>
peers::Variants streamed(std::shared_ptr<Model> model, bool in_blocks) {
    const auto reset = [model] { model->reset(); };
    if (!in_blocks)
        return {engines::step_variant(
            "ModelT", [model, m = model.get()](const float* input) { return m->forward(input); }, reset)};
    return {engines::block_variant<engines::block>(
        "ModelT",
        [model](const float* inputs, float* outputs) {
            for (std::size_t i = 0; i < engines::block; ++i)
                outputs[i] = model->forward(inputs + i);
        },
        reset)};
}

template <class... Layers>
struct List {
    template <class... More>
    using And = List<Layers..., More...>;
    template <int Outputs>
    using Model = RTNeural::ModelT<float, 1, Outputs, Layers...>;
};

template <class So, template <int> class Activation, int Inputs, int Channels, int Kernel, int... Dilations>
struct Stack : std::type_identity<So> {};
template <class So, template <int> class Activation, int Inputs, int Channels, int Kernel, int Next,
          int... Others>
struct Stack<So, Activation, Inputs, Channels, Kernel, Next, Others...>
    : Stack<typename So::template And<RTNeural::Conv1DT<float, Inputs, Channels, Kernel, Next>,
                                      typename Activation<Channels>::type>,
            Activation, Channels, Channels, Kernel, Others...> {};

template <int Size>
struct ReLU : std::type_identity<RTNeural::ReLuActivationT<float, Size>> {};
template <int Size>
struct Tanh : std::type_identity<RTNeural::TanhActivationT<float, Size>> {};

template <template <int> class Activation>
peers::Variants convolutions(const peers::Request& request, bool in_blocks) {
    return engines::with_convolutions(
        request.sizes, [&]<std::size_t Channels, std::size_t Kernel, std::size_t... Dilations>(
                           peers::Sizes<Channels, Kernel, Dilations...>) {
            using Model =
                typename Stack<List<>, Activation, 1, int(Channels), int(Kernel), int(Dilations)...>::type::
                    template And<RTNeural::DenseT<float, int(Channels), 1>>::template Model<1>;
            auto model = std::make_shared<Model>();
            engines::Weights weights;
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (set_convolution<Kernel>(model->template get<2 * I>(), weights), ...);
            }(std::make_index_sequence<sizeof...(Dilations)>{});
            set_dense(model->template get<2 * sizeof...(Dilations)>(), weights);
            return streamed(model, in_blocks);
        });
}

template <std::size_t First, std::size_t Next, std::size_t... Others>
auto mlp_layers() {
    using Dense = RTNeural::DenseT<float, int(First), int(Next)>;
    if constexpr (sizeof...(Others) == 0)
        return List<Dense>{};
    else
        return []<class... More>(List<More...>) {
            return List<Dense, RTNeural::TanhActivationT<float, int(Next)>, More...>{};
        }(mlp_layers<Next, Others...>());
}

template <int First, int Last, class... Layers>
auto mlp_model(List<Layers...>) {
    return std::make_shared<RTNeural::ModelT<float, First, Last, Layers...>>();
}

peers::Variants mlp(const peers::Request& request) {
    return engines::with_mlp_widths(
        request.sizes,
        []<std::size_t First, std::size_t... Widths>(peers::Sizes<First, Widths...>) -> peers::Variants {
            constexpr std::size_t layers = sizeof...(Widths), last = std::array{Widths...}[layers - 1];
            const auto model = mlp_model<int(First), int(last)>(mlp_layers<First, Widths...>());
            engines::Weights weights;
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (set_dense(model->template get<2 * int(I)>(), weights), ...);
            }(std::make_index_sequence<layers>{});
            const engines::Samples samples(First);
            // It reads whole vectors.
            constexpr std::size_t padded = (First + 15) / 16 * 16;
            const auto inputs = std::make_shared<peers::Memory<float>>(padded * engines::Samples::count);
            for (std::size_t i = 0; i < engines::Samples::count; ++i)
                std::copy_n(samples.values.data() + i * First, First, inputs->data() + i * padded);
            return {engines::sample_variant<1, last>("ModelT", [model, inputs](std::size_t sample) {
                model->forward(inputs->data() + sample * padded);
                return model->getOutputs();
            })};
        });
}

peers::Variants prepare(const peers::Request& request) {
    const bool in_blocks = request.work.ends_with("_block");
    const std::string work = request.work.substr(0, request.work.rfind("_block"));
    if (work == "lstm")
        return engines::with_lstm_units(request.sizes, [&]<std::size_t Units>(peers::Sizes<Units>) {
            constexpr int units = Units;
            auto model = std::make_shared<RTNeural::ModelT<float, 1, 1, RTNeural::LSTMLayerT<float, 1, units>,
                                                           RTNeural::DenseT<float, units, 1>>>();
            engines::Weights weights;
            set_lstm(model->template get<0>(), weights);
            set_dense(model->template get<1>(), weights);
            return streamed(model, in_blocks);
        });
    if (work == "gru")
        return engines::with_gru_units(request.sizes, [&]<std::size_t Units>(peers::Sizes<Units>) {
            constexpr int units = Units;
            auto model = std::make_shared<RTNeural::ModelT<float, 1, 1, RTNeural::GRULayerT<float, 1, units>,
                                                           RTNeural::DenseT<float, units, 1>>>();
            engines::Weights weights;
            set_gru(model->template get<0>(), weights);
            set_dense(model->template get<1>(), weights);
            return streamed(model, in_blocks);
        });
    if (work == "conv_relu")
        return convolutions<ReLU>(request, in_blocks);
    if (work == "conv_tanh")
        return convolutions<Tanh>(request, in_blocks);
    return work == "mlp_tanh" ? mlp(request) : peers::Variants{};
}

} // namespace

int main() {
    return peers::serve("RTNeural (" PEER_SETTINGS ")", prepare);
}
