// Burin's inference of dense networks and LeNet-5, with 8-bit integers: see works.hpp.

#include "quantized.hpp"
#include "networks.hpp"

namespace {

peers::Variants prepare(const peers::Request& request) {
    if (request.precision != "int8")
        return {};
    return engines::with_network<engines::Inferred>(
        request, []<class Net, std::size_t Batch>() { return engines::quantized<Net, Batch>(); });
}

} // namespace

int main() {
    return engines::serve(prepare);
}
