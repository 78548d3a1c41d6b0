// Burin's inference of dense networks and LeNet-5, with floats: see works.hpp.

#include "inference.hpp"
#include "burin.hpp"
#include "networks.hpp"

namespace {

peers::Variants prepare(const peers::Request& request) {
    return engines::with_network<engines::Inferred>(
        request, []<class Net, std::size_t Batch>() { return engines::inference<Net, Batch>(); });
}

} // namespace

int main() {
    return engines::serve(prepare);
}
