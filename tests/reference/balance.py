#!/usr/bin/env python3
"""Reference values of class weights, SMOTE and thresholds, by scikit-learn and imbalanced-learn."""

import imblearn
import numpy as np
import sklearn
from imblearn.over_sampling import SMOTE, BorderlineSMOTE
from sklearn.metrics import f1_score, fbeta_score, roc_curve
from sklearn.utils.class_weight import compute_class_weight

from header import Header

random = np.random.RandomState(7)
header = Header("balance", f"Class weights, SMOTE and thresholds by scikit-learn {sklearn.__version__} and "
                           f"imbalanced-learn {imblearn.__version__}.")

labels = np.repeat([0, 1, 2], [30, 12, 6])
random.shuffle(labels)
points = random.normal(size=(len(labels), 3)) + labels[:, None] * [0.9, -0.4, 0.6]
header.array("labels", labels, "unsigned")
header.array("points", points)
header.array("balanced_weights", compute_class_weight("balanced", classes=np.arange(3), y=labels))

# What the sampler makes, and what it drew to make it.
seed = 3


def draws(pairs, count):
    state = np.random.RandomState(seed)
    return state.randint(0, pairs, size=count), state.uniform(size=count)


made, made_labels = SMOTE(k_neighbors=4, random_state=seed).fit_resample(points, labels)
for label, there in ((1, 12), (2, 6)):
    pairs, steps = draws(there * 4, 30 - there)
    header.array(f"smote_pairs_{label}", pairs, "unsigned")
    header.array(f"smote_steps_{label}", steps)
    header.array(f"smote_made_{label}", made[len(labels):][made_labels[len(labels):] == label])

border = BorderlineSMOTE(k_neighbors=4, m_neighbors=6, random_state=seed)
made, made_labels = border.fit_resample(points, labels)
danger = border.in_danger_indices[1]
pairs, steps = draws(len(danger) * 4, 18)
header.array("border_1", danger, "unsigned")
header.array("border_2", border.in_danger_indices.get(2, np.array([], int)), "unsigned")
header.array("border_pairs", pairs, "unsigned")
header.array("border_steps", steps)
header.array("border_made", made[len(labels):][made_labels[len(labels):] == 1])

targets = (random.uniform(size=40) < 0.25).astype(int)
scores = np.round(targets * 0.25 + random.uniform(size=40) * 0.7, 2)
header.array("targets", targets)
header.array("scores", scores)
cuts = np.unique(scores)


def best(value):
    return max(value(scores >= cut) for cut in cuts)


header.array("best_f1", [best(lambda yes: f1_score(targets, yes, zero_division=0))])
header.array("best_f2", [best(lambda yes: fbeta_score(targets, yes, beta=2, zero_division=0))])
false_rate, true_rate, _ = roc_curve(targets, scores, drop_intermediate=False)
header.array("best_youden", [np.max(true_rate - false_rate)])
header.array("least_cost", [min(np.sum(yes & (targets == 0)) + 5 * np.sum(~yes & (targets == 1))
                                for yes in [scores >= cut for cut in cuts])])
header.write()
