#include "burin/io/nam_file.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes(reinterpret_cast<const char*>(data), size);
    for (const double wish : {0.0, 1.0}) {
        std::optional<burin::io::NamFile> file;
        const std::size_t peak = memory::peak_of(
            [&] { file = parsed([&] { return burin::io::parse_nam(bytes, "input", {.size = wish}); }); });
        // Weights take 4 bytes for 2 of the text, and as much again while they grow; a value of the tree some 100.
        expect(peak <= 100 * bytes.size() + 20'000);
        if (!file)
            continue;
        expect(file->weights.size() == file->weight_count());
        for (const float weight : file->weights)
            expect(std::isfinite(weight));
        expect(file->warm_up() > 0 && file->sample_rate >= 1);
    }
    return 0;
}
