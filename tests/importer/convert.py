#!/usr/bin/env python3
"""burin-convert: Keras's weights to Burin's and back to the same bits; hostile files; with Keras itself, the same outputs."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

from support import ROOT, needs

needs("h5py", "numpy", "safetensors")
import h5py  # noqa: E402
import numpy as np  # noqa: E402
from burin_import import convert, keras_weights  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402

REFERENCE = ROOT / "tests/reference"


class Convert(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def run_it(self, *given):
        """What it says, and whether it did it."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = convert.main([str(each) for each in given])
        return code == 0, said.getvalue()

    def refusal(self, *given):
        before = sorted(self.directory.iterdir())
        done, said = self.run_it(*given)
        self.assertFalse(done, said)
        self.assertEqual(said.count("\n"), 1, said)
        self.assertEqual(sorted(self.directory.iterdir()), before)
        return said

    def archive(self, config, weights=b""):
        path = self.directory / "hostile.keras"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("metadata.json", "{}")
            file.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
            file.writestr("model.weights.h5", weights)
        return path

    def weights(self, write):
        stream = io.BytesIO()
        with h5py.File(stream, "w") as file:
            write(file)
        return stream.getvalue()

    def test_there_and_back(self):
        for name in "image", "sequence", "parts":
            model, mine = REFERENCE / f"keras_{name}.keras", self.directory / "mine.safetensors"
            self.assertTrue(self.run_it(model, mine)[0])
            self.assertEqual(mine.read_bytes(), (REFERENCE / f"keras_{name}.safetensors").read_bytes())
            # Other weights, and the same again, as a model and as weights alone.
            other = {key: array + np.float32(1) for key, array in load_file(mine).items() if not key.startswith("5.b")}
            other.update({key: array for key, array in load_file(mine).items() if name == "image" and key == "7.bias"})
            changed, back = self.directory / "changed.safetensors", self.directory / "back.safetensors"
            save_file({**load_file(mine), **other}, changed, metadata={"format": "burin"})
            for target in "made.keras", "made.weights.h5":
                self.assertEqual(self.run_it(changed, self.directory / target, "--like", model), (True, ""))
                self.assertTrue(self.run_it(self.directory / target, back, "--like", model)[0])
                for key, array in load_file(changed).items():
                    np.testing.assert_array_equal(array, load_file(back)[key], key)

    def test_what_does_not_agree_is_told_at_once(self):
        model = REFERENCE / "keras_sequence.keras"
        path = self.directory / "other.safetensors"
        tensors = load_file(REFERENCE / "keras_sequence.safetensors")
        del tensors["head.weight"]
        save_file({**tensors, "head.bias": np.zeros(3, np.float32), "x": np.zeros(1, np.float32)}, path, {"format": "burin"})
        said = self.refusal(path, self.directory / "new.keras", "--like", model)
        for each in "missing tensor 'head.weight' [4, 2]", "'head.bias': expected [2], got [3]", "unexpected tensor 'x' [1]":
            self.assertIn(each, said)
        save_file(tensors, path, {"format": "pt"})
        self.assertIn("'format' 'pt'", self.refusal(path, self.directory / "new.keras", "--like", model))
        self.assertIn("--like", self.refusal(path, self.directory / "new.keras"))

    def test_gru_that_resets_the_state(self):
        config = {"units": 2, "reset_after": False}
        piece = keras_weights.Piece("gru/cell", "3", "GRU", config, "old")
        kernel, recurrent, bias = (np.arange(rows * 6, dtype=np.float32).reshape(rows, 6) for rows in (4, 2, 1))
        variables = {"gru/cell": [kernel, recurrent, bias[0]]}
        tensors = keras_weights.to_burin(piece, variables)
        np.testing.assert_array_equal(tensors["3.recurrent_weight"], [[2, 3, 0, 1], [8, 9, 6, 7]])
        np.testing.assert_array_equal(tensors["3.reset_weight"], [[4, 5], [10, 11]])
        np.testing.assert_array_equal(tensors["3.bias"], [2, 3, 0, 1, 4, 5])
        for back, array in zip(keras_weights.from_burin(piece, tensors, variables)["gru/cell"], variables["gru/cell"]):
            np.testing.assert_array_equal(back, array)

    def test_layers_without_counterpart_and_code(self):
        layers = [{"class_name": "Lambda", "config": {"name": "code", "function": {"class_name": "__lambda__"}}},
                  {"class_name": "GRU", "config": {"name": "old", "activation": "elu"}},
                  {"class_name": "Mine", "config": {"name": "mine"}},
                  {"class_name": "Conv2D", "config": {"name": "first", "data_format": "channels_first"}}]
        said = self.refusal(self.archive({"class_name": "Sequential", "config": {"layers": layers}}),
                            self.directory / "new.safetensors")
        for each in "'code' Lambda: is code", "'old' GRU: expected tanh and sigmoid", "'mine' Mine: has no", "'first' Conv2D":
            self.assertIn(each, said)

    def test_hostile_files(self):
        target = self.directory / "new.safetensors"
        dense = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"name": "d"}}]}}
        secret = self.directory / "secret.h5"
        secret.write_bytes(self.weights(lambda file: file.create_dataset("x", data=np.ones(4, np.float32))))

        def huge(file):
            file.create_dataset("layers/dense/vars/0", (1 << 30, 1 << 30), np.float32, chunks=(1, 1))

        def often(file):
            data = file.create_dataset("layers/dense/vars/0", data=np.ones(10_000, np.float32))
            for number in range(1, 200):
                file[f"layers/dense/vars/{number}"] = data

        def link(file):
            file.create_group("layers/dense/vars")["0"] = h5py.ExternalLink(str(secret), "/x")

        def itself(file):
            file.create_group("layers/dense/vars")["0"] = h5py.SoftLink("/layers")

        def cycle(file):
            group = file.create_group("layers")
            group["a"] = group["b"] = group

        for write, word in (huge, "numbers that are in the file"), \
                (often, "numbers that are in the file"), (link, "a link"), (itself, "a link"), (cycle, "form a tree"):
            self.assertIn(word, self.refusal(self.archive(dense, self.weights(write)), target))
        for config in b"", b"[" * 100000, b"[]", b"{}", {"class_name": "Sequential", "config": {"layers": [1]}}, \
                {"class_name": "Sequential", "config": {}}:
            self.refusal(self.archive(config, self.weights(lambda file: None)), target)
        self.refusal(self.archive(dense, b"\x80\x04."), target)
        bomb = self.archive(dense, b"\0" * (1 << 25))
        self.assertIn("expected at most", self.refusal(bomb, target))
        whole = (REFERENCE / "keras_image.keras").read_bytes()
        for size in range(0, len(whole), 499):
            bomb.write_bytes(whole[:size])
            self.refusal(bomb, target)

    def test_keras_itself(self):
        os.environ.setdefault("KERAS_BACKEND", "torch")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            import keras
        except ImportError:
            self.skipTest("Keras is not installed")
        outputs = load_file(REFERENCE / "keras_outputs.safetensors")
        for name in "image", "sequence", "parts":
            model = REFERENCE / f"keras_{name}.keras"
            for target in "made.keras", "made.weights.h5":
                made = self.directory / target
                self.assertTrue(self.run_it(REFERENCE / f"keras_{name}.safetensors", made, "--like", model)[0])
                if target.endswith(".h5"):
                    read = keras.models.load_model(model)
                    read.load_weights(made)
                else:
                    read = keras.models.load_model(made)
                found = np.asarray(read.predict(outputs[f"{name}:x"], verbose=0))
                np.testing.assert_allclose(found, outputs[f"{name}:y"], rtol=0, atol=1e-5)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
