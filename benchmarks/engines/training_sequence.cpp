// Burin's training steps of networks for sequences: see works.hpp.

#include "networks.hpp"
#include "training.hpp"

namespace {

peers::Variants prepare(const peers::Request& request) {
    return engines::with_sequence_network<engines::Trained>(request, engines::Training{});
}

} // namespace

int main() {
    return engines::serve(prepare);
}
