// The tables of a front end of sound, in flash.

#include "burin/core/set_macros_aside.hpp"

#include "burin/data/audio/cosine_transform.hpp"
#include "burin/data/audio/mel.hpp"
#include "burin/data/audio/window.hpp"

#include "burin/core/restore_macros.hpp"

using namespace burin::data::audio;

constexpr MelBank bank{.bands = 10, .lowest = 125, .highest = 4000};
extern constexpr auto weights = mel_weights<bank, 128>(8000);
extern constexpr auto window = window_table<Window::hann, 128>();
extern constexpr float coefficient = static_cast<float>(cosine_weight(1, 2, 10));
