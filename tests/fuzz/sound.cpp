#include "burin/data/audio/sound_header.hpp"

#include "fuzz/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// A header that passes has its samples in the file: looked at once more it passes again, as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<char> file(data, data + size);
    const auto check = [&] {
        burin::data::detail::check_sound_header(file, "input");
        return true;
    };
    if (!parsed(check))
        return 0;
    expect(file.size() == size);
    const std::vector<char> corrected = file;
    expect(parsed(check).has_value());
    expect(file == corrected);
    return 0;
}
