#include "burin/io/safetensors.hpp"

#include "fuzz/parse.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace safetensors = burin::io::safetensors;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    safetensors::Metadata metadata;
    const auto tensors = parsed([&] { return safetensors::parse(bytes, "input", &metadata); });
    if (!tensors)
        return 0;

    // What is kept of the header is no more than it says: of each tensor these words at least.
    constexpr std::string_view shortest = R"("":{"dtype":"U8","shape":[],"data_offsets":[0,0]})";
    std::size_t described = 0;
    for (const safetensors::Tensor& tensor : *tensors)
        described += shortest.size() + tensor.name.size() / 2 + tensor.shape.size();
    for (const auto& [key, value] : metadata)
        described += key.size() / 2 + value.size() / 2;
    expect(described <= size);

    // From the last byte of the header to the end of the file they follow one another.
    std::size_t total = 0;
    for (const safetensors::Tensor& tensor : *tensors)
        total += tensor.bytes.size();
    expect(total <= size - 8);
    const std::byte* next = bytes.data() + (size - total);
    for (const safetensors::Tensor& tensor : *tensors) {
        expect(tensor.bytes.data() == next);
        next += tensor.bytes.size();
        expect(tensor.shape.size() <= safetensors::max_rank);
        expect(safetensors::detail::tensor_bytes(tensor.dtype, tensor.shape) == tensor.bytes.size());
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
