#!/usr/bin/env python3
"""Runs the example on words, noise and silence, at each sample rate, and compares every chance with onnxruntime's, and the times
with what Silero's own function makes of those. Skipped where their packages are not installed.

    voice_activity.py PROGRAM SOUND.wav
"""

import importlib.util
import random
import re
import subprocess
import sys
import tempfile
import wave
from array import array
from pathlib import Path
from unittest.mock import MagicMock

if any(importlib.util.find_spec(name) is None for name in ("numpy", "onnxruntime", "silero_vad")):
    print("skipped: needs the Python packages numpy, onnxruntime and silero-vad (pip install --no-deps)")
    sys.exit(77)
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

PACKAGE = Path(importlib.util.find_spec("silero_vad").submodule_search_locations[0])


def times_of():
    """The package's function from chances to times, which needs nothing of what else its file imports."""
    for name in ("torch", "packaging", "packaging.version"):
        if importlib.util.find_spec(name.split(".")[0]) is None:
            sys.modules[name] = MagicMock()
    spec = importlib.util.spec_from_file_location("silero_utils", PACKAGE / "utils_vad.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.get_speech_timestamps_from_probs


class Reference:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(PACKAGE / "data" / "silero_vad.onnx"), options, providers=["CPUExecutionProvider"])

    def chances(self, samples, rate):
        size = 512 * rate // 16000
        samples = np.pad(samples, (size // 8, -len(samples) % size))
        state, found = np.zeros((2, 1, 128), np.float32), []
        for at in range(0, len(samples) - size, size):
            given = {"input": samples[None, at:at + size + size // 8], "state": state, "sr": np.array(rate, np.int64)}
            chance, state = self.session.run(None, given)
            found.append(float(chance[0, 0]))
        return found


def write(path, samples, rate):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def sounds(said):
    """Names, samples and rates."""
    source = random.Random(1)
    silence = lambda seconds: array("h", [0]) * int(16000 * seconds)
    noise = lambda seconds: array("h", (int(source.gauss(0, 300)) for _ in range(int(16000 * seconds))))
    quiet = array("h", (each // 8 for each in said))
    mixed = array("h", (each + other for each, other in zip(said, noise(len(said) / 16000))))
    several = silence(0.7) + said + silence(0.05) + said[1500:14000] + noise(1) + mixed + said[4000:9000] + silence(0.3) + quiet + \
        noise(0.2) + said[1000:15500] * 2
    yield "said", said, 16000
    yield "noise", noise(2), 16000
    yield "several", several, 16000
    yield "several at 8 kHz", array("h", ((a + b) // 2 for a, b in zip(several[::2], several[1::2]))), 8000
    yield "said at 48 kHz", array("h", (each for each in said for _ in range(3))), 48000
    yield "less than a step", said[5000:5300], 16000


#: Options of the program and of the package's function.
WISHES = [((), {}),
          (("--threshold", "0.8", "--least-silence", "0.4"), {"threshold": 0.8, "min_silence_duration_ms": 400}),
          (("--least-speech", "0.9", "--padding", "0.2"), {"min_speech_duration_ms": 900, "speech_pad_ms": 200}),
          (("--most-speech", "0.6", "--least-silence", "0.5", "--padding", "0.01"),
           {"max_speech_duration_s": 0.6, "min_silence_duration_ms": 500, "speech_pad_ms": 10}),
          (("--most-speech", "1.5", "--least-silence", "5"), {"max_speech_duration_s": 1.5, "min_silence_duration_ms": 5000})]


def main():
    program, sound = sys.argv[1:]
    with wave.open(sound) as file:
        said = array("h", file.readframes(file.getnframes()))
    reference, to_times, largest, heard = Reference(), times_of(), 0.0, 0
    with tempfile.TemporaryDirectory() as work:
        for name, samples, rate in sounds(said):
            path, step = Path(work) / "sound.wav", max(rate // 16000, 1)
            write(path, samples, rate)
            numbers = (np.array(samples, np.float32) / np.float32(32768))[::step]
            expected = reference.chances(numbers, rate // step)
            for options, wishes in WISHES:
                output = subprocess.run([program, path, "--trace", "1", *options], check=True, stdout=subprocess.PIPE, text=True).stdout
                chances = [float(each) for each in re.findall(r"^chance (.*)$", output, re.M)]
                assert len(chances) == len(expected), f"{name}: {len(chances)} chances, expected {len(expected)}"
                largest = max([largest, *(abs(a - b) for a, b in zip(chances, expected))])
                times = [{"start": int(start), "end": int(end)} for start, end in re.findall(r"^speech (\d+) (\d+)$", output, re.M)]
                wanted = to_times(expected, sampling_rate=rate // step, audio_length_samples=len(numbers), step=step, **wishes)
                assert times == wanted, f"{name} {options}: {times}, expected {wanted}"
                heard += len(times)
                print(f"{name} {' '.join(options)}: chances up to {max(expected):.3f}, heard {len(times)} times")
    assert largest < 1e-4, f"chances differ by {largest}"
    assert heard > 10
    print(f"{heard} times as Silero's function has them; the largest difference of a chance is {largest:.1e}")


main()
