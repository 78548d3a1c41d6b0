#!/usr/bin/env python3
"""Writes what TensorFlow's microfrontend makes of a sound, by the package that Home Assistant's keyword spotters use.

    pip install pymicro-features==2.0.2 && tests/reference/front_end.py
"""

import struct
from pathlib import Path

from pymicro_features import MicroFrontend

HOP, COUNT = 160, 9600


def sound():
    """Integers alone, so that the test can make the same: a rising triangle wave and noise, in parts of other levels."""
    phase, noise, samples = 0, 1, []
    for i in range(COUNT):
        phase = (phase + 1000 + i) % 65536
        noise = (noise * 1664525 + 1013904223) % 2**32
        triangle = (phase if phase < 32768 else 65535 - phase) * 2 - 32767
        level = [0, 300, 32767, 4000, 20, 32767][i // 1600]
        value = triangle * level // 32768 + (noise >> 16) * level // 2**19
        if i >= 8000:
            value = 32767 if phase < 32768 else -32768
        samples.append(max(-32768, min(32767, value)))
    return samples


samples = sound()
frontend, frames = MicroFrontend(), []
for first in range(0, COUNT, HOP):
    chunk = samples[first:first + HOP]
    while chunk:
        out = frontend.process_samples(struct.pack(f"<{HOP}h", *chunk, *[0] * (HOP - len(chunk))))
        assert out.samples_read == HOP
        chunk = chunk[out.samples_read:]
        if out.features:
            frames.append([round(feature * 25.6) for feature in out.features])
assert len(frames) == 1 + (COUNT - 480) // HOP

lines = ["#pragma once", "", "#include <cstddef>", "#include <cstdint>", "",
         "// What TensorFlow's microfrontend makes of 9,600 samples (window 480, hop 160, 40 bands), a frame a line.",
         "// Written by front_end.py with pymicro-features 2.0.2.", "", "namespace reference::front_end {", "",
         f"inline constexpr std::size_t samples = {COUNT};", "inline constexpr std::uint16_t features[] = {"]
lines += ["    " + ", ".join(map(str, frame)) + "," for frame in frames]
lines += ["};", "", "} // namespace reference::front_end", ""]
Path(__file__).with_suffix(".hpp").write_text("\n".join(lines))
