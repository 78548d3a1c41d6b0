#include "burin/data/cifar.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using burin::data::Cifar;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const Cifar kind : {Cifar::ten, Cifar::hundred, Cifar::hundred_coarse}) {
        std::optional<burin::data::Dataset<>> set;
        // Values of 4 bytes for 1, twice where they are moved to a larger place, and a row number a sample.
        expect(memory::peak_of([&] {
                   set = parsed([&] { return burin::data::parse_cifar(bytes, "input", kind); });
               }) <= 13 * size + 60'000);
        if (!set)
            continue;
        expect(set->size() * burin::data::cifar_format(kind).record_bytes == size);
        for (const float value : set->input(set->size() - 1))
            expect(value >= 0 && value <= 1);
    }
    return 0;
}
