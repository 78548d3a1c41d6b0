// Burin's training steps of dense networks and LeNet-5: see works.hpp.

#include "training.hpp"
#include "networks.hpp"

namespace {

peers::Variants prepare(const peers::Request& request) {
    return engines::with_network<engines::Trained>(request, engines::Training{});
}

} // namespace

int main() {
    return engines::serve(prepare);
}
