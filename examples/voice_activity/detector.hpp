#pragma once

#include <burin/embedded.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

/// The chance that somebody speaks, of every 32 ms of a sound of so many samples a second. All memory but the
/// parameters, which any number of detectors share, is a member.
template <class Network, std::size_t SampleRate>
class VoiceDetector {
  public:
    static constexpr std::size_t chunk_size = SampleRate * 32 / 1000;

    explicit VoiceDetector(const burin::Parameters<Network>& parameters) noexcept : parameters_(parameters) {}

    /// Of the next samples, from −1 to 1.
    float operator()(std::span<const float, chunk_size> chunk) noexcept {
        // The network hears an eighth of what was before again.
        std::copy_n(step_.end() - context_size, context_size, step_.begin());
        std::copy_n(chunk.begin(), chunk_size, step_.begin() + context_size);
        return streamer_(parameters_, step_)[0];
    }

    /// Another sound begins.
    void reset() noexcept {
        streamer_.reset();
        step_.fill(0);
    }

  private:
    static constexpr std::size_t context_size = chunk_size / 8;

    const burin::Parameters<Network>& parameters_;
    burin::Streamer<Network> streamer_;
    std::array<float, context_size + chunk_size> step_{};
};
