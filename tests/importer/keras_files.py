#!/usr/bin/env python3
"""The .keras files of tests/reference, imported, compiled and compared with what
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
NAMES = ("image", "sequence", "parts", "imported_image", "imported_sequence", "imported_attention", "imported_masked", "imported_volume",
         "imported_directions")
outputs = load_file(REFERENCE / "keras_outputs.safetensors")

with tempfile.TemporaryDirectory() as directory:
    work = Path(directory)
    headers = {}
    for name in NAMES:
        model = REFERENCE / f"keras_{name}.keras"
        code, said = run(model, "-o", work / f"{name}.hpp", "--name", name, "--no-test")
        assert code == 0, said
        headers[name] = work / f"{name}.hpp", "row_major"
    program = Program(work, sys.argv[1:], headers)
    for name in headers:
        found, expected = program.run(name, outputs[f"{name}:x"]), outputs[f"{name}:y"]
        difference = np.abs(found - expected.reshape(found.shape)).max()
        assert difference < 1e-5, (name, difference)

    # Keras itself, which imports what a configuration names, gets those that name its own classes.
    from burin_import.runtimes.keras import foreign, names_only_keras
    with zipfile.ZipFile(REFERENCE / "keras_imported_image.keras") as archive:
        config = json.loads(archive.read("config.json"))
    # How it was trained is not read, and a mask of Keras's own is one of its operations.
    optimizer = {"module": "keras.optimizers", "class_name": "Adam", "config": {}}
    config["compile_config"] = {"optimizer": optimizer}
    config["config"]["layers"].append({"module": "keras.src.ops.numpy", "class_name": "NotEqual", "config": {}})
    assert names_only_keras(config)
    config["config"]["layers"][-1]["class_name"] = "Power"
    assert foreign(config["config"]) == "keras.src.ops.numpy.Power" and not names_only_keras(config)
    del config["config"]["layers"][-1]
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

    # What a configuration may ask for and no layer is: by name, and all at once.
    def refused_with(name, changes):
        with zipfile.ZipFile(REFERENCE / f"keras_{name}.keras") as source, zipfile.ZipFile(hostile, "w") as target:
            config = json.loads(source.read("config.json"))
            layers = {layer["config"]["name"]: layer for layer in config["config"]["layers"]}
            for layer, key, value in changes:
                (layers[layer]["config"] if key in layers[layer]["config"] else layers[layer])[key] = value
            target.writestr("config.json", json.dumps(config))
            target.writestr("model.weights.h5", source.read("model.weights.h5"))
        return refused(hostile)
    said = refused_with("sequence", [("convolution", "padding", "reflect"), ("gru", "recurrent_activation", "tanh"), ("rnn", "activation", "elu"),
                                     ("head", "activation", {"class_name": "function", "config": "mine"})])
    for words in "padding reflect", "gru: GRU: expected tanh", "rnn: SimpleRNN: expected tanh", "activation of one's own":
        assert words in said, said
    said = refused_with("parts", [("crop", "data_format", "channels_first"), ("up", "output_padding", [1, -1]), ("slopes", "module", "mine"),
                                  ("norm", "axis", 1), ("clip", "threshold", 0.5), ("unit", "registered_name", "Mine>Unit")])
    assert said.startswith("burin-import: 6 nodes are not"), said
    for words in "channels are last", "output_padding", "is of mine", "axis 1", "threshold", "whose code is not run":
        assert words in said, said
    assert "int8" in refused_with("parts", [("head", "dtype", {"config": {"name": "int8_from_float32"}})])
    assert "groups" in refused_with("parts", [("norm", "groups", 2)])
    # A second direction of one's own.
    with zipfile.ZipFile(REFERENCE / "keras_imported_masked.keras") as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    backward = next(layer["config"]["backward_layer"] for layer in layers if layer["config"]["name"] == "both")
    backward["config"]["activation"] = "relu"
    assert "both: Bidirectional: expected two directions of one kind" in refused_with("imported_masked", [("both", "backward_layer", backward)])
    # Masks that are given by name: one, of the input.
    calls = next(layer["inbound_nodes"] for layer in layers if layer["config"]["name"] == "first")
    calls[0]["kwargs"]["mask"] = [calls[0]["args"][0]] * 2
    assert "first: LSTM: is called with masks" in refused_with("imported_masked", [("first", "inbound_nodes", calls)])

    for content in b"", b"PK\x03\x04", (REFERENCE / "keras_image.keras").read_bytes()[:2000]:
        hostile.write_bytes(content)
        refused(hostile)
print("what is imported from Keras computes the same")
