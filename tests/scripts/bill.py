#!/usr/bin/env python3
"""Tests scripts/bill: its figures for the digits of examples/flash, and what it says to a mistake.

    bill.py COMPILER        for this machine by that compiler, and for a Cortex-M4F where its compiler is installed
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "examples" / "flash" / "network.hpp"

# Dense<32>, ReLU, Dense<10> on 64 numbers.
PARAMETERS = 64 * 32 + 32 + 32 * 10 + 10
MACS = 64 * 32 + 32 * 10
FLOPS = 2 * MACS + 32 + 10 + 32


def bill(*arguments, network="Digits", header=HEADER):
    return subprocess.run([ROOT / "scripts" / "bill", "--header", header, "--network", network, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)


def figures(*arguments):
    run = bill("--json", *arguments)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def rounded_up(number, multiple=64):
    return -(-number // multiple) * multiple


class Host(unittest.TestCase):
    def test_inference(self):
        with tempfile.TemporaryDirectory() as directory:
            svg, dot = Path(directory) / "plan.svg", Path(directory) / "network.dot"
            said = figures("--run", "--svg", svg, "--dot", dot)
            self.assertIn("<svg", svg.read_text(encoding="utf-8"))
            self.assertIn("digraph", dot.read_text(encoding="utf-8"))
        self.assertEqual((said["parameters"], said["macs"], said["flops"]), (PARAMETERS, MACS, FLOPS))
        self.assertEqual(said["flash"]["weights"], rounded_up(4 * PARAMETERS))
        self.assertGreater(said["flash"]["kernels"] + said["flash"]["network"], 100)
        self.assertEqual(said["input_bytes"], 4 * 64)
        self.assertGreaterEqual(said["arena_bytes"], said["arena_bound"])
        self.assertEqual(said["memory"], said["arena_bytes"] + said["input_bytes"] + said["memory_rest"])
        self.assertLess(said["memory_rest"], 64)
        self.assertIn("checksum", said["measured"])

    def test_training(self):
        said = figures("--train", "--batch", "8", "--optimizer", "optimizers::Adam", "--flags=-O1 -DBURIN_SHARED_KERNELS")
        # The first layer's input has no gradient.
        self.assertEqual(said["macs"], 8 * (2 * 64 * 32 + 3 * 32 * 10))
        self.assertEqual(said["gradient_bytes"], rounded_up(4 * PARAMETERS))
        self.assertEqual(said["optimizer_bytes"], 2 * 4 * PARAMETERS)
        self.assertEqual(said["target_bytes"], 8 * 4)
        self.assertEqual(said["flash"]["weights"], 0)
        parts = said["weight_bytes"] + said["gradient_bytes"] + said["optimizer_bytes"] + said["arena_bytes"] + said["input_bytes"]
        self.assertLess(said["memory"] - parts - said["target_bytes"], 256)


class Mistakes(unittest.TestCase):
    def refused(self, why, *arguments, **what):
        run = bill(*arguments, **what)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertRegex(run.stderr, rf"^bill: .*{why}.*\n$")

    def test_each_is_told_in_one_line(self):
        self.refused("no target 'abacus'; there are host, ", "--target", "abacus")
        self.refused("no header nowhere.hpp", header="nowhere.hpp")
        self.refused("Digitz", network="Digitz")
        self.refused("layer `0` `Dense<3>`: expected input `.features.`, got `.8, 8.`", network="burin::Sequential<burin::Input<8, 8>, burin::Dense<3>>")
        self.refused("give --int8 or --train", "--int8", "--train")
        self.refused("--batch: expected at least one sample, got -3", "--batch", "-3")
        self.refused("--weights: there is no file nowhere", "--weights", "nowhere")
        self.refused("--svg: there is no directory nowhere", "--svg", "nowhere/plan.svg")
        self.refused("--weights: .*: expected 9664 bytes, got", "--weights", __file__)
        self.refused("--flags: expected the words of a command line, got ''x' \\(No closing quotation\\)", "--flags", "'x")
        self.refused("--flags: '-O0 -flto' leave no constants in the object file", "--flags", "-O0 -flto")
        self.refused("no header n+", header="n" * 5000)
        self.refused("--weights: there is no file n+", "--weights", "n" * 300)
        self.refused("no target '[.]{2}/n+'", "--target", "../" + "n" * 300)
        self.refused(".*: can't be written: Is a directory", "--flags=-O0", "--svg", "/tmp")

    def test_the_place_in_the_users_header_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            header = Path(directory) / "network.hpp"
            header.write_text('#pragma once\n#include "nowhere.hpp"\n', encoding="utf-8")
            self.refused(f"{header}:2: nowhere.hpp: No such file", header=header)


@unittest.skipUnless(shutil.which("arm-none-eabi-g++"), "no compiler for Cortex-M")
class Board(unittest.TestCase):
    def test_int8(self):
        run = ["--run"] if shutil.which("qemu-system-arm") else []
        said = figures("--target", "cortex-m4f", "--int8", *run)
        self.assertEqual((said["parameters"], said["macs"]), (PARAMETERS, MACS))
        # A byte a weight; of each output a bias, a factor and a shift.
        self.assertGreaterEqual(said["flash"]["weights"], MACS + 9 * (32 + 10))
        self.assertLess(said["flash"]["weights"], MACS + 9 * (32 + 10) + 64)
        self.assertLess(sum(said["flash"].values()), 8 * 1024)
        self.assertEqual(said["input_bytes"], 0)
        self.assertEqual(said["arena_bytes"], 64 + 32)
        if run:
            measured = said["measured"]
            self.assertGreater(measured["instructions"], MACS / 4)
            # The estimate leaves out main and what comes before it.
            self.assertGreaterEqual(measured["stack"], said["stack"])
            self.assertLess(measured["stack"], said["stack"] + 256)


if __name__ == "__main__":
    os.environ["CXX"] = sys.argv.pop(1)
    unittest.main(verbosity=2)
