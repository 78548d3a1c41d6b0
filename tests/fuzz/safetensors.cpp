#include "burin/io/safetensors.hpp"

#include "fuzz/parse.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace safetensors = burin::io::safetensors;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto tensors = parsed([&] { return safetensors::parse(bytes, "input"); });
    if (!tensors)
        return 0;

    // From the last byte of the header to the end of the file they follow one another.
    std::size_t total = 0;
    for (const safetensors::Tensor& tensor : *tensors)
        total += tensor.bytes.size();
    expect(total <= size - 8);
    const std::byte* next = bytes.data() + (size - total);
    for (const safetensors::Tensor& tensor : *tensors) {
        expect(tensor.bytes.data() == next);
        next += tensor.bytes.size();
        std::size_t elements = 1;
        for (std::size_t extent : tensor.shape)
            elements *= extent;
        expect(elements == 0 ? tensor.bytes.empty() : tensor.bytes.size() % elements == 0);
    }

    std::vector<std::byte> copy(total);
    std::vector<safetensors::Slot> slots;
    for (std::size_t offset = 0; const safetensors::Tensor& tensor : *tensors) {
        slots.push_back(
            {tensor.name, tensor.dtype, tensor.shape, std::span(copy).subspan(offset, tensor.bytes.size())});
        offset += tensor.bytes.size();
    }
    safetensors::read_into(*tensors, slots, "input");
    expect(std::equal(copy.begin(), copy.end(), bytes.end() - static_cast<std::ptrdiff_t>(total)));
    return 0;
}
