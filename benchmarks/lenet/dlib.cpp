// dlib's: see `step.hpp`. Its convolutions multiply matrices by OpenBLAS.

#include "step.hpp"

#include <dlib/dnn.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace dlib;

template <long Filters, long Padding, class Below>
using convolution = add_layer<con_<Filters, 5, 5, 1, 1, Padding, Padding>, Below>;
template <class Below>
using halved = max_pool<2, 2, 2, 2, relu<Below>>;
using LeNet = loss_multiclass_log<
    fc<10,
       relu<fc<84,
               relu<fc<120, halved<convolution<16, 0, halved<convolution<6, 2, input<matrix<float>>>>>>>>>>>>;

int main() {
    LeNet net;
    std::vector<adam> solvers(net.num_layers, adam(0, 0.9f, 0.999f));
    const std::vector<matrix<float>> samples(lenet::batch, zeros_matrix<float>(28, 28));
    resizable_tensor tensor;
    net.to_tensor(samples.begin(), samples.end(), tensor);
    std::vector<unsigned long> targets(lenet::batch);
    lenet::report([&](const std::vector<float>& images, const std::vector<std::uint32_t>& labels) {
        std::copy_n(images.data(), images.size(), tensor.host_write_only());
        std::copy(labels.begin(), labels.end(), targets.begin());
        const double loss = net.compute_parameter_gradients(tensor, targets.begin());
        net.update_parameters(solvers, 1e-3);
        return loss;
    });
}
