#pragma once

#include "burin/core/error.hpp"
#include "burin/data/number_text.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data {

/// One channel of sound, from -1 to 1.
struct Sound {
    std::vector<float> samples;
    std::size_t sample_rate = 0; ///< Hertz.
};

namespace audio::detail {

/// Throws Error unless two sounds have one sample rate: sample for sample they would be of different times.
inline void require_one_rate(std::string_view who, const Sound& one, std::string_view what,
                             const Sound& other) {
    if (one.sample_rate != other.sample_rate)
        throw Error(std::string(who) + ": expected " + std::string(what) + " of " +
                    std::to_string(one.sample_rate) + " Hz, as the sound, got " +
                    std::to_string(other.sample_rate) + " Hz; audio::resample changes it");
}

/// Throws Error at the first sample that is not finite, which would make a measure of them all NaN.
inline void require_finite(std::string_view who, std::span<const float> samples) {
    for (std::size_t i = 0; i < samples.size(); ++i)
        if (!std::isfinite(samples[i]))
            throw Error(std::string(who) + ": sample " + std::to_string(i) +
                        ": expected a finite number, got " + number_text(samples[i]));
}

/// Throws Error unless low <= value <= high, which NaN is not.
inline void require_within(std::string_view who, std::string_view what, double value, double low,
                           double high) {
    if (!(value >= low && value <= high))
        throw Error(std::string(who) + ": expected " + std::string(what) + " from " + number_text(low) +
                    " to " + number_text(high) + ", got " + number_text(value));
}

} // namespace audio::detail

} // namespace burin::data
