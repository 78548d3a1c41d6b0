#!/usr/bin/env python3
"""The .keras files of tests/reference, as far as the importer has their layers, imported, compiled and compared with what
Keras computed; and what is refused.

    tests/importer/keras_files.py COMPILER [FLAG...]
"""

import json
import sys
import tempfile
import zipfile
from pathlib import Path

from support import ROOT, Program, needs, refused, run

needs("numpy", "h5py", "safetensors")
import numpy as np  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

REFERENCE = ROOT / "tests/reference"
outputs = load_file(REFERENCE / "keras_outputs.safetensors")

# Layers that the importer has not are told, all of them.
for name, layers in ("image", ("GroupNormalization", "LayerNormalization")), \
        ("sequence", ("MultiHeadAttention",)):
    said = refused(REFERENCE / f"keras_{name}.keras")
    assert all(f": {layer}: no layer" in said for layer in layers), said

with tempfile.TemporaryDirectory() as directory:
    work = Path(directory)
    headers = {}
    for name in "image", "sequence":
        model = REFERENCE / f"keras_imported_{name}.keras"
        code, said = run(model, "-o", work / f"{name}.hpp", "--name", name, "--no-test")
        assert code == 0, said
        headers[name] = work / f"{name}.hpp", "row_major"
    program = Program(work, sys.argv[1:], headers)
    for name in headers:
        found, expected = program.run(name, outputs[f"imported_{name}:x"]), outputs[f"imported_{name}:y"]
        difference = np.abs(found - expected.reshape(found.shape)).max()
        assert difference < 1e-5, (name, difference)

    # Keras itself, which imports what a configuration names, gets those that name its own classes.
    from burin_import.runtimes.keras import names_only_keras
    with zipfile.ZipFile(REFERENCE / "keras_imported_image.keras") as archive:
        config = json.loads(archive.read("config.json"))
    assert names_only_keras(config)
    config["config"]["layers"][1]["config"]["kernel_initializer"] = {"module": "os", "class_name": "system", "config": {}}
    assert not names_only_keras(config)

    # Code is not run, and a file that is none is one sentence.
    hostile = work / "hostile.keras"
    with zipfile.ZipFile(REFERENCE / "keras_image.keras") as source, zipfile.ZipFile(hostile, "w") as target:
        config = json.loads(source.read("config.json"))
        config["config"]["layers"][1] = {"class_name": "Lambda", "config": {"name": "code", "function": "__lambda__"}}
        target.writestr("config.json", json.dumps(config))
        target.writestr("model.weights.h5", source.read("model.weights.h5"))
    assert "code" in refused(hostile)
    for content in b"", b"PK\x03\x04", (REFERENCE / "keras_image.keras").read_bytes()[:2000]:
        hostile.write_bytes(content)
        refused(hostile)
print("what is imported from Keras computes the same")
