#!/usr/bin/env python3
"""Writes what the example is made of: wake_word_network.hpp by burin-import, and wake_word_manifest.hpp, when it fires.

    import.py FOLDER [MODEL]

MODEL is a word that the Python package pymicro-wakeword has (okay_nabu, hey_jarvis, hey_mycroft, alexa), or the path of a
manifest (.json) beside its .tflite. The package is taken where it is installed; else pip fetches it into FOLDER. Nothing of
it becomes part of Burin.
"""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def models(folder):
    """Where the package's models are."""
    package = importlib.util.find_spec("pymicro_wakeword")
    if package is not None:
        return Path(package.submodule_search_locations[0]) / "models"
    place = folder / "pymicro_wakeword" / "models"
    if not place.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                        "--dest", folder, "pymicro-wakeword"], check=True)
        wheel = max(folder.glob("pymicro_wakeword-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith("pymicro_wakeword/models/")])
    return place


def main():
    folder, model = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "okay_nabu"
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(model) if model.endswith(".json") else models(folder) / f"{model}.json"
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
    command = [sys.executable, "-m", "burin_import"] if importlib.util.find_spec("tflite") else [ROOT / "scripts" / "importer"]
    subprocess.run([*command, (path.parent / told["model"]).resolve(), "-o", (folder / "wake_word_network.hpp").resolve(), "--name",
                    "wake_word", "--no-test"], check=True, cwd=ROOT / "tools" / "burin_import")


main()
