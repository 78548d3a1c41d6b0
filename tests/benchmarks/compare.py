"""Tests of the parts of benchmarks/ that judge: comparison with saved results, and of results before they are timed; and
that what docs/ shows is what was measured."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS / "suite")]
import compare
import plots
import report
import summary
import turns
import works

DOCS = BENCHMARKS.parent / "docs"


def record(work="forward", sizes="8x64x64", share="", **peers):
    return {**dict.fromkeys(report.COLUMNS, ""), "work": work, "precision": "float", "sizes": sizes, "burin": "100",
            "share_of_peak": share, **peers}


class Summary(unittest.TestCase):
    def rows(self, records):
        lines = summary.markdown({"here": report.by_work(records).values()})
        return dict(line.strip("| ").split(" | ") for line in lines if line.count("|") == 3 and not line.startswith("|-"))

    def row(self, share, ratio, bound="1.0"):
        return record(sizes="8x784x128", share=share, share_of_bound=bound, onednn=ratio, burin_clang="1.02")

    def test_what_is_possible_is_the_ratio_at_the_bound(self):
        self.assertEqual(self.rows([self.row("0.8", "1.1", "0.8")])["8 to 128 samples"], "1.10, 1.10, 1.38")
        self.assertEqual(self.rows([self.row("0.8", "1.25", "1.4")])["8 to 128 samples"], "1.25, 1.25, 1.25")

    def test_shares_are_the_least_the_greatest_and_the_median(self):
        middle = [self.row(share, "1.1") | {"sizes": f"{rows}x784x128"} for share, rows in (("0.96", 8), ("0.9", 32), ("0.98", 128))]
        self.assertEqual(self.rows(middle)["forward, (784, 128) to (512, 512)"], "90–98 (96)")

    def test_what_was_not_timed_is_left_out(self):
        one = self.row("0.8", "1.2") | {"sizes": "8x784x128"}
        other = record(sizes="32x784x128", onednn="error: it ended")
        self.assertEqual(self.rows([one, other])["8 to 128 samples"], "1.20, 1.20, 1.20")
        self.assertEqual(self.rows([other])["8 to 128 samples"], "–")
        self.assertEqual(self.rows([other])["forward, (784, 128) to (512, 512)"], "–")
        self.assertEqual(self.rows([other])["all works"], "–")

    def test_works_that_were_not_measured_have_no_figure(self):
        self.assertEqual(self.rows([self.row("1", "2")])["adam"], "–")

    def test_another_table_is_refused_by_name(self):
        with tempfile.TemporaryDirectory() as directory:
            other = Path(directory) / "other.csv"
            other.write_text("work,ratio\nforward,1\n", encoding="utf-8")
            with self.assertRaisesRegex(ValueError, "other.csv: expected results of benchmarks/run, found no column precision"):
                report.read_csv(other)

    def test_the_page_has_the_figures_of_the_kept_results(self):
        page = (DOCS / "performance.md").read_text(encoding="utf-8")
        kept = {name: report.read_csv(DOCS / "benchmarks" / f"{name}.csv") for name in ("intel-avx512", "intel-avx2", "zen1")}
        for line in summary.markdown(kept):
            self.assertIn(line, page)

    def test_the_drawings_are_those_of_the_kept_results(self):
        with tempfile.TemporaryDirectory() as directory:
            plots.draw(report.read_csv(DOCS / "benchmarks" / "intel-avx512.csv"), Path(directory))
            for name in ("products", "inference", "training_step"):
                self.assertEqual((Path(directory) / f"{name}.svg").read_text(encoding="utf-8"),
                                 (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8"))


class CompareWithSaved(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.saved = []

    def write(self, name, records, processor):
        report.write_csv(self.directory / name, [report.about(processor, "2026-11-27", {}), *records])
        return str(self.directory / name)

    def run_with(self, records, *arguments, processor="A"):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = compare.main([self.write("results.csv", records, processor), *self.saved, *arguments])
        return status, output.getvalue()

    def save(self, records, processor="A"):
        self.saved.append(self.write(f"{processor}.csv", records, processor))

    def test_the_same_run_is_not_slower(self):
        run = [record(share="0.9", onednn="1.5")]
        self.save(run)
        status, output = self.run_with(run)
        self.assertEqual(status, 0)
        self.assertIn("2 ratios compared", output)

    def test_slower_against_peer_and_peak_is_flagged(self):
        self.save([record(share="0.9", onednn="1.5")])
        status, output = self.run_with([record(share="0.7", onednn="1.1")])
        self.assertEqual(status, 1)
        self.assertIn("forward float 8x64x64", output)
        self.assertIn("onednn 1.5 → 1.1", output)

    def test_a_faster_peer_alone_is_not_a_slower_burin(self):
        self.save([record(share="0.9", onednn="1.5")])
        self.assertEqual(self.run_with([record(share="0.9", onednn="1.1")])[0], 0)

    def test_a_slowdown_within_the_tolerance_passes(self):
        self.save([record(onednn="2.0")])
        self.assertEqual(self.run_with([record(onednn="1.8")])[0], 0)
        self.assertEqual(self.run_with([record(onednn="1.8")], "--tolerance", "0.05")[0], 1)

    def test_times_are_not_compared(self):
        self.save([record(share="0.9", burin="100")])
        self.assertEqual(self.run_with([record(share="0.9", burin="900")])[0], 0)

    def test_another_processor_has_no_say(self):
        self.save([record(onednn="2.0")])
        status, output = self.run_with([record(onednn="1.0")], processor="B")
        self.assertEqual(status, 0)
        self.assertIn("no saved results of 'B'", output)

    def test_of_several_that_of_the_processor_is_compared_with(self):
        self.save([record(onednn="2.0")])
        self.save([record(onednn="3.0")], processor="B")
        self.assertEqual(self.run_with([record(onednn="1.0")])[0], 1)
        self.assertEqual(self.run_with([record(onednn="2.0")])[0], 0)


class CompareResults(unittest.TestCase):
    work = works.Work("forward", "float", (8, 64, 64))

    def test_rounding_is_no_difference(self):
        self.assertIsNone(turns.differs(self.work, [0.1, 2.0, 3.00001], [0.1, 2.0, 3.0]))

    def test_other_numbers_are_refused(self):
        self.assertIn("computes 3.1", turns.differs(self.work, [0.1, 2.0, 3.1], [0.1, 2.0, 3.0]))
        self.assertIn("nan", turns.differs(self.work, [0.1, 2.0, float("nan")], [0.1, 2.0, 3.0]))
        self.assertIn("2 figures", turns.differs(self.work, [0.1, 2.0], [0.1, 2.0, 3.0]))

    def test_double_is_held_to_more_digits(self):
        double = works.Work("forward", "double", (8, 64, 64))
        self.assertIsNotNone(turns.differs(double, [0.1, 2.0, 3.00001], [0.1, 2.0, 3.0]))


class Report(unittest.TestCase):
    def test_a_row_that_burin_loses_is_bold(self):
        work = works.Work("forward", "float", (8, 64, 64))
        table = report.table([work], report.by_work([record(share="0.5", onednn="0.8", eigen="2.5")]))
        self.assertIn("| oneDNN | **0.80** | **0.80** | 2.5 |", table)

    def test_who_computes_other_numbers_is_named(self):
        self.assertEqual(report.refusals([record(onednn="computes nan, not 1", eigen="2")]),
                         ["- oneDNN: computes nan, not 1 (forward float 8x64x64)"])

    def test_merging_replaces_what_was_measured_again(self):
        before = [report.about("A", "day", {"onednn": "old", "eigen": "3"}), record(onednn="1.5"), record(onednn="3.0", sizes="1x2x3")]
        now = [report.about("A", "day", {"onednn": "new"}), record(onednn="2.0")]
        self.assertEqual(report.merged(before, now), [report.about("A", "day", {"onednn": "new", "eigen": "3"}), before[2], now[1]])


if __name__ == "__main__":
    unittest.main()
