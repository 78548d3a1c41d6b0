// Hears as a microcontroller would: tables in flash, everything else in .bss.

#include "burin/core/set_macros_aside.hpp"

#include "burin/data/audio/cosine_transform.hpp"
#include "burin/data/audio/deltas.hpp"
#include "burin/data/audio/front_end.hpp"
#include "burin/data/audio/mel.hpp"
#include "burin/data/audio/mel_bands.hpp"
#include "burin/data/audio/micro_front_end.hpp"
#include "burin/data/audio/spec_augment.hpp"
#include "burin/data/audio/window.hpp"
#include "burin/data/pipeline.hpp"

#include "burin/core/restore_macros.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

using namespace burin::data::audio;

constexpr MelBank bank{.bands = 10, .lowest = 125, .highest = 4000};
extern constexpr auto weights = mel_weights<bank, 128>(8000);
extern constexpr auto window = window_table<Window::hann, 128>();
extern constexpr float coefficient = static_cast<float>(cosine_weight(1, 2, 10));

FrontEnd<> front_end;
MicroFrontEnd<> micro_front_end;

static_assert(sizeof front_end <= 4 * 1024 && sizeof micro_front_end <= 3 * 1024);

std::size_t hear(std::span<const float> samples, float& loudest) {
    return front_end.push(samples, [&](std::span<const float, 40> bands) {
        for (const float band : bands)
            loudest = band > loudest ? band : loudest;
    });
}
std::size_t hear(std::span<const std::int16_t> samples, unsigned& loudest) {
    return micro_front_end.push(samples, [&](std::span<const std::uint16_t, 40> bands) {
        for (const std::uint16_t band : bands)
            loudest = band > loudest ? band : loudest;
    });
}
void hide(std::span<float> image, unsigned step) {
    SpecAugment{.bands = 10, .time_warp = 2}(image, burin::RandomStream{1, burin::Purpose::augmentation, step});
}
void slopes(std::span<const float> features, std::span<float> result) {
    deltas(features, 10, result);
}

using Preparation = burin::data::Pipeline<burin::Input<1000>, MelBands<{.sample_rate = 8000, .bands = 10}>, MelCepstrum<5>>;
Preparation preparation;
void prepare(std::span<const float, 1000> sound, std::span<float, Preparation::output_shape.size()> prepared) {
    preparation.apply(sound, prepared);
}
