#pragma once

#include "burin/core/language.hpp"

#include <array>
#include <cstddef>

namespace burin::data::audio {

/// The last `Window` samples of a stream, of which every `Hop` samples make a frame. The first frame is
/// complete with the first `Window` samples. Freestanding; as large as its samples.
///
///     SlidingFrame<float, 400, 160> frame;
///     if (frame.push(sample))
///         use(frame[0], frame[399]); // the oldest, the newest
template <class Sample, std::size_t Window, std::size_t Hop>
class SlidingFrame {
    static_assert(Window > 0 && Hop > 0, "SlidingFrame: expected a window and a hop above 0");

  public:
    /// Whether this sample completes a frame.
    constexpr bool push(Sample sample) noexcept {
        samples_[oldest_] = sample;
        oldest_ = oldest_ + 1 < Window ? oldest_ + 1 : 0;
        if (++since_frame_ < (has_frame_ ? Hop : Window))
            return false;
        since_frame_ = 0;
        has_frame_ = true;
        return true;
    }

    /// Sample i of the frame, from the oldest on.
    constexpr Sample operator[](std::size_t i) const noexcept {
        const std::size_t at = oldest_ + i;
        return samples_[at < Window ? at : at - Window];
    }

    /// As if no sample had been pushed.
    constexpr void reset() noexcept { *this = {}; }

  private:
    // All begins as 0, so that a global one fills no flash.
    std::array<Sample, Window> samples_{};
    std::size_t oldest_ = 0, since_frame_ = 0;
    bool has_frame_ = false;
};

} // namespace burin::data::audio
