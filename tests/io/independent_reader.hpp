#pragma once

#include "support/files.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <vector>

/// Safetensors as the format's description has them, read without the library's help.
struct FoundTensor {
    std::string name;
    std::string dtype;
    std::vector<std::size_t> shape;
    std::string bytes;

    template <class Scalar>
    std::vector<Scalar> values() const {
        REQUIRE(bytes.size() % sizeof(Scalar) == 0);
        std::vector<Scalar> result(bytes.size() / sizeof(Scalar));
        std::memcpy(result.data(), bytes.data(), bytes.size());
        return result;
    }
};

struct FoundFile {
    std::vector<FoundTensor> tensors; ///< In the header's order, which must be that of the bytes.
    std::map<std::string, std::string> metadata;
};

inline FoundFile read_independently(const std::string& path) {
    const std::string bytes = bytes_of(path);
    REQUIRE(bytes.size() >= 8);
    std::size_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
        length = length << 8 | static_cast<unsigned char>(bytes[i]);
    CHECK(length % 8 == 0);
    REQUIRE(length <= bytes.size() - 8);
    CHECK(bytes[8] == '{');
    const auto header = nlohmann::ordered_json::parse(bytes.substr(8, length));
    const std::string data = bytes.substr(8 + length);

    FoundFile file;
    std::size_t next = 0;
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            file.metadata = entry.get<std::map<std::string, std::string>>();
            continue;
        }
        CHECK(entry.size() == 3);
        const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
        const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
        CHECK(begin == next);
        REQUIRE(begin <= end);
        REQUIRE(end <= data.size());
        file.tensors.push_back({name, entry.at("dtype").get<std::string>(),
                                entry.at("shape").get<std::vector<std::size_t>>(),
                                data.substr(begin, end - begin)});
        next = end;
    }
    CHECK(next == data.size());
    return file;
}
