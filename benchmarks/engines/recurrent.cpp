// Burin's streaming works of recurrent layers: see works.hpp.

#include "burin.hpp"
#include "streamed.hpp"

#include <cstddef>
#include <string>

namespace {

using namespace burin;

peers::Variants prepare(const peers::Request& request) {
    const bool in_blocks = engines::is_in_blocks(request);
    const std::string work = engines::base_of(request);
    if (work == "lstm")
        return engines::with_lstm_units(request.sizes, [&]<std::size_t Units>(peers::Sizes<Units>) {
            return engines::streamed<engines::StreamedLSTM<Units>>(in_blocks);
        });
    if (work == "gru")
        return engines::with_gru_units(request.sizes, [&]<std::size_t Units>(peers::Sizes<Units>) {
            return engines::streamed<engines::StreamedGRU<Units>>(in_blocks);
        });
    return {};
}

} // namespace

int main() {
    return engines::serve(prepare);
}
