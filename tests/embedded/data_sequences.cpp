// What a microcontroller keeps of a series, and how it would augment one.

#include "burin/core/set_macros_aside.hpp"

#include "burin/data/sequences/augmentation.hpp"
#include "burin/data/sequences/streaming.hpp"

#include "burin/core/restore_macros.hpp"

#include <array>
#include <span>

using namespace burin;
namespace sequences = data::sequences;

sequences::RollingWindow<32, 3> window;
sequences::Difference<1, 24> daily;
std::array<float, 96> sample;

bool step(std::span<const float, 3> measured) {
    window.push(measured);
    window.copy(sample);
    return window.is_full();
}
float change(float value) {
    return daily.push(value);
}
float forecast(float answer) {
    return daily.undo(answer) + window.ago(1, 2);
}

void augment(const RandomStream& stream) {
    const sequences::Compose all{sequences::Jitter{}, sequences::Scale{}, sequences::MagnitudeWarp<>{},
                                 sequences::TimeWarp<>{}, sequences::WindowSlice{}};
    all.apply<32, 3>(sample.data(), stream);
}
