"""Writes validation.hpp: scikit-learn's splits where they are deterministic, and the sizes of the others.

A split is the fold in which each sample is tested; of splits in which not every sample is trained on or tested, the
first and the last sample of each part.
"""

import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import (GroupKFold, KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit,
                                     TimeSeriesSplit, train_test_split)

warnings.filterwarnings("ignore", category=UserWarning)
lines = ["#pragma once", "", "// Splits of scikit-learn's.",
         f"// Written by validation.py with scikit-learn {sklearn.__version__}.", "", "namespace reference::validation {", ""]


def array(name, values):
    lines.append(f"inline constexpr unsigned {name}[] = {{{', '.join(str(int(v)) for v in values)}}};")


def places(name, splits, count):
    place = np.full(count, -1)
    for fold, (train, test) in enumerate(splits):
        place[test] = fold
        assert sorted([*train, *test]) == list(range(count))
    array(name, place)


def ends(name, splits):
    array(name, [v for train, test in splits for v in (train[0], train[-1], test[0], test[-1])])


def sizes(name, splits, classes):
    train, test = next(iter(splits))
    array(name, [*np.bincount(classes[train]), *np.bincount(classes[test])])


rng = np.random.default_rng(1)
for count, folds in [(10, 3), (7, 7), (17, 5), (12, 4)]:
    places(f"k_fold_{count}_{folds}", KFold(folds).split(np.zeros(count)), count)

labels = rng.choice([3, 0, 7], 37, p=[.5, .3, .2])
array("labels", labels)
for folds in (2, 5, 7):
    places(f"stratified_{folds}", StratifiedKFold(folds).split(np.zeros(37), labels), 37)

groups = np.concatenate([np.full(n, g) for g, n in {4: 9, 1: 2, 7: 5, 2: 5, 9: 1, 3: 4, 8: 7}.items()])
rng.shuffle(groups)
array("groups", groups)
for folds in (2, 3, 7):
    places(f"group_{folds}", GroupKFold(folds).split(np.zeros(len(groups)), groups=groups), len(groups))

ends("time_5", TimeSeriesSplit(5).split(np.zeros(23)))
ends("time_3_gap", TimeSeriesSplit(3, gap=2, max_train_size=4, test_size=3).split(np.zeros(17)))

for count, test, train in [(10, .1, None), (37, .3, None), (37, .25, .5), (100, .07, None)]:
    a, b = next(ShuffleSplit(1, test_size=test, train_size=train, random_state=0).split(np.zeros(count)))
    array(f"shuffle_{count}_{round(100 * test)}", [len(a), len(b)])
classes = np.unique(labels, return_inverse=True)[1]
array("class_sizes", np.bincount(classes))
for test, train in [(.3, None), (.2, .4)]:
    sizes(f"stratified_shuffle_{round(100 * test)}",
          StratifiedShuffleSplit(1, test_size=test, train_size=train, random_state=0).split(np.zeros(37), classes), classes)
a, b = train_test_split(np.arange(37), test_size=.2, random_state=0)
array("hold_out_20", [len(a), len(b)])

lines += ["", "} // namespace reference::validation", ""]
(Path(__file__).parent / "validation.hpp").write_text("\n".join(lines))
