// Burin's training steps of convolutional networks: see works.hpp.

#include "networks.hpp"
#include "training.hpp"

namespace {

peers::Variants prepare(const peers::Request& request) {
    return engines::with_convolutional_network<engines::Trained>(request, engines::Training{});
}

} // namespace

int main() {
    return engines::serve(prepare);
}
