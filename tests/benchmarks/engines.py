"""Tests of what benchmarks/engines makes of figures: its table, means, page and drawing."""

import csv
import sys
import tempfile
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path[:0] = [str(BENCHMARKS / "engines"), str(BENCHMARKS / "suite")]
import engine_report
import engine_works
import report
import turns


def row(work, nanoseconds, **engines):
    """Ratios by engine, or a reason for none."""
    results = [turns.Result("burin", nanoseconds=nanoseconds, ratio=1)]
    for name, value in engines.items():
        refused = value if isinstance(value, str) else ""
        results.append(turns.Result(name, ratio=0 if refused else value, refused=refused))
    return turns.Row(work, results=results)


class Report(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.table = Path(directory.name) / "engines.csv"
        lstm, other = engine_works.GROUPS["Streaming, step by step"][:2]
        mlp = engine_works.GROUPS["8 bits"][0]
        self.rows = {"Streaming, step by step": [row(lstm, 50, a=2.0, b=0.5), row(other, 60, a=8.0, b="unsupported")],
                     "8 bits": [row(mlp, 1500, a="computes 1, not 2", b=1.5)]}
        self.written = engine_report.write(self.table, self.rows, "a processor", "2026-11-29", {"burin": "Burin", "a": "A 1", "b": "B 2"})

    def page(self):
        return self.written[1].read_text(encoding="utf-8")

    def test_the_ratio_is_that_of_the_best_engine(self):
        self.assertIn("| LSTM 8 | 50 ns | b | **0.50** | 2.0 | **0.50** |", self.page())

    def test_an_engine_that_does_not_take_part_is_no_best_one(self):
        self.assertIn("| LSTM 10 | 60 ns | a | 8.0 | 8.0 | – |", self.page())

    def test_means_are_of_the_best_of_each_row_and_of_each_group(self):
        self.assertIn("| geometric mean | | | 2.00 |", self.page())
        self.assertIn("| geometric mean | | | 1.50 |", self.page())

    def test_what_computes_something_else_is_named_and_not_timed(self):
        self.assertIn("- a: computes 1, not 2 (mlp int8 1)", self.page())

    def test_the_page_is_that_of_the_kept_table(self):
        records = report.read_csv(self.table, engine_report.FIRST)
        self.assertEqual(engine_report.markdown(records), self.page())
        with self.table.open(encoding="utf-8") as file:
            self.assertEqual(next(csv.reader(file)), ["work", "precision", "sizes", "burin", "a", "b"])

    def test_each_timed_engine_has_a_dot_in_the_drawing(self):
        drawing = self.written[2].read_text(encoding="utf-8")
        self.assertEqual(drawing.count("<circle"), 4 + 2)  # Ratios, and the legend.


class Works(unittest.TestCase):
    def test_requests_name_each_work_once(self):
        every = [work.request for group in engine_works.GROUPS.values() for work in group]
        self.assertEqual(len(every), len(set(every)))

    def test_each_has_a_program_in_the_build(self):
        build = (BENCHMARKS / "engines" / "meson.build").read_text(encoding="utf-8")
        for group in engine_works.GROUPS.values():
            for work in group:
                self.assertIn(f"'{work.program}'", build)
                self.assertTrue((BENCHMARKS / "engines" / f"{work.program}.cpp").exists())

    def test_groups_and_pieces_of_requests_choose(self):
        self.assertEqual(list(engine_works.chosen(["8 bits"])), ["8 bits"])
        self.assertEqual([work.request for work in engine_works.chosen(["lstm float 8"])["Streaming, step by step"]], ["lstm float 8"])
        self.assertEqual(engine_works.chosen(["no such"]), {})

    def test_words_are_whole(self):
        requests = lambda *only: [work.request for each in engine_works.chosen(only).values() for work in each]
        self.assertEqual(requests("lenet int8"), ["lenet int8 1", "lenet int8 32"])
        self.assertEqual(requests("lstm float 1"), [])
        self.assertEqual(list(engine_works.chosen(["Streaming"])), ["Streaming, step by step", "Streaming, a block of 64 steps"])

    def test_sizes_are_those_that_the_programs_are_compiled_for(self):
        header = (BENCHMARKS / "engines" / "works.hpp").read_text(encoding="utf-8").replace("\n", " ")
        for work in engine_works.GROUPS["Streaming, step by step"]:
            self.assertIn(f"Sizes<{', '.join(map(str, work.sizes))}>{{}}", " ".join(header.split()))


class Tolerance(unittest.TestCase):
    def test_int8_is_compared_loosely_and_floats_are_not(self):
        int8, real = engine_works.GROUPS["8 bits"][0], engine_works.GROUPS["Inference"][0]
        reference, near, far = [0.0, 1.0, 1.0], [0.0, 1.0, 1.05], [0.0, 1.0, 2.0]
        self.assertIsNone(turns.differs(int8, near, reference))
        self.assertIsNotNone(turns.differs(int8, far, reference))
        self.assertIsNotNone(turns.differs(real, near, reference))


if __name__ == "__main__":
    unittest.main()
