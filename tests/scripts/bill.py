#!/usr/bin/env python3
"""Tests scripts/bill: its figures for the digits of examples/flash, and what it says to a mistake.

    bill.py COMPILER        for this machine by that compiler, and for a Cortex-M4F where its compiler is installed
"""

import importlib.machinery
import importlib.util
import json
import os
import re
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


def bill(*arguments, network="Digits", header=HEADER, path=os.environ["PATH"]):
    return subprocess.run([sys.executable, ROOT / "scripts" / "bill", "--header", header, "--network", network, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False, env={**os.environ, "PATH": path})


def figures(*arguments):
    run = bill("--json", *arguments)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def rounded_up(number, multiple=64):
    return -(-number // multiple) * multiple


def bill_module():
    loader = importlib.machinery.SourceFileLoader("bill", str(ROOT / "scripts" / "bill"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bill", loader))
    loader.exec_module(module)
    return module


def rows(text, section):
    """The rows of a section of the bill, by name."""
    lines = text[text.index(f"\n{section}") + 1:].splitlines()[1:]
    found = {}
    for line in lines:
        row = re.match(r"  (\S.*?)\s{2,}(-?[\d,]+)(  |$)", line)
        if row:
            found[row[1]] = int(row[2].replace(",", ""))
        elif not line.startswith("  "):
            break
    return found


class Bills(unittest.TestCase):
    """What holds of each bill."""

    def check_sums(self, said):
        text = bill_module().text_of(said)
        for section in ("flash, bytes", "memory, bytes"):
            parts = rows(text, section)
            self.assertGreater(len(parts), 2, text)
            whole = parts.pop("in all")
            self.assertEqual(sum(parts.values()), whole, text)
            self.assertGreaterEqual(min(parts.values()), 0, text)

    def check_training(self, said, batch, vectors):
        # The first layer's input has no gradient.
        self.assertEqual(said["macs"], batch * (2 * 64 * 32 + 3 * 32 * 10))
        self.assertEqual(said["gradient_bytes"], rounded_up(4 * PARAMETERS))
        self.assertEqual(said["optimizer_bytes"], vectors * 4 * PARAMETERS)
        self.assertEqual(said["target_bytes"], batch * 4)
        self.assertEqual(said["flash"]["weights"], 0)
        training_bytes = said["weight_bytes"] + said["gradient_bytes"] + said["optimizer_bytes"] + said["arena_bytes"]
        rest = said["memory"] - training_bytes - said["input_bytes"] - said["target_bytes"]
        # A counter, padding, whether it is made.
        self.assertGreaterEqual(rest, 8)
        self.assertLess(rest, 384)
        self.check_sums(said)


class Host(Bills):
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
        self.assertEqual(said["measured"]["checksum"], said["expected_checksum"])
        self.check_sums(said)

    def test_training(self):
        said = figures("--train", "--batch", "8", "--optimizer", "optimizers::Adam", "--flags=-O1 -DBURIN_SHARED_KERNELS")
        self.check_training(said, batch=8, vectors=2)


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
        self.refused("--input: .*: expected 64 bytes, got", "--int8", "--input", __file__)
        self.refused("--flags: expected the words of a command line, got ''x' \\(No closing quotation\\)", "--flags", "'x")
        self.refused("--flags: '-O0 -flto' leave no constants in the object file", "--flags", "-O0 -flto")
        self.refused("no header n+", header="n" * 5000)
        self.refused("--weights: there is no file n+", "--weights", "n" * 300)
        self.refused("no target '[.]{2}/n+'", "--target", "../" + "n" * 300)
        self.refused(".*: can't be written: Is a directory", "--flags=-O0", "--svg", "/tmp")

    def test_what_is_not_installed_is_named_with_its_packages(self):
        self.refused("arm-none-eabi-g.. is not installed; as root, run: apt-get install gcc-arm-none-eabi ", "--target", "cortex-m4f", path="/nowhere")

    def test_the_place_in_the_users_header_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            header = Path(directory) / "network.hpp"
            header.write_text('#pragma once\n#include "nowhere.hpp"\n', encoding="utf-8")
            self.refused(f"{header}:2: nowhere.hpp: No such file", header=header)


@unittest.skipUnless(shutil.which("arm-none-eabi-g++"), "no compiler for Cortex-M")
class Board(Bills):
    def test_training(self):
        said = figures("--target", "cortex-m4f", "--train", "--batch", "16", "--optimizer", "optimizers::Momentum", "--flags=-Os -DBURIN_SHARED_KERNELS")
        self.check_training(said, batch=16, vectors=1)

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
        self.check_sums(said)
        if run:
            measured = said["measured"]
            # Random weights in their own scales, with the answer that this machine gives. Zeros, whose scale is none, would
            # take more than 8,000.
            self.assertEqual(measured["checksum"], said["expected_checksum"])
            self.assertGreater(measured["instructions"], MACS)
            self.assertLess(measured["instructions"], 3 * MACS)
            # The estimate leaves out main and what comes before it.
            self.assertGreaterEqual(measured["stack"], said["stack"])
            self.assertLess(measured["stack"], said["stack"] + 256)


if __name__ == "__main__":
    os.environ["CXX"] = sys.argv.pop(1)
    unittest.main(verbosity=2)
