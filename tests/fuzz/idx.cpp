#include "burin/data/idx.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace {

template <class Element>
void check(std::span<const char> bytes) {
    std::optional<burin::data::idx::Array<Element>> array;
    const std::size_t peak = memory::peak_of(
        [&] { array = parsed([&] { return burin::data::idx::parse<Element>(bytes, "input"); }); });
    // The piece that is read, the values, and extents of 8 bytes for 4.
    expect(peak <= (1 + sizeof(Element) + 6) * bytes.size() + 10'000);
    if (!array)
        return;
    for (const Element value : array->values)
        expect(std::isfinite(static_cast<double>(value)));
    std::size_t count = 1;
    for (std::size_t extent : array->extents)
        count *= extent;
    expect(array->values.size() == count);
    const std::size_t header = 4 + 4 * array->extents.size();
    expect(count <= bytes.size() - header);
    if (bytes[2] == 0x08)
        expect(std::equal(
            array->values.begin(), array->values.end(), bytes.begin() + static_cast<std::ptrdiff_t>(header),
            bytes.end(), [](Element value, char byte) { return value == static_cast<unsigned char>(byte); }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes(reinterpret_cast<const char*>(data), size);
    check<std::uint8_t>(bytes);
    check<std::uint32_t>(bytes);
    check<float>(bytes);
    check<double>(bytes);
    return 0;
}
