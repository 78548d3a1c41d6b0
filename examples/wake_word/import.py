#!/usr/bin/env python3
"""Writes what the example is made of: wake_word_network.hpp by burin-import, and wake_word_manifest.hpp, when it fires.

    import.py FOLDER [MODEL]

MODEL is a word that the Python package pymicro-wakeword has (okay_nabu, hey_jarvis, hey_mycroft, alexa), or the path of a
manifest (.json) beside its .tflite. The package is taken where it is installed; else pip fetches it into FOLDER.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from python_package import burin_import, files_of  # noqa: E402


def main():
    folder, model = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "okay_nabu"
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(model) if model.endswith(".json") else \
        files_of("pymicro_wakeword", "pymicro-wakeword", "models", folder) / f"{model}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    micro = told["micro"]
    (folder / "wake_word_manifest.hpp").write_text(f"""#pragma once

// Written by import.py from {path.name}.

#include <cstddef>

namespace manifest {{

inline constexpr const char* wake_word = {json.dumps(told["wake_word"])};
inline constexpr double probability_cutoff = {float(micro["probability_cutoff"])!r};
inline constexpr std::size_t sliding_window_size = {int(micro["sliding_window_size"])};

}} // namespace manifest
""", encoding="utf-8")
    burin_import("tflite", path.parent / told["model"], "-o", folder / "wake_word_network.hpp", "--name", "wake_word", "--no-test")


main()
