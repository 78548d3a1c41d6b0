#!/usr/bin/env python3
"""Imports .nam files (tests/reference/nam.py) and a file of RTNeural with random weights, compiles the headers, and compares
with the same sums in NumPy; then damaged files, and what is not supported.

    tests/importer/sound_files.py COMPILER [FLAG...]
"""

import json
import random
import sys
import tempfile
from pathlib import Path

from support import ROOT, Program, needs, refused, run, taken_or_refused

needs("numpy")
import numpy as np  # noqa: E402

REFERENCE = ROOT / "tests" / "reference"


def rtneural():
    """Every layer that is read; channels 2, 4, 6 and 3."""
    numbers = np.random.default_rng(3)

    def weights(*shapes):
        return [numbers.uniform(-0.7, 0.7, shape).round(3).tolist() for shape in shapes]

    def layer(kind, units, shapes, activation="", **more):
        return {"type": kind, "activation": activation, "shape": [None, None, units], "weights": weights(*shapes), **more}

    norm = layer("batchnorm", 4, [(4,), (4,), (4,)], epsilon=0.01)
    norm["weights"].append([0.5, 1, 2, 0.25])
    slope, slopes = layer("prelu", 4, []), layer("prelu", 3, [(1, 3)])
    slope["weights"] = [[[0.3] * 4]]
    return {"in_shape": [None, None, 2], "samplerate": 44100, "layers": [
        layer("time-distributed-dense", 4, [(2, 4), (4,)], "tanh"),
        layer("conv1d", 4, [(3, 2, 4), (4,)], "elu", kernel_size=[3], dilation=[2], groups=2), norm, slope,
        layer("gru", 6, [(4, 18), (6, 18), (2, 18)], "tanh"), layer("lstm", 3, [(6, 12), (3, 12), (12,)], "tanh"), slopes,
        layer("activation", 3, [], "relu"), layer("dense", 3, [(3, 3)], "softmax")]}


def compare(command):
    from burin_import.readers import nam
    from burin_import.runtimes import nam as player
    from burin_import.runtimes import rtneural as layers
    numbers = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as directory:
        work, headers, expected = Path(directory), {}, {}
        one, two = (numbers.uniform(-1, 1, (1, nam.STEPS, channels)).astype(np.float32) for channels in (1, 2))
        for name, file, size in (("wavenet", "wavenet", 1.0), ("lstm", "lstm", 1.0), ("whole", "slimmable", 1.0),
                                 ("slim", "slimmable", 0.0), ("contained", "container", 0.2)):
            path = REFERENCE / f"tiny_{file}.nam"
            code, said = run(path, "-o", work / f"{name}.hpp", "--name", name, "--no-test", "--size", size)
            assert code == 0, said
            expected[name] = (one, player.play(nam.model(path, size), one.reshape(-1).astype(np.float64)))
        text = (work / "wavenet.hpp").read_text()
        for fact in ("sample_rate = 44100.0", 'gear_model = "at all"', "gain = 0.25", "warm_up = 25"):
            assert fact in text, fact
        tree = rtneural()
        (work / "layers.json").write_text(json.dumps(tree))
        code, said = run(work / "layers.json", "-o", work / "layers.hpp", "--name", "layers", "--no-test")
        assert code == 0, said
        expected["layers"] = (two, layers.play(tree["layers"], two[0].astype(np.float64)))
        headers = {name: (f"{name}.hpp", "row_major") for name in expected}
        program = Program(work, command, headers)
        for name, (x, y) in expected.items():
            apart = np.abs(program.run(name, x).reshape(-1) - y.reshape(-1)).max() / np.abs(y).max()
            assert apart < 1e-5, f"{name}: {apart}"


def hostile():
    """One message, exit code 1, nothing written, whatever the file says."""
    nam = (REFERENCE / "tiny_wavenet.nam").read_text()
    layers = json.dumps(rtneural())
    source = random.Random(9)
    with tempfile.TemporaryDirectory() as directory:
        def said_of(suffix, text):
            path = Path(directory) / f"x{suffix}"
            path.write_text(text)
            return refused(path, "--no-test")

        def changed(text, old, new):
            assert old in text, old
            return text.replace(old, new, 1)

        for suffix, text in ((".nam", nam), (".json", layers)):
            for length in range(0, len(text) - 2, max(1, len(text) // 40)):
                said_of(suffix, text[:length])
            said_of(suffix, "[" * 100_000)
            said_of(suffix, '{"version": ' * 100_000)
            # Any letters may be others: the file is refused, or is another network.
            for _ in range(60):
                at = source.randrange(len(text) - 8)
                path = Path(directory) / f"x{suffix}"
                path.write_text(text[:at] + source.choice(("-1", "null", "NaN", "[]", "9" * 30, '"', "{}")) + text[at + 2:])
                taken_or_refused(path)
        for text, words in (
                (changed(nam, '"channels": 3', '"channels": 9223372036854775808'), "layers[0].channels: expected a whole number"),
                (changed(nam, '"kernel_size": 3, ', ""), "layers[0].kernel_size: expected it to be there, found nothing"),
                (changed(nam, '"weights": [', '"weights": [1, '), "weights: expected"),
                (changed(nam, '"sample_rate": 44100', '"sample_rate": "fast"'), "sample_rate: expected 1 to 1000000 Hz"),
                (changed(nam, '"sample_rate": 44100', '"sample_rate": -1'), "sample_rate: expected 1 to 1000000 Hz, found -1"),
                (changed(nam, '"weights": [', '"weights": [1e39, '), "weights[0]: expected a number that a float holds"),
                (changed(nam, '"weights": [', '"weights": [NaN, '), "found NaN"),
                (changed(nam, '"WaveNet"', '"ConvNet"'), "architecture: expected"),
                (changed(nam, '"conv_pre_film": {"active": false}', '"conv_pre_film": {}'), "conv_pre_film.active: expected false")):
            said = said_of(".nam", text)
            assert words in said, said
        for text, words in (
                (changed(layers, '"gru"', '"rnn"'), "rnn"),
                (changed(layers, '"epsilon": 0.01', '"epsilon": -1'), "layers[2].epsilon: expected a positive number"),
                (changed(layers, '"groups": 2', '"groups": 3'), "channels of a group"),
                (changed(layers, '"weights": [[', '"weights": [[[1], '), "lists of numbers of one length")):
            said = said_of(".json", text)
            assert words in said, said


def main():
    compare(sys.argv[1:] or ["g++"])
    hostile()
    print("captures and files of RTNeural become the networks that they are, or are refused")


main()
