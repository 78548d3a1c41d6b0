// Burin's inference of networks for sequences, with floats: see works.hpp.

#include "burin.hpp"
#include "inference.hpp"
#include "networks.hpp"

namespace {

peers::Variants prepare(const peers::Request& request) {
    return engines::with_sequence_network<engines::Inferred>(
        request, []<class Net, std::size_t Batch>() { return engines::inference<Net, Batch>(); });
}

} // namespace

int main() {
    return engines::serve(prepare);
}
