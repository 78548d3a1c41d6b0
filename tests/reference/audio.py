#!/usr/bin/env python3
"""Writes the reference values of the audio front end: the same formulas with NumPy's FFT, in float64.

    apt-get install python3-numpy && /usr/bin/python3 tests/reference/audio.py
"""

import numpy as np

from header import Header

RATE, WINDOW, HOP, SIZE, BANDS, LOW, HIGH, FLOOR = 8000, 200, 80, 256, 12, 50.0, 3500.0, 1e-6


def hertz(mel):
    return 700 * (10 ** (mel / 2595) - 1)


def mel(hertz):
    return 2595 * np.log10(1 + hertz / 700)


time = np.arange(600) / RATE
samples = (0.5 * np.sin(2 * np.pi * 440 * time) + 0.2 * np.sin(2 * np.pi * (900 + 1500 * time) * time)).astype(np.float32)
hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), WINDOW)[::HOP]
power = np.abs(np.fft.rfft(frames * hann, SIZE, axis=1)) ** 2
corners = hertz(np.linspace(mel(LOW), mel(HIGH), BANDS + 2))
bins = np.arange(SIZE // 2 + 1) * RATE / SIZE
triangles = [np.interp(bins, corners[b:b + 3], [0, 1, 0], left=0, right=0) for b in range(BANDS)]

out = Header("audio", "log(floor + energy) of 12 mel bands of 600 samples at 8 kHz.")
out.array("samples", samples)
out.array("log_mel", np.log(FLOOR + power @ np.array(triangles).T))
out.write()
