"""Tests of the parts of benchmarks/ that judge: the comparison with a baseline, and that of results before timing."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS / "suite")]
import bars
import compare
import report
import turns
import works


def record(peer, ratio="", share="", work="forward", sizes="8x64x64"):
    return {**dict.fromkeys(report.COLUMNS, ""), "work": work, "precision": "float", "sizes": sizes, "peer": peer,
            "ratio": ratio, "share_of_peak": share}


class Bars(unittest.TestCase):
    def cells(self, records):
        with tempfile.TemporaryDirectory() as directory:
            results = Path(directory) / "results.csv"
            report.write_csv(results, records)
            run = bars.Run(results)
        return {what: judge(run, there) for what, group, judge in bars.bars() if (there := bars.measured(run, group))}

    def row(self, share, ratio, bound="1.0"):
        own = {**record("burin", "1.0", share, sizes="8x784x128"), "share_of_bound": bound}
        return [own, record("onednn", ratio, sizes="8x784x128"), record("burin_clang", "1.02", sizes="8x784x128")]

    def test_a_share_at_the_bar_is_met_and_one_below_is_missed(self):
        what = "forward, 8, 32 and 128 samples: 95 % of the peak"
        self.assertTrue(self.cells(self.row("0.951", "1.3"))[what].endswith(": met"))
        self.assertTrue(self.cells(self.row("0.949", "1.3"))[what].endswith("1 of 1 below: **missed**"))

    def test_what_is_possible_is_the_ratio_at_the_bound(self):
        what = "all of these: ahead of the fastest other, 1.2 in the mean"
        self.assertEqual(self.cells(self.row("0.8", "1.1", "0.8"))[what],
                         "1.10, least 1.10, 0 of 1 below 1; at most 1.38: **missed**")
        self.assertIn("at most 1.25: met", self.cells(self.row("0.8", "1.25", "1.4"))[what])

    def test_another_table_is_refused_by_name(self):
        with tempfile.TemporaryDirectory() as directory:
            other = Path(directory) / "other.csv"
            other.write_text("work,ratio\nforward,1\n", encoding="utf-8")
            with self.assertRaisesRegex(ValueError, "other.csv: expected a results.csv .* found no column precision"):
                bars.Run(other)

    def test_works_that_were_not_measured_have_no_verdict(self):
        self.assertFalse(any("Optimizer" in what or "sgd" in what for what in self.cells(self.row("1", "2"))))


class CompareWithBaseline(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.results = Path(directory.name) / "results.csv"
        self.baseline = Path(directory.name) / "baseline.csv"

    def run_with(self, records, *arguments, processor="A"):
        report.write_csv(self.results, records)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = compare.main([str(self.results), str(self.baseline), "--processor", processor, *arguments])
        return status, output.getvalue()

    def save(self, records, processor="A"):
        self.assertEqual(self.run_with(records, "--save", processor=processor)[0], 0)

    def test_the_same_run_is_not_slower(self):
        run = [record("burin", "1", "0.9"), record("onednn", "1.5")]
        self.save(run)
        status, output = self.run_with(run)
        self.assertEqual(status, 0)
        self.assertIn("2 ratios compared", output)

    def test_slower_against_peer_and_peak_is_flagged(self):
        self.save([record("burin", "1", "0.9"), record("onednn", "1.5")])
        status, output = self.run_with([record("burin", "1", "0.7"), record("onednn", "1.1")])
        self.assertEqual(status, 1)
        self.assertIn("forward float 8x64x64", output)
        self.assertIn("onednn 1.5 → 1.1", output)

    def test_a_faster_peer_alone_is_not_a_slower_burin(self):
        self.save([record("burin", "1", "0.9"), record("onednn", "1.5")])
        self.assertEqual(self.run_with([record("burin", "1", "0.9"), record("onednn", "1.1")])[0], 0)

    def test_a_slowdown_within_the_tolerance_passes(self):
        self.save([record("onednn", "2.0")])
        self.assertEqual(self.run_with([record("onednn", "1.8")])[0], 0)
        self.assertEqual(self.run_with([record("onednn", "1.8")], "--tolerance", "0.05")[0], 1)

    def test_times_are_not_compared(self):
        self.save([{**record("burin", "1", "0.9"), "ns": "100"}])
        self.assertEqual(self.run_with([{**record("burin", "1", "0.9"), "ns": "900"}])[0], 0)

    def test_another_processor_has_no_say(self):
        self.save([record("onednn", "2.0")])
        status, output = self.run_with([record("onednn", "1.0")], processor="B")
        self.assertEqual(status, 0)
        self.assertIn("no baseline for 'B'", output)

    def test_saving_keeps_the_baselines_of_other_processors(self):
        self.save([record("onednn", "2.0")])
        self.save([record("onednn", "3.0")], processor="B")
        self.assertEqual(self.run_with([record("onednn", "1.0")])[0], 1)
        self.assertEqual(self.run_with([record("onednn", "2.0")])[0], 0)


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
        records = [{**record("burin", "1", "0.5"), "ns": "100", "gflops": "20"}, record("onednn", "0.8"), record("eigen", "2.5")]
        by_work = {report.key(records[0]): {each["peer"]: each for each in records}}
        table = report.table([work], by_work, {"burin": "Burin", "onednn": "oneDNN", "eigen": "Eigen"})
        self.assertIn("| oneDNN | **0.80** | **0.80** | 2.5 |", table)


    def test_merging_replaces_what_was_measured_again(self):
        before = [record("onednn", "1.5"), record("onednn", "3.0", sizes="1x2x3"), report.about("onednn", "old")]
        now = [record("onednn", "2.0"), report.about("onednn", "new")]
        self.assertEqual(report.merged(before, now), [before[1], *now])


if __name__ == "__main__":
    unittest.main()
