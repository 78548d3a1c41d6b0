#!/usr/bin/env python3
"""Writes the reference values of sound: librosa's, SciPy's, pyloudnorm's, noisereduce's and soxr's, of the signals that
tests/support/sounds.hpp makes, too.

    pip install librosa pyloudnorm noisereduce scipy soxr torch && python tests/reference/sound.py
"""

import librosa
import noisereduce
import numpy as np
import pyloudnorm
import scipy.signal
import torch

from header import Header

out = Header("sound", f"Values of librosa {librosa.__version__}, SciPy, pyloudnorm, noisereduce and soxr.")


def noise(count, seed):
    state, values = seed, []
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state / 2**31 - 1)
    return np.array(values)


def tone(count, turns, rising=0.0):
    part = np.arange(count) / count
    return np.sin(2 * np.pi * (turns * part + rising * part**2))


def single(values):
    return values.astype(np.float32).astype(np.float64)


# Mel scales, and the weights of small banks.
hertz = np.array([0, 20, 440, 999.5, 1000, 1000.5, 4000, 8000, 22050])
out.array("hertz", hertz)
for htk in (True, False):
    name = "htk" if htk else "slaney"
    out.array(f"mel_{name}", librosa.hz_to_mel(hertz, htk=htk))
    out.array(f"bank_{name}", librosa.filters.mel(sr=16000, n_fft=64, n_mels=8, fmin=20, fmax=8000, htk=htk,
                                                  norm=None if htk else "slaney", dtype=np.float64))

# Spectra.
sound = single(0.5 * tone(300, 20, 30) + 0.1 * noise(300, 1))
for name, window, pad, size in [("reflect", "hann", "reflect", 32), ("constant", "hamming", "constant", 24)]:
    spectrum = torch.stft(torch.tensor(sound), 32, 20, size, getattr(torch, f"{window}_window")(size, dtype=torch.float64),
                          pad_mode=pad, return_complex=True).numpy().T
    out.array(f"stft_{name}_real", spectrum.real)
    out.array(f"stft_{name}_imaginary", spectrum.imag)
    # librosa 0.11 mirrors one sample too late in the last frame where the length is a multiple of the hop.
    again = librosa.stft(sound, n_fft=32, hop_length=20, win_length=size, window=window, pad_mode=pad).T
    assert np.allclose(spectrum[:-1], again[:-1])
changed = librosa.stft(sound, n_fft=32, hop_length=8, pad_mode="reflect")
changed[4:9] *= 0.25
out.array("istft", librosa.istft(changed, hop_length=8, length=300))
assert np.allclose(librosa.istft(changed, hop_length=8, length=300),
                   torch.istft(torch.tensor(changed), 32, 8, window=torch.hann_window(32, dtype=torch.float64), length=300),
                   atol=1e-6)

magnitudes = np.abs(librosa.stft(sound, n_fft=32, hop_length=8, pad_mode="constant"))
out.array("griffin_lim", librosa.griffinlim(magnitudes, n_iter=4, hop_length=8, init=None, length=300, pad_mode="constant"))

# Features: librosa's defaults but for sizes, and torchaudio's formulas by their definitions.
longer = single(0.5 * tone(1500, 100, 150) + 0.05 * noise(1500, 2))
mel = librosa.feature.melspectrogram(y=longer, sr=8000, n_fft=256, hop_length=128, n_mels=10, pad_mode="constant")
out.array("mel_power", mel.T)
out.array("mel_decibels", librosa.power_to_db(mel).T)
out.array("mfcc", librosa.feature.mfcc(y=longer, sr=8000, n_fft=256, hop_length=128, n_mels=10, n_mfcc=5,
                                       pad_mode="constant").T)
out.array("mfcc_liftered", librosa.feature.mfcc(y=longer, sr=8000, n_fft=256, hop_length=128, n_mels=10, n_mfcc=5,
                                                pad_mode="constant", lifter=22).T)
steps = noise(30, 3).reshape(3, 10)
out.array("delta_nearest", librosa.feature.delta(steps, width=5, mode="nearest").T)
out.array("delta_interp", librosa.feature.delta(steps, width=5, mode="interp").T)
powers = np.array([1e-12, 0, 1e-3, 1, 250])
out.array("decibels", librosa.power_to_db(powers))
out.array("decibels_of_250", librosa.power_to_db(powers, ref=250, amin=1e-13, top_db=None))

# Loudness of 2 s, by the filters that have the coefficients of the standard at 48 kHz.
for rate in (16000, 44100, 48000):
    quiet_then_loud = np.concatenate([0.002 * noise(rate, 4), 0.3 * tone(rate, 997)])
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    out.array(f"loudness_{rate}", [meter.integrated_loudness(single(quiet_then_loud))])
stereo = np.stack([0.1 * noise(48000, 5), 0.2 * tone(48000, 440)], axis=1)
out.array("loudness_stereo", [pyloudnorm.Meter(48000, filter_class="DeMan").integrated_loudness(single(stereo))])

# Convolution.
out.array("convolved", scipy.signal.fftconvolve(single(noise(150, 6)), single(noise(37, 7) * np.exp(-np.arange(37) / 8))))

# Trimming.
silent_ends = np.concatenate([1e-4 * noise(3000, 8), tone(5000, 300), 1e-4 * noise(4001, 9)])
out.array("trimmed", np.concatenate([librosa.effects.trim(single(silent_ends))[1],
                                     librosa.effects.trim(single(silent_ends), top_db=20, frame_length=512, hop_length=100)[1],
                                     librosa.effects.trim(single(silent_ends), top_db=90)[1]]), "unsigned")

# Denoising: one chunk without padding.
hiss = single(0.05 * noise(4096, 10))
hidden = single(0.5 * tone(4096, 300, 100) * (np.arange(4096) > 1000) + 0.05 * noise(4096, 11))
clear = noisereduce.reduce_noise(y=hidden, sr=8000, y_noise=hiss, stationary=True, n_fft=256, padding=0,
                                 freq_mask_smooth_hz=200, time_mask_smooth_ms=20)
out.array("denoised", clear[::16])

# Another sample rate.
import soxr  # noqa: E402
out.array("resampled", soxr.resample(single(tone(400, 20, 10)).astype(np.float32), 8000, 11025)[::4])
out.array("resampled_down", soxr.resample(single(noise(800, 12)).astype(np.float32), 16000, 6000)[::2])
out.write()
