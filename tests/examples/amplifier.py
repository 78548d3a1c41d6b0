#!/usr/bin/env python3
"""Plays a sound through a random capture with the example, and compares with sums written out here.

    amplifier.py PROGRAM FOLDER, which holds tiny_nano.nam
"""

import json
import math
import struct
import subprocess
import sys
import tempfile
import wave
from array import array
from pathlib import Path

STEPS = 600


def network(tree, x):
    """A WaveNet of Neural Amp Modeler, step by step, from silence."""
    weights = iter(tree["weights"])

    def matrix(rows, columns):
        return [[next(weights) for _ in range(columns)] for _ in range(rows)]

    h, skips = [[each] for each in x], None
    for stack in tree["config"]["layers"]:
        channels, kernel = stack["channels"], stack["kernel_size"]
        rechannel = matrix(channels, len(h[0]))
        h = [[sum(w * v for w, v in zip(row, step)) for row in rechannel] for step in h]
        sums = [[0.0] * channels for _ in x] if skips is None else skips
        for dilation in stack["dilations"]:
            weight = [matrix(channels, kernel) for _ in range(channels)]
            bias, mix = [next(weights) for _ in range(channels)], [next(weights) for _ in range(channels)]
            residual, residual_bias = matrix(channels, channels), [next(weights) for _ in range(channels)]
            behind = []
            for t, step in enumerate(h):
                seen = [h[t - (kernel - 1 - k) * dilation] if t >= (kernel - 1 - k) * dilation else [0.0] * channels
                        for k in range(kernel)]
                a = [math.tanh(bias[o] + mix[o] * x[t] + sum(weight[o][i][k] * seen[k][i] for i in range(channels)
                                                             for k in range(kernel))) for o in range(channels)]
                sums[t] = [s + each for s, each in zip(sums[t], a)]
                behind.append([v + b + sum(w * each for w, each in zip(row, a))
                               for v, b, row in zip(step, residual_bias, residual)])
            h = behind
        head = matrix(stack["head_size"], channels)
        bias = [next(weights) if stack["head_bias"] else 0.0 for _ in head]
        skips = [[b + sum(w * v for w, v in zip(row, step)) for b, row in zip(bias, head)] for step in sums]
    scale = next(weights)
    return [scale * step[0] for step in skips]


def floats(file):
    """The rate and the samples of a WAV file of floats, which the module wave does not read."""
    assert file[:4] == b"RIFF" and file[8:12] == b"WAVE", file[:12]
    at, chunks = 12, {}
    while at + 8 <= len(file):
        length = int.from_bytes(file[at + 4:at + 8], "little")
        chunks[file[at:at + 4]] = file[at + 8:at + 8 + length]
        at += 8 + length + length % 2
    kind, channels, rate = struct.unpack("<HHI", chunks[b"fmt "][:8])
    assert (kind, channels) == (3, 1), (kind, channels)
    return rate, array("f", chunks[b"data"])


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    tree = json.loads((folder / "tiny_nano.nam").read_text(encoding="utf-8"))
    rate = int(tree["sample_rate"])
    sound = array("h", (int(12000 * math.sin(t * 0.05) + 6000 * math.sin(t * 0.31)) for t in range(STEPS)))
    warm = 1 + sum((stack["kernel_size"] - 1) * sum(stack["dilations"]) for stack in tree["config"]["layers"])
    with tempfile.TemporaryDirectory() as directory:
        given, made = Path(directory) / "in.wav", Path(directory) / "out.wav"
        with wave.open(str(given), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(sound.tobytes())
        run = subprocess.run([program, folder / "tiny_nano.nam", given, made], capture_output=True, text=True, check=False)
        print(run.stdout + run.stderr)
        assert run.returncode == 0, "expected it to play"
        rate_of_made, played = floats(made.read_bytes())
        assert (rate_of_made, len(played)) == (rate, STEPS)
        other = subprocess.run([program, folder / "tiny_wavenet.nam", given, made], capture_output=True, text=True, check=False)
        assert other.returncode == 1 and "expected a network of one of the usual sizes" in other.stderr, other.stderr
    expected = network(tree, [0.0] * warm + [each / 32768 for each in sound])[warm:]
    largest = max(abs(wanted - each) for wanted, each in zip(expected, played))
    print(f"largest difference {largest:.2e} of {max(map(abs, expected)):.3f}")
    assert largest < 1e-5 * max(map(abs, expected)), "expected what the network's sums are, as floats"


main()
