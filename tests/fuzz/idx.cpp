#include "burin/data/idx.hpp"

#include "fuzz/parse.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

template <class Element>
void check(std::span<const char> bytes) {
    const auto array = parsed([&] { return burin::data::idx::parse<Element>(bytes, "input"); });
    if (!array)
        return;
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
    return 0;
}
