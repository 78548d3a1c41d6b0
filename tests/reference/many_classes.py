#!/usr/bin/env python3
"""Writes many_classes.hpp: what scikit-learn makes of given answers of two-class models, and SciPy of given logits."""

import numpy
import scipy.optimize
import sklearn
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import precision_recall_curve
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.preprocessing import LabelBinarizer

from header import Header, numbers

header = Header("many_classes", f"Answers of many two-class models as scikit-learn {sklearn.__version__} judges them.")


class Given(ClassifierMixin, BaseEstimator):
    """A fitted two-class model whose scores are a column of its input."""

    classes_ = numpy.array([0, 1])

    def __init__(self, column=0):
        self.column = column

    def decision_function(self, x):
        return x[:, self.column]

    def predict(self, x):
        return (x[:, self.column] > 0).astype(int)


class WithProbability(Given):
    def predict_proba(self, x):
        return numpy.stack([1 - x[:, self.column], x[:, self.column]], 1)


CLASSES, ROWS = 4, 9
scores = numbers(ROWS, CLASSES * (CLASSES - 1) // 2, seed=1, scale=3).numpy()
scores[0] = [1, -1, 0, 1, -1, 0]
scores[1] = 0
model = OneVsOneClassifier(Given(0))
model.classes_ = numpy.arange(CLASSES)
model.estimators_ = [Given(i) for i in range(scores.shape[1])]
model.pairwise_indices_ = None
header.array("pair_scores", scores)
header.array("pair_votes", model.decision_function(scores))
header.array("pair_predictions", model.predict(scores), "unsigned")


def coupled(pairs):
    """The linear system of Wu, Lin and Weng, equation 20."""
    q = numpy.zeros((CLASSES, CLASSES))
    pair = 0
    for a in range(CLASSES):
        for b in range(a + 1, CLASSES):
            second, first = pairs[pair], 1 - pairs[pair]
            q[a, a] += second**2
            q[b, b] += first**2
            q[a, b] = q[b, a] = -second * first
            pair += 1
    system = numpy.block([[q, numpy.ones((CLASSES, 1))], [numpy.ones((1, CLASSES)), numpy.zeros((1, 1))]])
    return numpy.linalg.solve(system, [0] * CLASSES + [1])[:CLASSES]


probabilities = 1 / (1 + numpy.exp(-2 * scores))
header.array("pair_probabilities", probabilities)
header.array("coupled", numpy.stack([coupled(row) for row in probabilities]))

of_classes = ((numbers(ROWS, CLASSES, seed=2) + 1) / 2).numpy()
model = OneVsRestClassifier(WithProbability(0))
model.label_binarizer_ = LabelBinarizer().fit(numpy.arange(CLASSES))
model.classes_ = numpy.arange(CLASSES)
model.estimators_ = [WithProbability(i) for i in range(CLASSES)]
header.array("rest_probabilities", of_classes)
header.array("rest_normalized", model.predict_proba(of_classes))
header.array("rest_predictions", model.predict(of_classes - 0.5), "unsigned")

QUESTIONS = 7
book = numpy.array([[1, 1, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 1], [1, 0, 1, 1, 0, 0, 0]])
answers = numbers(ROWS, QUESTIONS, seed=6).sign().numpy()
model = OutputCodeClassifier(Given(0))
model.classes_ = numpy.arange(CLASSES)
model.code_book_ = numpy.where(book > 0, 1.0, -1.0)
model.estimators_ = [Given(i) for i in range(QUESTIONS)]
header.array("book", book.T, "int")
header.array("book_answers", answers)
header.array("book_predictions", model.predict(answers), "unsigned")


def fitted_temperature(loss):
    found = scipy.optimize.minimize_scalar(lambda beta: loss(beta).item(), bounds=(0.01, 100), method="bounded",
                                           options={"xatol": 1e-13})
    return 1 / found.x


logits, labels = numbers(60, 3, seed=7, scale=6), torch.arange(60) % 3
logits[torch.arange(40), labels[:40]] += 3
header.array("logits", logits)
header.array("labels", labels, "unsigned")
header.array("temperature", [fitted_temperature(lambda beta: torch.nn.functional.cross_entropy(beta * logits, labels))])
single, yes = numbers(50, seed=9, scale=8), (torch.arange(50) % 2).double()
single += 2 * (2 * yes - 1)
header.array("single_logits", single)
header.array("single_labels", yes, "unsigned")
header.array("single_temperature", [fitted_temperature(
    lambda beta: torch.nn.functional.binary_cross_entropy_with_logits(beta * single, yes))])

LABELS = 3
chances = ((numbers(40, LABELS, seed=10) + 1) / 2).mul(20).round().div(20)
has = ((numbers(40, LABELS, seed=11) + 1) / 2 < chances ** torch.tensor([1.0, 3.0, 8.0])).int()
header.array("chances", chances)
header.array("has", has, "unsigned")
best = []
for label in range(LABELS):
    precision, recall, _ = precision_recall_curve(has[:, label], chances[:, label])
    best.append(numpy.nanmax(2 * precision * recall / numpy.maximum(precision + recall, 1e-300)))
header.array("best_f1", numpy.array(best))
header.write()
