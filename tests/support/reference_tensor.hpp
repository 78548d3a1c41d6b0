#pragma once

#include "burin/io/save.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

/// A tensor of floats of a file that a script in tests/reference made.
inline std::vector<float> reference_tensor(const std::string& path, const std::string& name) {
    const burin::io::detail::Content content(path, 1 << 20);
    for (const auto& tensor : content.tensors)
        if (tensor.name == name) {
            std::vector<float> result(tensor.bytes.size() / sizeof(float));
            std::memcpy(result.data(), tensor.bytes.data(), tensor.bytes.size());
            return result;
        }
    FAIL("no tensor ", name);
    return {};
}
