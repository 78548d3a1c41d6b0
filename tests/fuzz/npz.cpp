#include "burin/data/npz.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Archives are read, and every array of them got.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t limit = 100'000;
    const auto open = [&](std::vector<char> bytes) {
        return parsed(
            [&] { return burin::data::npz::Archive(std::move(bytes), "input", {.max_bytes = limit}); });
    };
    const std::vector<char> bytes(data, data + size);
    // The names, their members, and how both grow; an entry has 46 bytes at least.
    expect(memory::peak_of([&] { open(bytes); }) <= 8 * size + 10'000);
    const auto archive = open(bytes);
    if (!archive)
        return 0;
    for (const std::string& name : archive->names()) {
        // What is unpacked, its values, zlib's own.
        const std::size_t peak = memory::peak_of([&] {
            parsed([&] {
                archive->get<float>(name);
                return true;
            });
        });
        expect(peak <= 12 * limit + 100'000);
    }
    return 0;
}
