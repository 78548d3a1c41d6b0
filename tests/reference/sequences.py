"""Writes sequences.hpp: what pandas, statsmodels, numpy and scipy make of series."""

import numpy as np
import pandas as pd
import statsmodels
from scipy.interpolate import CubicHermiteSpline, CubicSpline
from statsmodels.tsa.seasonal import STL, seasonal_decompose

from header import Header

header = Header("sequences", "Series, and what is made of them.")
header.lines[3] = f"// Written by sequences.py with pandas {pd.__version__} and statsmodels {statsmodels.__version__}."
header.lines.append("inline constexpr double missing = __builtin_nan(\"\");")
rng = np.random.default_rng(8)


def holed(name, values):
    text = ", ".join("missing" if np.isnan(v) else repr(float(v)) for v in np.asarray(values).reshape(-1))
    header.lines.append(f"inline constexpr double {name}[] = {{{text}}};")


series = np.round(20 + 0.4 * np.arange(26) + 5 * np.sin(np.arange(26) * np.pi / 2) + rng.normal(size=26), 3)
holed("series", series)
holed("lag_3", pd.Series(series).shift(3))
holed("lead_2", pd.Series(series).shift(-2))
holed("difference_1", pd.Series(series).diff().dropna())
holed("difference_2", pd.Series(series).diff().diff().dropna())
holed("difference_2_4", pd.Series(series).diff(4).diff(4).dropna())
for name, model, period in [("add_4", "additive", 4), ("add_5", "additive", 5), ("multiply_4", "multiplicative", 4)]:
    parts = seasonal_decompose(series, model=model, period=period)
    holed(f"{name}_trend", parts.trend)
    holed(f"{name}_seasonal", parts.seasonal)
    holed(f"{name}_rest", parts.resid)

outliers = series.copy()
outliers[[5, 18]] += [30, -25]
holed("outliers", outliers)
for name, values, options in [("stl", series, {}), ("stl_robust", outliers, {"robust": True}),
                              ("stl_smooth", series, {"seasonal": 13, "trend": 11, "low_pass": 7})]:
    parts = STL(values, period=4, **options).fit()
    holed(f"{name}_trend", parts.trend)
    holed(f"{name}_seasonal", parts.seasonal)

times = np.cumsum(rng.choice([0.5, 1, 2, 7], 15, p=[.3, .3, .3, .1])) + 100
values = np.round(rng.normal(size=15), 3)
values[4] = np.nan
holed("times", times)
holed("values", values)
known = ~np.isnan(values)
grid = np.arange(99.0, times[-1] + 1, 1.5)
holed("grid", grid)
stamps = pd.to_datetime(times, unit="s")
start = pd.Timestamp(99, unit="s")
mean = pd.Series(values, index=stamps).resample("1500ms", origin=start).mean()
mean = mean.reindex(pd.to_datetime(grid, unit="s"))
holed("mean", mean)
left = pd.DataFrame({"time": grid})
right = pd.DataFrame({"time": times[known], "value": values[known]})
holed("last", pd.merge_asof(left, right, on="time")["value"])
holed("last_2", pd.merge_asof(left, right, on="time", tolerance=2.0)["value"])
holed("linear", np.interp(grid, times[known], values[known], left=np.nan, right=np.nan))
spline = CubicSpline(times[known], values[known], bc_type="natural", extrapolate=False)(grid)
holed("spline", spline)

knots = np.array([1.0, 0.7, 1.4, 1.1, 0.9])
places = np.linspace(0, 16, 5)
slopes = np.gradient(knots, places)
holed("knots", knots)
holed("smooth", CubicHermiteSpline(places, knots, slopes)(np.arange(17)))
header.write()
