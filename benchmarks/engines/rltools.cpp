// Training steps of dense networks in RLtools (https://github.com/rl-tools/rl-tools), its products by
// OpenBLAS. benchmarks/engines/run compiles this where it is told that RLtools is.

#include <rl_tools/operations/cpu_mux.h>

#include <rl_tools/nn/optimizers/adam/instance/operations_generic.h>

#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn_models/models.h>
#include <rl_tools/nn_models/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>

#include <rl_tools/nn/loss_functions/categorical_cross_entropy/operations_generic.h>
#include <rl_tools/nn/loss_functions/mse/operations_generic.h>
#include <rl_tools/nn/optimizers/adam/operations_generic.h>

#include "works.hpp"

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

namespace {

namespace rlt = rl_tools;

using Policy = rlt::numeric_types::Policy<float>;
using Device = rlt::devices::DEVICE_FACTORY<rlt::devices::DefaultCPUSpecification>;
using Index = Device::index_t;
using Adam = rlt::nn::optimizers::Adam<rlt::nn::optimizers::adam::Specification<
    Policy, Index, rlt::nn::optimizers::adam::DEFAULT_PARAMETERS_PYTORCH<Policy>>>;
template <Index Rows, Index Columns, class Value = float>
using Matrix = rlt::Matrix<rlt::matrix::Specification<Value, Index, Rows, Columns>>;

constexpr Index samples = 256;

template <Index Units, bool IsLast>
using Dense = rlt::nn::layers::dense::BindConfiguration<
    rlt::nn::layers::dense::Configuration<Policy, Index, Units,
                                          IsLast ? rlt::nn::activation_functions::ActivationFunction::IDENTITY
                                                 : rlt::nn::activation_functions::ActivationFunction::RELU>>;

template <Index Units, Index... Others>
struct Chain {
    using type = rlt::nn_models::sequential::Module<Dense<Units, false>, typename Chain<Others...>::type>;
};
template <Index Units>
struct Chain<Units> {
    using type = rlt::nn_models::sequential::Module<Dense<Units, true>>;
};

template <class Module>
void set_weights(Device& device, Module& module, engines::Weights& weights) {
    auto& layer = module.content;
    auto& matrix = layer.weights.parameters;
    constexpr Index outputs = std::decay_t<decltype(layer)>::OUTPUT_DIM;
    constexpr Index inputs = std::decay_t<decltype(layer)>::INPUT_DIM;
    const auto given = weights.next({inputs, outputs}), bias = weights.next({outputs});
    for (Index o = 0; o < outputs; ++o) {
        for (Index i = 0; i < inputs; ++i)
            rlt::set(device, matrix, given[i * outputs + o], o, i);
        rlt::set(device, layer.biases.parameters, bias[o], o);
    }
    if constexpr (!std::is_same_v<std::decay_t<decltype(module.next_module)>,
                                  rlt::nn_models::sequential::OutputModule>)
        set_weights(device, module.next_module, weights);
}

template <Index Batch, bool IsAutoencoder, Index Inputs, Index... Units>
struct Lesson {
    static constexpr Index outputs = (Units, ...);
    using Network =
        rlt::nn_models::sequential::Build<rlt::nn::capability::Gradient<rlt::nn::parameters::Adam, Batch>,
                                          typename Chain<Units...>::type,
                                          rlt::tensor::Shape<Index, 1, Batch, Inputs>>;

    Device device;
    Device::SPEC::RANDOM::ENGINE<> random;
    Adam optimizer;
    Network network;
    typename Network::template Buffer<Batch> buffers;
    Matrix<samples, Inputs> inputs;
    Matrix<samples, 1, Index> labels;
    Matrix<Batch, outputs> gradient;
    Matrix<Batch, Inputs> input_gradient;
    Index at = 0;

    Lesson() {
        rlt::malloc(device, random);
        rlt::init(device, random, 1);
        rlt::malloc(device, optimizer);
        rlt::malloc(device, network);
        rlt::malloc(device, buffers);
        rlt::malloc(device, inputs);
        rlt::malloc(device, labels);
        rlt::malloc(device, gradient);
        rlt::malloc(device, input_gradient);
        rlt::init(device, optimizer);
        rlt::init_weights(device, network, random);
        rlt::reset_optimizer_state(device, optimizer, network);
        engines::Weights weights;
        set_weights(device, network, weights);
        const auto x = peers::numbers<float>(7, samples * Inputs);
        const auto targets = peers::labels(samples, outputs);
        for (Index i = 0; i < samples; ++i) {
            for (Index j = 0; j < Inputs; ++j)
                rlt::set(inputs, i, j, x[i * Inputs + j]);
            rlt::set(labels, i, 0, targets[i]);
        }
    }

    float step() {
        auto x = rlt::view(device, inputs, rlt::matrix::ViewSpec<Batch, Inputs>{}, at, 0);
        auto targets = rlt::view(device, labels, rlt::matrix::ViewSpec<Batch, 1>{}, at, 0);
        at = (at + Batch) % samples;
        auto x_steps = rlt::unsqueeze(device, rlt::to_tensor(device, x));
        rlt::zero_gradient(device, network);
        rlt::forward(device, network, x_steps, buffers, random);
        auto output = rlt::output(device, network);
        auto y = rlt::matrix_view(device, output);
        float loss;
        if constexpr (IsAutoencoder) {
            rlt::nn::loss_functions::mse::gradient(device, y, x, gradient, 1.0f);
            loss = rlt::nn::loss_functions::mse::evaluate(device, y, x, 1.0f);
        } else {
            rlt::nn::loss_functions::categorical_cross_entropy::gradient(device, y, targets, gradient, 1.0f);
            loss = rlt::nn::loss_functions::categorical_cross_entropy::evaluate(device, y, targets, 1.0f);
        }
        auto d_output = rlt::unsqueeze(device, rlt::to_tensor(device, gradient));
        rlt::backward(device, network, x_steps, d_output, buffers);
        rlt::step(device, optimizer, network);
        return loss;
    }
};

template <class Lesson>
peers::Variants training() {
    const auto lesson = std::make_shared<Lesson>();
    return {{"", peers::repeat([lesson] { lesson->step(); }), [lesson] {
                 std::vector<double> losses;
                 for (int i = 0; i < 4; ++i)
                     losses.push_back(static_cast<double>(lesson->step()));
                 return losses;
             }}};
}

peers::Variants prepare(const peers::Request& request) {
    if (request.is("mlp_train") && request.sizes == std::vector<std::size_t>{32})
        return training<Lesson<32, false, 784, 128, 10>>();
    if (request.is("autoencoder_train") && request.sizes == std::vector<std::size_t>{32})
        return training<Lesson<32, true, 640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640>>();
    return {};
}

} // namespace

int main() {
    return peers::serve("RLtools (" PEER_SETTINGS ")", prepare);
}
