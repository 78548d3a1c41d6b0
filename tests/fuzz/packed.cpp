#include "burin/data/csv.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/read_file.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace data = burin::data;

namespace {

/// What `read` makes of the file; an error names the file.
template <class Read>
auto read_of(const std::string& path, Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const burin::Error& error) {
        expect(std::string_view(error.what()).starts_with(path + ": "));
        return std::nullopt;
    }
}

} // namespace

/// The input is a file, mostly of gzip: what comes out of it is no more than the limit, in little memory, and
/// the same for all readers, whether they unpack piece by piece or all at once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    static const int file = memfd_create("input", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    expect(ftruncate(file, 0) == 0 && pwrite(file, input, size, 0) == static_cast<ssize_t>(size));

    constexpr std::size_t limit = 100'000, fixed = 200'000;
    std::optional<std::vector<char>> bytes;
    expect(memory::peak_of([&] { bytes = read_of(path, [&] { return data::read_file(path, limit); }); }) <=
           3 * limit + fixed);
    std::optional<data::csv::Numbers> numbers;
    expect(memory::peak_of([&] {
               numbers = read_of(path, [&] { return data::csv::read(path, {.max_bytes = limit}); });
           }) <= 4 * limit + fixed);
    std::optional<data::idx::Array<float>> array;
    expect(memory::peak_of([&] {
               array = read_of(path, [&] { return data::idx::read<float>(path, {.max_bytes = limit}); });
           }) <= 4 * limit + fixed);
    if (!bytes) {
        expect(!array); // which a file ends with; CSV may be refused for its text before
        return 0;
    }
    expect(bytes->size() <= limit);
    const auto text = parsed([&] { return data::csv::parse({bytes->data(), bytes->size()}, "input"); });
    expect(text || !numbers);
    const auto again = parsed([&] { return data::idx::parse<float>(*bytes, "input"); });
    expect(again.has_value() == array.has_value());
    if (array)
        expect(array->extents == again->extents && array->values == again->values);
    return 0;
}
