#!/usr/bin/env python3
"""Tests scripts/export: a file of another program, a header with weights beside it, refusals. The C that it writes is
compiled and run.

    export.py COMPILER
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "importer"))
from support import needs

needs("flatbuffers", "numpy")
import numpy as np

#: In the environment of the importer's own tests, not one that it makes.
IMPORTER = f"#!/bin/sh\nPYTHONPATH={ROOT / 'tools' / 'burin_import'} exec {sys.executable} -m burin_import \"$@\"\n"


def c_compiler():
    return shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")


class Export(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        importer = self.folder / "importer"
        importer.write_text(IMPORTER, encoding="utf-8")
        importer.chmod(0o755)
        self.environment = {**os.environ, "BURIN_IMPORT": str(importer)}

    def export(self, *arguments):
        return subprocess.run([sys.executable, ROOT / "scripts" / "export", "--c", *arguments], cwd=self.folder, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False)

    def outputs(self, name, number, inputs, size):
        """What the C function makes of each row."""
        (self.folder / "main.c").write_text(f"""\
#include "{name}.h"
#include <stdint.h>
#include <stdio.h>
int main(void)
{{
    static {number} x[{inputs.shape[1]}], y[{size}], arena[{name.upper()}_ARENA];
    while (fread(x, sizeof x, 1, stdin) == 1) {{
        {name}(x, y, arena);
        fwrite(y, sizeof y, 1, stdout);
    }}
    return 0;
}}
""", encoding="utf-8")
        subprocess.run([c_compiler(), "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-O1", "main.c", f"{name}.c", "-lm", "-o", "run"],
                       cwd=self.folder, check=True)
        run = subprocess.run([self.folder / "run"], input=inputs.tobytes(), stdout=subprocess.PIPE, check=True)
        return np.frombuffer(run.stdout, dtype=inputs.dtype).reshape(len(inputs), size)

    def test_a_file_of_8_bits_has_the_bits_of_its_own_program(self):
        run = self.export(ROOT / "tests/importer/small_int8.tflite", "-o", "small.c", "--rounding", "twice")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout, "burin-export: wrote small.c, small.h\n")
        vectors = np.load(ROOT / "tests/importer/small_int8.npz")
        np.testing.assert_array_equal(self.outputs("small", "int8_t", vectors["x"], 5), vectors["twice"])

    def test_a_type_and_its_weights_of_pytorch(self):
        (self.folder / "net.hpp").write_text("#include <burin/embedded.hpp>\nusing Net = burin::Sequential<burin::Input<2>, burin::Dense<2>>;\n",
                                             encoding="utf-8")
        numbers = np.array([1, 3, 2, 4, 10, 20], dtype=np.float32)
        header = json.dumps({"0.weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                             "0.bias": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]}}).encode()
        (self.folder / "net.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + numbers.tobytes())
        run = self.export("net.hpp", "--network", "Net", "--weights", "net.safetensors", "--pytorch")
        self.assertEqual(run.returncode, 0, run.stderr)
        inputs = np.array([[1, 1], [0, -1]], dtype=np.float32)
        np.testing.assert_array_equal(self.outputs("net", "float", inputs, 2), [[14, 26], [7, 16]])

    def test_what_it_refuses(self):
        (self.folder / "net.hpp").write_text("using Net = int;\n", encoding="utf-8")
        for arguments, sentence in [
                (["none.tflite"], "there is no file none.tflite"),
                (["net.hpp"], "expected a header that burin-import or io::export_header wrote, or --network and --weights"),
                (["net.hpp", "--weights", "net.hpp"], "--network: expected the type in the header that the weights are of"),
                (["net.hpp", "--fold"], "unknown options: --fold")]:
            run = self.export(*arguments)
            self.assertEqual(run.returncode, 1)
            self.assertIn(sentence, run.stderr)
            self.assertFalse(list(self.folder.glob("*.c")))


if __name__ == "__main__":
    os.environ["CXX"] = sys.argv.pop(1)
    unittest.main()
