#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/normalize.hpp"
#include "burin/data/images/sample.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::images {

/// (value − mean) / deviation for each channel, with numbers that are known, as those of ImageNet. What is
/// learnt from data is the stage `Normalize`.
///
///     images::NormalizeChannels{.mean = {0.485F, 0.456F, 0.406F}, .deviation = {0.229F, 0.224F, 0.225F}}
struct NormalizeChannels {
    std::vector<float> mean{};
    std::vector<float> deviation{};

    void operator()(Sample& sample, const RandomStream&) const {
        detail::check("NormalizeChannels", sample);
        Image& image = sample.image;
        if (mean.size() != image.channels || deviation.size() != image.channels ||
            std::any_of(deviation.begin(), deviation.end(), [](float each) { return !(each > 0); }))
            throw Error("NormalizeChannels: expected a mean and a deviation above 0 for each of " +
                        std::to_string(image.channels) + " channels, got " + std::to_string(mean.size()) +
                        " and " + std::to_string(deviation.size()));
        normalize(std::as_const(image).view(), image.view(), mean.data(), deviation.data());
    }
};

} // namespace burin::data::images
