#!/usr/bin/env python3
"""Writes the networks that the example is made of, voice_16k.hpp and voice_8k.hpp, by burin-import.

    import.py FOLDER [MODEL.onnx]

The model is that of the Python package silero-vad unless another path is given: Silero VAD, (c) Silero Team, MIT licence. The
package is taken where it is installed; else pip fetches it into FOLDER, without the packages that it needs when it runs.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from python_package import burin_import, files_of  # noqa: E402

#: Samples a second, and those of a step: 32 ms, and an eighth of that before it.
STEPS = {16000: 576, 8000: 288}


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else files_of("silero_vad", "silero-vad", "data", folder) / "silero_vad.onnx"
    for rate, samples in STEPS.items():
        name = f"voice_{rate // 1000}k"
        burin_import("onnx", model, "-o", folder / f"{name}.hpp", "--name", name, "--no-test", "--constant", f"sr={rate}",
                     "--shape", f"input=1,{samples}", "--shape", "state=2,1,128", "--state", "state=stateN")


main()
