#!/usr/bin/env python3
"""Tests scripts/explain-kernels: a network's type, an example, and what it says to a mistake.

    explain_kernels.py COMPILER
"""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def explain(*arguments):
    return subprocess.run([sys.executable, ROOT / "scripts" / "explain-kernels", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False)


class ExplainKernels(unittest.TestCase):
    def test_a_type_on_a_processor_that_is_not_there(self):
        run = explain("Sequential<Input<784>, Dense<128>, ReLU>", "--mode", "training", "--batch", "8", "--machine", "zen1")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("training of 8, zen1", run.stdout)
        self.assertRegex(run.stdout, r"Dense<128> \+ ReLU +forward +8 × 784 × 128 +\d")

    def test_the_networks_of_an_example(self):
        run = explain("vae")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(re.findall(r"^vae, (\S+): inference of 1, this \(\w+\)$", run.stdout, re.M), ["Small::Autoencoder", "Mnist::Autoencoder"])

    def test_a_network_that_does_not_fit_together_is_refused_in_its_own_sentence(self):
        run = explain("Sequential<Input<784>, Conv2D<8, 3>>")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"^explain-kernels: .*: layer `0` `Conv2D<8, 3>`: expected input `\[height, width, channels\]`, got `\[784\]`; put")

    def test_a_layer_without_an_8_bit_form_is_refused_in_its_own_sentence(self):
        run = explain("Sequential<Input<8>, Dense<8>, LayerNorm<>, Dense<2>>", "--mode", "int8")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"^explain-kernels: .*: layer `1` `LayerNorm`: expected a layer that can compute with 8-bit integers")

    def test_what_is_no_example_is_told_which_there_are(self):
        run = explain("lenett")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"^explain-kernels: no example 'lenett'; there are quickstart, .*lenet")
        self.assertIn("expected a network", explain().stderr)
        self.assertIn("a quotation mark that nothing closes", explain('Sequential<Input<3>>"').stderr)
        self.assertIn("expected at least one sample, got 0", explain("lenet", "--batch", "0").stderr)
        self.assertIn("expected at most 16777216 samples, got 99999999999999999999999", explain("lenet", "--batch", "9" * 23).stderr)


if __name__ == "__main__":
    os.environ["CXX"] = sys.argv.pop(1)
    unittest.main()
