#pragma once

#include "wake_word_manifest.hpp"
#include "wake_word_network.hpp"

#include <burin/data/audio/micro_front_end.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// Hears a wake word in samples as a microphone gives them: front end, network and answer in integers, all
/// memory a member. It does what microWakeWord does: of every 30 ms the chance that the word has just been
/// said; when the mean of the last few is above the manifest's cutoff, it was.
class Listener {
    using FrontEnd = burin::data::audio::MicroFrontEnd<>;
    static constexpr std::size_t bands = FrontEnd::bands, piece_size = wake_word::steps * bands;
    static constexpr std::size_t window = manifest::sliding_window_size;

  public:
    /// Calls `ready(piece, chance, fires)` for each piece of frames: the network's input, the chance in
    /// 1/256, and whether the mean of the last ones is above the cutoff.
    template <class Ready>
    void push(std::span<const std::int16_t> samples, Ready&& ready) noexcept {
        front_end_.push(samples, [&](std::span<const std::uint16_t, bands> features) {
            std::array<float, bands> numbers;
            std::transform(features.begin(), features.end(), numbers.begin(), [](std::uint16_t feature) {
                return static_cast<float>(feature) * FrontEnd::feature_scale;
            });
            burin::quantize(numbers, wake_word::network.inputs[0], std::span(piece_).subspan(filled_, bands));
            filled_ += bands;
            if (filled_ == piece_size) {
                filled_ = 0;
                const int chance = streamer_(wake_word::network, piece_)[0] + 128;
                ready(std::span<const std::int8_t, piece_size>(piece_), chance, hears(chance));
            }
        });
    }

    /// Another sound begins.
    void reset() noexcept { *this = {}; }

    /// Bytes of the network's state and arena, and of all.
    static constexpr std::size_t network_bytes =
        sizeof(burin::QuantizedStreamer<wake_word::Network, wake_word::steps>);

  private:
    bool hears(int chance) noexcept {
        sum_ += chance - chances_[next_];
        chances_[next_] = static_cast<std::int16_t>(chance);
        next_ = (next_ + 1) % window;
        known_ = std::min(known_ + 1, window);
        return known_ == window && sum_ > manifest::probability_cutoff * 256 * window;
    }

    FrontEnd front_end_;
    burin::QuantizedStreamer<wake_word::Network, wake_word::steps> streamer_;
    std::array<std::int8_t, piece_size> piece_{};
    std::array<std::int16_t, window> chances_{};
    std::size_t filled_ = 0, next_ = 0, known_ = 0;
    int sum_ = 0;
};
