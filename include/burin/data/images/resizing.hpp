#pragma once

#include "burin/core/random.hpp"
#include "burin/data/images/sample.hpp"

#include <cstddef>

namespace burin::data::images {

/// Brings samples to one size, whatever theirs was: image, boxes and mask.
///
///     images::ResizeTo{.height = 224, .width = 224}
struct ResizeTo {
    std::size_t height = 0;
    std::size_t width = 0;
    ResizeOptions options{};

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream&) const {
        resize("ResizeTo", sample, height, width, options);
    }
};

} // namespace burin::data::images
