#pragma once

// Sound at the desk: files, levels, noise, effects, features, augmentation. Hosted, and not among burin.hpp;
// it needs libsndfile and KISS FFT. What needs more is not among it: burin/data/audio/resample.hpp (libsoxr)
// and burin/data/audio/pitch.hpp (Rubber Band, GPL).

#include "burin/core/language.hpp"
#include "burin/pipelines.hpp"

#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/audio/augment.hpp"
#include "burin/data/audio/cepstrum.hpp"
#include "burin/data/audio/channels.hpp"
#include "burin/data/audio/compose.hpp"
#include "burin/data/audio/convolve.hpp"
#include "burin/data/audio/cosine_transform.hpp"
#include "burin/data/audio/decibels.hpp"
#include "burin/data/audio/deltas.hpp"
#include "burin/data/audio/denoise.hpp"
#include "burin/data/audio/front_end.hpp"
#include "burin/data/audio/griffin_lim.hpp"
#include "burin/data/audio/level.hpp"
#include "burin/data/audio/log_mel.hpp"
#include "burin/data/audio/loudness.hpp"
#include "burin/data/audio/mel.hpp"
#include "burin/data/audio/mel_bands.hpp"
#include "burin/data/audio/mfcc.hpp"
#include "burin/data/audio/micro_front_end.hpp"
#include "burin/data/audio/noise.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/data/audio/sound_folder.hpp"
#include "burin/data/audio/spec_augment.hpp"
#include "burin/data/audio/spectrograms.hpp"
#include "burin/data/audio/stft.hpp"
#include "burin/data/audio/voice.hpp"
#include "burin/data/audio/wav.hpp"
#include "burin/data/audio/window.hpp"

#include "burin/core/restore_macros.hpp"
