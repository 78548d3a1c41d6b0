#!/usr/bin/env python3
"""Examples tell every odd argument in one line and return 1: they never abort, hang or crash.

    odd_arguments.py NAME=PROGRAM ...
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

#: The options of each program by what follows them: a number, a file to read, a directory to read, a file to write
#: (with the arguments that make the program come to writing quickly).
OPTIONS = {
    "amplifier": {},
    "audio_effect": {"number": ["--epochs"], "write": [("--save", "--epochs", "0")]},
    "augmentation": {"number": ["--epochs"], "folder": ["--data"], "write": [("--image", "--epochs", "0")]},
    "autoencoder": {"number": ["--epochs"], "write": [("--image", "--epochs", "0")]},
    "dates_lstm": {"number": ["--steps", "--test", "--bar"]},
    "dates_transformer": {"number": ["--steps", "--test", "--bar"]},
    "detection": {"number": ["--epochs"], "write": [("--image", "--epochs", "0")]},
    "digits": {"number": ["--epochs"], "read": ["--data"], "write": [("--pictures", "--epochs", "0")]},
    "explain": {"number": ["--epochs"], "folder": ["--data"],
                "write": [("--image", "--epochs", "0"), ("--bars", "--epochs", "0", "--image", "")]},
    "few_samples": {"number": ["--each", "--epochs"], "folder": ["--data"]},
    "flash_train": {"number": ["--lanes"], "read": ["--data"], "write": [("--header",), ("--c",)]},
    "forecasting": {"number": ["--epochs"]},
    "keywords_prepare": {"number": ["--sounds"], "write": [("--samples", "--sounds", "50")]},
    "lenet": {"number": ["--epochs"], "folder": ["--data"]},
    "many_cores": {"number": ["--epochs", "--threads"], "read": ["--data"]},
    "mnist": {"number": ["--epochs"], "folder": ["--data"]},
    "on_device_prepare": {"read": ["--data"], "write": [("--weights",)]},
    "quantization_aware": {"number": ["--epochs", "--rate", "--seed", "--stretch"], "read": ["--data"]},
    "quantize": {"read": ["--data"]},
    "question_answering": {"number": ["--epochs", "--texts"]},
    "resnet": {"number": ["--epochs"], "folder": ["--data"]},
    "reviews": {"number": ["--epochs"], "folder": ["--data"]},
    "search": {"number": ["--epochs"], "read": ["--data"],
               "write": [("--image", "--epochs", "1"), ("--journal", "--epochs", "1", "--image", "")]},
    "segmentation": {"number": ["--epochs"], "write": [("--image", "--epochs", "0")]},
    "semantic_roles": {"number": ["--epochs", "--sentences"]},
    "sentiment": {"number": ["--epochs", "--reviews"]},
    "sounds": {"number": ["--epochs", "--sounds"]},
    "state_dict": {"read": ["--data", "--weights"], "write": [("--save",)]},
    "strategy": {"number": ["--epochs"], "read": ["--data"], "write": [("--report", "--epochs", "0")]},
    "table": {"number": ["--epochs"], "read": ["--data"], "write": [("--save", "--epochs", "0")]},
    "tagging": {"number": ["--epochs", "--sentences"]},
    "text_generation": {"number": ["--epochs"], "read": ["--data"]},
    "understanding": {"number": ["--epochs", "--requests"]},
    "vae": {"number": ["--epochs"], "folder": ["--data"], "write": [("--image", "--epochs", "0")]},
}

NUMBERS = ["-1", "abc", "", "1x", "0x10", " 1", "99999999999999999999", "1" * 5000, "nan", "\x1b[2J"]

PROGRAMS = {}


class OddArguments(unittest.TestCase):
    def refused(self, name, *arguments):
        """Returns the line."""
        with self.subTest(program=name, arguments=[argument[:80] for argument in arguments]):
            run = subprocess.run([PROGRAMS[name], *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=250, check=False,
                                 cwd=self.directory.name)
            said = run.stderr.decode("utf-8", errors="strict")
            self.assertEqual(run.returncode, 1, said)
            self.assertRegex(said, r"\A[a-z_]+: [^\x00-\x1f]{1,5000}\n\Z")
            return said
        return ""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def file(self, name, contents):
        path = Path(self.directory.name) / name
        path.write_bytes(contents)
        return str(path)

    def each(self, kind):
        return ((name, option) for name in PROGRAMS for option in OPTIONS[name].get(kind, []))

    def test_options_that_there_are_not(self):
        for name in PROGRAMS:
            for arguments in (["--nonsense", "1"], ["--help"], ["\xff"], [""], ["x" * 100_000]):
                self.refused(name, *arguments)

    def test_options_without_a_value(self):
        for kind in ("number", "read", "folder"):
            for name, option in self.each(kind):
                self.assertIn("expected a value after", self.refused(name, option))

    def test_numbers(self):
        for name, option in self.each("number"):
            for number in NUMBERS:
                if name in ("explain", "lenet", "resnet", "vae") and number == "":
                    continue  # Which there is the usual number.
                self.refused(name, option, number)

    def test_files_to_read(self):
        files = [self.file("empty", b""), self.file("binary", bytes(range(256)) * 40), self.file("one", b"1"), self.directory.name,
                 str(Path(self.directory.name) / "missing"), "n" * 300, "n" * 5000]
        loop = Path(self.directory.name) / "loop"
        loop.symlink_to("loop")
        for name, option in self.each("read"):
            for file in [*files, str(loop)]:
                self.refused(name, option, file)

    def test_folders_to_read(self):
        loop = Path(self.directory.name) / "loop"
        loop.symlink_to("loop")
        for name, option in self.each("folder"):
            for folder in (self.directory.name, str(Path(self.directory.name) / "missing"), __file__, str(loop), "n" * 300):
                self.refused(name, option, folder)

    def test_places_that_cannot_be_written(self):
        for name, (option, *more) in self.each("write"):
            self.assertIn("nowhere", self.refused(name, option, str(Path(self.directory.name) / "nowhere" / "file"), *more))

    def test_what_is_each_ones_own(self):
        if "text_generation" in PROGRAMS:
            for length in (1, 31, 510, 560):
                self.assertIn("expected at least 572 letters", self.refused("text_generation", "--data", self.file("text", b"a" * length)))
            self.assertIn("expected `lstm` or `gpt`, got 'gru'", self.refused("text_generation", "--network", "gru"))
            self.assertIn("got '\\x00'", self.refused("text_generation", "--data", self.file("text", b"a" * 600 + b"\0")))
        if "flash_train" in PROGRAMS:
            self.assertIn("vector_lanes: expected any_lanes, 1, 2, 4, 8 or 16, got 17", self.refused("flash_train", "--lanes", "17"))
            self.assertIn("got 'float8'", self.refused("flash_train", "--storage", "float8"))
        if "on_device_prepare" in PROGRAMS:
            digits = self.file("digits", b"".join(b",".join([b"0"] * 64 + [b"%d" % (i % 10)]) + b"\n" for i in range(700)))
            self.assertIn("expected 1280 digits, got 700", self.refused("on_device_prepare", "--data", digits))
        for name, option, number in (("sentiment", "--reviews", "0"), ("sentiment", "--reviews", "1000000"), ("tagging", "--sentences", "0"),
                                     ("sounds", "--sounds", "0"), ("dates_lstm", "--test", "0")):
            if name in PROGRAMS:
                self.refused(name, option, number)


if __name__ == "__main__":
    while len(sys.argv) > 1 and "=" in sys.argv[-1]:
        name, program = sys.argv.pop().split("=", 1)
        PROGRAMS[name] = os.path.abspath(program)
    unittest.main(verbosity=2)
