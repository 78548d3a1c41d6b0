#include "burin/data/npy.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace {

template <class Element>
void check(std::span<const char> bytes) {
    std::optional<burin::data::npy::Array<Element>> array;
    const std::size_t peak = memory::peak_of(
        [&] { array = parsed([&] { return burin::data::npy::parse<Element>(bytes, "input"); }); });
    // The header, the piece that is read, the values, and those in the other order.
    expect(peak <= (2 + 2 * sizeof(Element)) * bytes.size() + 10'000);
    if (!array)
        return;
    std::size_t count = 1;
    for (const std::size_t extent : array->extents)
        count *= extent;
    expect(array->values.size() == count && count <= bytes.size());
    for (const Element value : array->values)
        expect(std::isfinite(static_cast<double>(value)));
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
