"""Writes tables.hpp: what pandas and SciPy make of a small table with missing values."""

from pathlib import Path

import numpy as np
import pandas as pd
import scipy
import scipy.interpolate
import scipy.stats

HERE = Path(__file__).parent
lines = ["#pragma once", "", "// Tables of pandas and SciPy.",
         f"// Written by tables.py with pandas {pd.__version__} and SciPy {scipy.__version__}.", "", "#include <limits>", "",
         "namespace reference::tables {", "", "inline constexpr double none = std::numeric_limits<double>::quiet_NaN();"]


def number(v):
    return "none" if pd.isna(v) else repr(float(v))


def array(name, values):
    lines.append(f"inline constexpr double {name}[] = {{{', '.join(number(v) for v in np.asarray(values, float).ravel())}}};")


def texts(name, values):
    text = ", ".join('"' + ("" if pd.isna(v) else str(v)) + '"' for v in values)
    lines.append(f"inline constexpr const char* {name}[] = {{{text}}};")


rng = np.random.default_rng(3)
rows = 40
city = rng.choice(["Bern", "Chur", "Genf", None], rows, p=[.4, .3, .2, .1])
grade = rng.choice([1., 2., np.nan], rows)
income = np.where(rng.random(rows) < .2, np.nan, np.round(rng.normal(50, 20, rows), 2))
frame = pd.DataFrame({"city": city, "grade": grade, "income": income})
texts("city", city)
array("grade", grade)
array("income", income)

groups = frame.groupby(["city", "grade"])
keys = groups.size().reset_index()
texts("group_city", keys["city"])
array("group_grade", keys["grade"])
array("group_count", groups.size())
for name in ["mean", "sum", "min", "max", "median", "std"]:
    array("group_" + name, getattr(groups["income"], name)())

described = frame["income"].describe()
array("described", described[["count", "mean", "std", "min", "25%", "50%", "75%", "max"]])
array("sorted_rows", frame.sort_values(["grade", "income"], kind="stable").index)
array("sorted_down", frame.sort_values(["grade", "income"], kind="stable", ascending=False).index)
array("duplicates", np.flatnonzero(frame[["city", "grade"]].duplicated()))

# Cities by their regions, one of them twice and one unknown.
regions = pd.DataFrame({"city": ["Genf", "Bern", "Basel", "Bern"], "region": [3., 1., 4., 2.]})
texts("region_city", regions["city"])
array("region", regions["region"])
frame["row"] = np.arange(rows)
for how in ["inner", "left"]:
    joined = frame[frame["city"].notna() | (how == "left")].merge(regions, on="city", how=how)
    array(f"{how}_row", joined["row"])
    array(f"{how}_region", joined["region"])

# A series with gaps at the ends and within, at uneven times.
values = np.array([np.nan, np.nan, 1., 3., np.nan, np.nan, -2., np.nan, 5., 4., np.nan, np.nan, np.nan, 7.5, np.nan])
times = np.cumsum(rng.integers(1, 9, len(values))).astype(float) * 3600
array("values", values)
array("times", times)
series = pd.Series(values)
array("forward", series.ffill())
array("backward", series.bfill())
array("forward_2", series.ffill(limit=2))
array("backward_1", series.bfill(limit=1))
array("linear", series.interpolate(limit_area="inside"))
array("linear_by_time", pd.Series(values, times).interpolate("index", limit_area="inside"))
known = ~np.isnan(values)
for name, x in [("spline", np.arange(len(values), dtype=float)), ("spline_by_time", times)]:
    spline = scipy.interpolate.CubicSpline(x[known], values[known], bc_type="natural")
    inside = (x >= x[known][0]) & (x <= x[known][-1])
    array(name, np.where(known, values, np.where(inside, spline(x), np.nan)))

# Dates into parts.
dates = pd.to_datetime(["1969-12-31 23:59:59", "1970-01-01", "2000-02-29 12:30:00", "2023-12-31 06:00", "2024-12-31",
                        "1900-03-01 01:01:01", "2100-02-28 18:45"], format="ISO8601")
array("date_seconds", (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(seconds=1))
for name in ["year", "month", "day", "day_of_week", "hour", "minute", "day_of_year"]:
    array("date_" + name, getattr(dates, name))
array("date_month_sin", np.sin(2 * np.pi * (dates.month - 1) / 12))
array("date_weekday_cos", np.cos(2 * np.pi * dates.day_of_week / 7))
array("date_hour_sin", np.sin(2 * np.pi * (((dates - dates.normalize()) / pd.Timedelta(seconds=1)) / 86400)))
array("date_dayofyear_cos", np.cos(2 * np.pi * (dates.day_of_year - 1) / np.where(dates.is_leap_year, 366, 365)))

# Outliers.
spread = np.concatenate([rng.normal(0, 1, 30), [9., -7., 3.2, np.nan]])
array("spread", spread)
array("z_scores", scipy.stats.zscore(spread, nan_policy="omit"))
low, high = np.nanquantile(spread, [.25, .75])
array("fences", [low - 1.5 * (high - low), high + 1.5 * (high - low)])

lines += ["", "} // namespace reference::tables", ""]
(HERE / "tables.hpp").write_text("\n".join(lines))
