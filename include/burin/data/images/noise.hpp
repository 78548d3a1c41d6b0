#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <cmath>
#include <cstddef>
#include <string>

namespace burin::data::images {

/// Adds a number of the normal distribution to each value, each channel its own; what then exceeds 0 to 1 is
/// clipped, as wished.
struct GaussianNoise {
    double sigma = 0.1;
    double mean = 0;
    bool clip = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("GaussianNoise", sample);
        if (!(sigma >= 0 && std::isfinite(sigma) && std::isfinite(mean)))
            throw Error("GaussianNoise: expected a finite sigma of at least 0 and a finite mean, got " +
                        std::to_string(sigma) + " and " + std::to_string(mean));
        for (std::size_t i = 0; i < sample.image.values.size(); ++i) {
            float& value = sample.image.values[i];
            value += static_cast<float>(mean + sigma * normal_at(stream, i));
            value = clip ? detail::clipped(value) : value;
        }
    }
};

/// Makes a part of the pixels black (0) or white (1), both equally often, all channels alike.
struct SaltAndPepper {
    double amount = 0.05;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("SaltAndPepper", sample);
        if (!(amount >= 0 && amount <= 1))
            throw Error("SaltAndPepper: expected an amount of 0 to 1, got " + std::to_string(amount));
        const std::size_t channels = sample.image.channels;
        for (std::size_t i = 0; i * channels < sample.image.values.size(); ++i)
            if (const double drawn = stream.uniform(i); drawn < amount)
                for (std::size_t c = 0; c < channels; ++c)
                    sample.image.values[i * channels + c] = drawn < 0.5 * amount ? 0.0F : 1.0F;
    }
};

} // namespace burin::data::images
