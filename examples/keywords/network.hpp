#pragma once

#include <burin/embedded.hpp>

#include <burin/data/audio/micro_front_end.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// A second of sound, heard in 49 frames of 30 ms, one every 20 ms: as TensorFlow's `micro_speech` hears it.
namespace hearing {

inline constexpr std::size_t sample_rate = 16000;
inline constexpr burin::data::audio::MicroFrontEndOptions options{.sample_rate = sample_rate, .hop = 320};
using FrontEnd = burin::data::audio::MicroFrontEnd<options>;
inline constexpr std::size_t frames = 49;

inline constexpr std::array<std::string_view, 5> words{"(nothing)", "yes", "no", "up", "down"};

/// What the network takes for a feature.
constexpr float number(std::uint16_t feature) noexcept {
    return static_cast<float>(feature) * FrontEnd::feature_scale;
}

} // namespace hearing

/// Which word was said.
using Keywords = burin::Sequential<burin::Input<hearing::frames, hearing::FrontEnd::bands>,
                                   burin::Conv1D<24, 5, burin::Stride<2>>, burin::ReLU,
                                   burin::Conv1D<32, 3, burin::Stride<2>>, burin::ReLU,
                                   burin::GlobalMaxPool1D, burin::Dense<hearing::words.size()>>;
