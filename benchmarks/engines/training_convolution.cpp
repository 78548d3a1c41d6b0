// Burin's training steps of convolutional networks: see works.hpp.

#include "networks.hpp"
#include "training.hpp"

#include <cstddef>
#include <type_traits>

namespace {

using namespace burin;

peers::Variants prepare(const peers::Request& request) {
    return engines::with_convolutional_network<engines::Trained>(request, []<class Net, std::size_t Batch>() {
        using Loss = std::conditional_t<std::is_same_v<Net, engines::Autoencoder>, losses::MeanSquaredError,
                                        losses::SparseCategoricalCrossentropy>;
        return engines::training<Net, Loss, Batch>();
    });
}

} // namespace

int main() {
    return engines::serve(prepare);
}
