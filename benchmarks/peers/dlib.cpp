// dlib's dnn: whole networks only. Samples are copied into its tensors, as its trainer does.

#include "works.hpp"

#include <dlib/dnn.h>
#include <dlib/revision.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

namespace {

using Input = dlib::input<dlib::matrix<float>>;

/// The tensors of a network from its input on; a layer's weights and biases are one tensor, as in Burin.
template <class Net>
void set_parameters(Net& net, const float* values) {
    std::vector<dlib::tensor*> tensors;
    dlib::visit_layer_parameters(net, [&](std::size_t, dlib::tensor& each) {
        if (each.size() > 0)
            tensors.push_back(&each);
    });
    for (auto each = tensors.rbegin(); each != tensors.rend(); ++each) {
        std::copy_n(values, (*each)->size(), (*each)->host());
        values += (*each)->size();
    }
}

/// A tensor for one sample, made by the network's input layer, which must have made one before it computes.
template <class Net>
dlib::resizable_tensor zeros(Net& net, std::size_t size) {
    const dlib::matrix<float> sample = dlib::zeros_matrix<float>(static_cast<long>(size), 1);
    dlib::resizable_tensor tensor;
    net.to_tensor(&sample, &sample + 1, tensor);
    return tensor;
}

peers::Variants training(const peers::Request& request) {
    using Net = dlib::loss_multiclass_log<dlib::fc<10, dlib::relu<dlib::fc<128, Input>>>>;
    struct State {
        Net net;
        std::vector<dlib::adam> solvers = std::vector<dlib::adam>(5, dlib::adam(0, 0.9f, 0.999f));
        dlib::resizable_tensor samples;
        std::vector<unsigned long> labels;
    };
    const auto training = std::make_shared<peers::Training>(request);
    const auto state = std::make_shared<State>();
    const auto batch = static_cast<long long>(training->batch);
    state->samples = zeros<Net>(state->net, training->pixels);
    state->samples.set_size(batch, 1, static_cast<long long>(training->pixels), 1);
    state->samples = 0;
    state->labels.resize(training->batch);
    state->net.subnet().forward(state->samples); // Makes the parameters.
    set_parameters(state->net, training->parameters.data());
    return {peers::training_variant("", training, [state](const float* images, const std::uint32_t* labels) {
        std::copy_n(images, state->samples.size(), state->samples.host_write_only());
        std::copy_n(labels, state->labels.size(), state->labels.begin());
        const double loss = state->net.compute_parameter_gradients(state->samples, state->labels.begin());
        state->net.update_parameters(state->solvers, 1e-3);
        return loss;
    })};
}

template <class Net>
peers::Variants inference(const peers::Request& request) {
    struct State {
        Net net;
        dlib::resizable_tensor sample;
    };
    const auto problem = std::make_shared<peers::Inference>(request);
    const auto state = std::make_shared<State>();
    state->sample = zeros<Net>(state->net, problem->widths.front());
    state->net.forward(state->sample);
    set_parameters(state->net, problem->parameters.data());
    return {peers::inference_variant("", problem, [state](const float* input) {
        std::copy_n(input, state->sample.size(), state->sample.host_write_only());
        return state->net.forward(state->sample).host();
    })};
}

peers::Variants prepare(const peers::Request& request) {
    using namespace dlib;
    if (request.is("training_step"))
        return training(request);
    const std::string widths = [&] {
        std::string text;
        for (const std::size_t each : request.sizes)
            text += ' ' + std::to_string(each);
        return text;
    }();
    if (request.work + widths == "inference_relu 784 128 10")
        return inference<fc<10, relu<fc<128, Input>>>>(request);
    if (request.work + widths == "inference_relu 32 32 32 1")
        return inference<fc<1, relu<fc<32, relu<fc<32, Input>>>>>>(request);
    if (request.work + widths == "inference_tanh 32 32 32 1")
        return inference<fc<1, htan<fc<32, htan<fc<32, Input>>>>>>(request);
    if (request.work + widths == "inference_relu 8 8 1")
        return inference<fc<1, relu<fc<8, Input>>>>(request);
    if (request.work + widths == "inference_tanh 8 8 1")
        return inference<fc<1, htan<fc<8, Input>>>>(request);
    return {};
}

} // namespace

int main() {
    return peers::serve("dlib " + std::to_string(DLIB_MAJOR_VERSION) + '.' +
                            std::to_string(DLIB_MINOR_VERSION) + ", products by OpenBLAS",
                        prepare);
}
