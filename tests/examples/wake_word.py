#!/usr/bin/env python3
"""Runs the example on its sound, on noise and on both together, and compares every chance with LiteRT's interpreter, the
features with pymicro-features, and when the word is heard with both. Skipped where these are not installed.

    wake_word.py PROGRAM SOUND.wav
"""

import importlib.util
import json
import random
import re
import subprocess
import sys
import tempfile
import wave
from array import array
from pathlib import Path

if any(importlib.util.find_spec(name) is None for name in ("ai_edge_litert", "pymicro_features", "pymicro_wakeword")):
    print("skipped: needs the Python packages ai-edge-litert, pymicro-features and pymicro-wakeword")
    sys.exit(77)
import numpy as np  # noqa: E402
from ai_edge_litert.interpreter import Interpreter  # noqa: E402
from pymicro_features import MicroFrontend  # noqa: E402

MODELS = Path(importlib.util.find_spec("pymicro_wakeword").submodule_search_locations[0]) / "models"


def features(samples, scale, zero_point):
    """The network's inputs, a row a piece, by pymicro-features."""
    front_end, content, found = MicroFrontend(), samples.tobytes(), []
    for at in range(0, len(content) - 319, 320):
        found += front_end.process_samples(content[at:at + 320]).features
    numbers = np.array(found[:len(found) // 120 * 120], np.float32).reshape(-1, 120)
    return np.clip(np.round(numbers / np.float32(scale)) + zero_point, -128, 127).astype(np.int8)


class Reference:
    def __init__(self):
        self.told = json.loads((MODELS / "okay_nabu.json").read_text())["micro"]
        self.interpreter = Interpreter(str(MODELS / "okay_nabu.tflite"))
        self.scale, self.zero_point = self.interpreter.get_input_details()[0]["quantization"]

    def chances(self, pieces):
        """In 1/256, by LiteRT's interpreter from its beginning."""
        interpreter, found = Interpreter(str(MODELS / "okay_nabu.tflite")), []
        interpreter.allocate_tensors()
        to, of = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        for piece in pieces:
            interpreter.set_tensor(to["index"], piece.reshape(to["shape"]))
            interpreter.invoke()
            found.append(int(interpreter.get_tensor(of["index"]).reshape(-1)[0]))
        return found

    def heard(self, chances):
        """The pieces at which the mean of the last chances comes above the cutoff."""
        window, found, was_above = self.told["sliding_window_size"], [], False
        for end in range(1, len(chances) + 1):
            last = chances[max(0, end - window):end]
            is_above = len(last) == window and sum(last) / window / 256 > self.told["probability_cutoff"]
            if is_above and not was_above:
                found.append(end)
            was_above = is_above
        return found


def run(program, *arguments):
    return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    program, sound = sys.argv[1:]
    with wave.open(sound) as file:
        said = array("h", file.readframes(file.getnframes()))
    source = random.Random(1)
    noise = array("h", (int(source.gauss(0, 300)) for _ in range(32000)))
    both = array("h", noise)
    for i, sample in enumerate(said):
        both[8000 + i] = max(-32768, min(32767, both[8000 + i] + sample))
    reference, fired = Reference(), 0
    with tempfile.TemporaryDirectory() as work:
        for name, samples in (("said", said), ("noise", noise), ("both", both), ("twice", said + noise + said)):
            path = Path(work) / f"{name}.wav"
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(16000)
                file.writeframes(samples.tobytes())
            output = run(program, path, "--trace")
            lines = re.findall(r"^(.*) gives (\d+)$", output, re.M)
            pieces = np.array([line.split() for line, _ in lines], np.int8)
            chances = reference.chances(pieces)
            assert [int(chance) for _, chance in lines] == chances, f"{name}: other chances than LiteRT's"
            # Of its 233 weights 2 depend on the logarithm of the C library that pymicro-features was started with.
            given = features(samples, reference.scale, reference.zero_point)
            assert given.shape == pieces.shape and np.mean(given != pieces) < 1e-3, f"{name}: other features than pymicro-features'"
            heard = reference.heard(reference.chances(given))
            times = re.findall(r"^(\d+\.\d\d) s: Okay Nabu$", output, re.M)
            assert times == [f"{0.02 + 0.03 * piece:.2f}" for piece in heard], f"{name}: {times}, expected {heard}"
            fired += len(heard)
            print(f"{name}: {len(chances)} chances up to {max(chances)}, heard {len(heard)} times")
    assert fired >= 3 and "Okay Nabu" in run(program)
    print("fires when LiteRT's interpreter does")


main()
