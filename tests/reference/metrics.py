#!/usr/bin/env python3
"""Writes the reference values of the metrics: what scikit-learn and others compute.

    pip install torch scikit-learn sacrebleu nltk pycocotools jiwer && python3 tests/reference/metrics.py

The values are kept beside this script; it is run again only when a case is added.
"""

import contextlib
import io
import warnings

import jiwer
import nltk
import numpy as np
import sacrebleu
import sklearn
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

from header import Header

warnings.filterwarnings("ignore")
random = np.random.default_rng(17)


class Values(Header):
    def __init__(self):
        super().__init__("metrics", "Metrics, each without and with weights where it is a pair.")
        self.lines[3] = (f"// Written by metrics.py with scikit-learn {sklearn.__version__}, sacrebleu {sacrebleu.__version__}, "
                         f"nltk {nltk.__version__}, pycocotools and jiwer.")

    def both(self, name, f, w, *arguments, **named):
        self.array(name, np.array([f(*arguments, **named), f(*arguments, sample_weight=w, **named)]))


def ece(confidence, right, weights, bins):
    """The definition of Guo et al., with scikit-learn's bins."""
    index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    apart = [abs(np.sum(weights[index == b] * (right - confidence)[index == b])) for b in range(bins)]
    return sum(apart) / weights.sum()


def classes(out):
    """Three of four classes are usual, the last is rare; one sample has no weight."""
    n, k = 40, 4
    labels = random.choice(k, n, p=[0.4, 0.3, 0.25, 0.05])
    labels[:k] = range(k)
    logits = random.normal(size=(n, k)) + 1.5 * np.eye(k)[labels] * (random.random((n, 1)) < 0.7)
    logits = np.round(logits, 2)
    proba = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    w = np.round(random.random(n) * 2, 2)
    w[5] = 0
    named = proba.argmax(1)
    out.array("labels", labels, "unsigned")
    out.array("logits", logits)
    out.array("probabilities", proba)
    out.array("weights", w)
    names = range(k)
    out.both("accuracy", m.accuracy_score, w, labels, named)
    out.both("balanced_accuracy", m.balanced_accuracy_score, w, labels, named)
    out.both("top2", lambda *a, **b: m.top_k_accuracy_score(*a, k=2, labels=names, **b), w, labels, proba)
    out.array("confusion", m.confusion_matrix(labels, named, labels=names))
    out.array("confusion_weighted", m.confusion_matrix(labels, named, labels=names, sample_weight=w))
    for average in ["micro", "macro", "weighted"]:
        out.both(f"precision_{average}", m.precision_score, w, labels, named, labels=names, average=average)
        out.both(f"recall_{average}", m.recall_score, w, labels, named, labels=names, average=average)
        out.both(f"f1_{average}", m.f1_score, w, labels, named, labels=names, average=average)
        out.both(f"f2_{average}", m.fbeta_score, w, labels, named, beta=2, labels=names, average=average)
        out.both(f"iou_{average}", m.jaccard_score, w, labels, named, labels=names, average=average)
    out.array("precision_each", m.precision_score(labels, named, labels=names, average=None, sample_weight=w))
    out.array("recall_each", m.recall_score(labels, named, labels=names, average=None, sample_weight=w))
    out.array("f1_each", m.f1_score(labels, named, labels=names, average=None, sample_weight=w))
    # A class that is never named and never right, in all three ways to count it.
    out.array("absent_precision", np.array([m.precision_score(labels, named, labels=range(k + 1), average="macro", zero_division=z)
                                            for z in [0, 1, np.nan]]))
    out.array("absent_f1", np.array([m.f1_score(labels, named, labels=range(k + 1), average="macro", zero_division=z)
                                     for z in [0, 1, np.nan]]))
    for weights in [None, "linear", "quadratic"]:
        out.both(f"kappa_{weights or 'equal'}", m.cohen_kappa_score, w, labels, named, weights=weights)
    out.both("matthews", m.matthews_corrcoef, w, labels, named)
    out.both("log_loss", m.log_loss, w, labels, proba, labels=names)
    out.both("brier", m.brier_score_loss, w, labels, proba, labels=names)
    out.array("calibration", np.array([ece(proba.max(1), named == labels, weights, 10) for weights in [np.ones(n), w]]))
    for average in ["macro", "weighted"]:
        out.both(f"ovr_{average}", m.roc_auc_score, w, labels, proba, multi_class="ovr", average=average)
        out.array(f"ovo_{average}", np.array([m.roc_auc_score(labels, proba, multi_class="ovo", average=average)]))
    out.both("average_precision_classes", m.average_precision_score, w, labels, proba)
    out.array("accuracy_of_five", np.array([m.accuracy_score(labels[:5], named[:5])]))


def yes_or_no(out):
    """Scores with ties."""
    n = 30
    targets = (random.random(n) < 0.4).astype(int)
    proba = np.round(np.clip(0.45 + 0.3 * (targets - 0.4) + random.normal(size=n) * 0.25, 0.1, 0.9), 1)
    w = np.round(random.random(n) * 3, 2)
    w[[3, 11]] = 0
    out.array("targets", targets)
    out.array("yes", proba)
    out.array("yes_weights", w)
    out.both("roc_auc", m.roc_auc_score, w, targets, proba)
    out.both("average_precision", m.average_precision_score, w, targets, proba)
    out.both("yes_log_loss", m.log_loss, w, targets, proba)
    out.both("yes_brier", m.brier_score_loss, w, targets, proba)
    out.array("yes_calibration", np.array([ece(proba, targets, weights, 5) for weights in [np.ones(n), w]]))
    out.both("yes_precision", m.precision_score, w, targets, proba > 0.5)
    out.both("yes_f1", m.f1_score, w, targets, proba > 0.5)
    out.both("yes_matthews", m.matthews_corrcoef, w, targets, proba > 0.5)
    for suffix, weights in [("", None), ("_weighted", w)]:
        fpr, tpr, thresholds = m.roc_curve(targets, proba, sample_weight=weights)
        out.array(f"fpr{suffix}", fpr)
        out.array(f"tpr{suffix}", tpr)
        out.array(f"roc_thresholds{suffix}", thresholds[1:])
        precision, recall, thresholds = m.precision_recall_curve(targets, proba, sample_weight=weights)
        out.array(f"precisions{suffix}", precision)
        out.array(f"recalls{suffix}", recall)
        out.array(f"pr_thresholds{suffix}", thresholds.copy())
    found, meant = calibration_curve(targets, proba, n_bins=5)
    out.array("calibration_found", found)
    out.array("calibration_meant", meant)


def several_labels(out):
    n, k = 20, 3
    targets = (random.random((n, k)) < 0.5).astype(int)
    named = np.where(random.random((n, k)) < 0.8, targets, 1 - targets)
    w = np.round(random.random(n), 2)
    out.array("label_targets", targets)
    out.array("label_named", named)
    out.array("label_weights", w)
    out.both("subset_accuracy", m.accuracy_score, w, targets, named)
    for average in ["micro", "macro", "weighted"]:
        out.both(f"label_f1_{average}", m.f1_score, w, targets, named, average=average)


def numbers(out):
    n = 25
    t = np.round(random.normal(size=n) * 3 + 10, 2)
    y = np.round(t + random.normal(size=n), 2)
    w = np.round(random.random(n), 2)
    w[[2, 9]] = 0
    out.array("t", t)
    out.array("y", y)
    out.array("number_weights", w)
    out.both("mae", m.mean_absolute_error, w, t, y)
    out.both("mse", m.mean_squared_error, w, t, y)
    out.both("rmse", m.root_mean_squared_error, w, t, y)
    out.both("mape", m.mean_absolute_percentage_error, w, t, y)
    out.both("median", m.median_absolute_error, w, t, y)
    out.array("median_even", np.array([m.median_absolute_error(t[:10], y[:10]),
                                       m.median_absolute_error(t[:4], y[:4], sample_weight=[1, 1, 1, 1]),
                                       m.median_absolute_error(t[:4], y[:4], sample_weight=[0, 1, 0, 1])]))
    out.both("r2", m.r2_score, w, t, y)
    out.both("r2_far", m.r2_score, w, t + 1e6, y + 1e6)
    out.both("r2_five", m.r2_score, w[:5], t.reshape(5, 5), y.reshape(5, 5))


def text(out):
    """Sentences are in tests/evaluation/text_and_boxes.cpp."""
    references = ["the cat is on the mat", "there is a cat on the mat", "the dog sat beside the big red barn today",
                  "he read the book because he was interested in world history", "short", "a b c d"]
    answers = ["the the the the the the the", "the cat the cat on the mat", "the dog sat next to the big red barn",
               "he was interested in world history because he read the book", "short", "a b c e"]
    none = sacrebleu.corpus_bleu(answers, [references], tokenize="none", smooth_method="none")
    out.array("bleu", np.array([none.score / 100]))
    two = [references, [r.replace("the", "a") for r in references]]
    out.array("bleu_two", np.array([sacrebleu.corpus_bleu(answers, two, tokenize="none").score / 100]))
    pairs_of_words = sacrebleu.BLEU(max_ngram_order=2, tokenize="none")
    out.array("bleu_bigrams", np.array([pairs_of_words.corpus_score(answers, two).score / 100]))
    # Without a match of four words in a row the exponential smoothing is what counts.
    for method in ["exp", "floor", "add-k"]:
        poor = sacrebleu.corpus_bleu(["the cat sat down here", "on mats"], [["a cat sat here", "on a mat"]], tokenize="none",
                                     smooth_method=method)
        out.array(f"bleu_{method.replace('-', '_')}", np.array([poor.score / 100]))
    out.array("error_rates", np.array([jiwer.wer(references, answers), jiwer.cer(references, answers)]))
    pairs = [("kitten", "sitting"), ("", "abc"), ("abc", ""), ("flaw", "lawn"), ("intention", "execution"), ("same", "same")]
    out.array("distances", [nltk.edit_distance(a, b) for a, b in pairs], "unsigned")


def voc(boxes, detections, threshold, at_points):
    """PASCAL's evaluation of one class, after its development kit: the 11 points of 2007, or the area of 2010."""
    order = sorted(range(len(detections)), key=lambda i: -detections[i][1])
    taken, hits = set(), []
    for i in order:
        image, _, *d = detections[i]
        best, which = -1, None
        for j, (own, *g) in enumerate(boxes):
            if own == image:
                w = min(d[2], g[2]) - max(d[0], g[0])
                h = min(d[3], g[3]) - max(d[1], g[1])
                inter = w * h if w > 0 and h > 0 else 0
                iou = inter / ((d[2] - d[0]) * (d[3] - d[1]) + (g[2] - g[0]) * (g[3] - g[1]) - inter)
                if iou > best:
                    best, which = iou, j
        hits.append(best >= threshold and which not in taken)
        if best >= threshold:
            taken.add(which)
    tp = np.cumsum(hits)
    recall, precision = tp / len(boxes), tp / np.arange(1, len(hits) + 1)
    if at_points:
        return sum(max(precision[recall >= p], default=0) / 11 for p in np.arange(11) / 10)
    r = np.concatenate([[0], recall, [1]])
    p = np.concatenate([[0], precision, [0]])
    p = np.maximum.accumulate(p[::-1])[::-1]
    return sum((r[1:] - r[:-1]) * p[1:])


def boxes(out):
    """Boxes of 3 classes in 6 images; the last class has none, and one image has none at all."""
    truth, found = [], []
    for image in range(5):
        for _ in range(random.integers(2, 7)):
            x, y = random.integers(0, 60, 2)
            w, h = random.integers(8, 120, 2)
            truth.append([image, random.integers(0, 3), x, y, x + w, y + h])
            if random.random() < 0.8:
                dx, dy, dw, dh = random.integers(-4, 5, 4)
                found.append([image, truth[-1][1] if random.random() < 0.85 else random.integers(0, 3),
                              x + dx, y + dy, x + dx + max(4, w + dw), y + dy + max(4, h + dh), np.round(random.random(), 2)])
    for _ in range(6):
        x, y = random.integers(0, 60, 2)
        found.append([random.integers(0, 6), random.integers(0, 4), x, y, x + 20, y + 20, np.round(random.random() * 0.6, 2)])
    truth.append([2, 1, 5, 5, 45, 45])
    found += [[2, 1, 6, 5, 45, 44, 0.9], [2, 1, 5, 6, 46, 45, 0.8]]  # Twice the same.
    order = random.permutation(len(found))
    found = [found[i] for i in order]
    out.array("boxes", np.array(truth, dtype=float))
    out.array("detections", np.array(found, dtype=float))
    coco = COCO()
    coco.dataset = {
        "images": [{"id": i} for i in range(6)], "categories": [{"id": c} for c in range(4)],
        "annotations": [{"id": i + 1, "image_id": int(b[0]), "category_id": int(b[1]), "iscrowd": 0,
                         "bbox": [int(b[2]), int(b[3]), int(b[4] - b[2]), int(b[5] - b[3])],
                         "area": int((b[4] - b[2]) * (b[5] - b[3]))} for i, b in enumerate(truth)]}
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        result = coco.loadRes([{"image_id": int(b[0]), "category_id": int(b[1]), "score": float(b[6]),
                                "bbox": [int(b[2]), int(b[3]), int(b[4] - b[2]), int(b[5] - b[3])]} for b in found])
        run = COCOeval(coco, result, "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    # Mean, at 0.5, at 0.75; recall of at most 1, 10 and 100 boxes an image.
    out.array("coco", np.array([*run.stats[:3], *run.stats[6:9]]))
    p = run.eval["precision"][:, :, :, 0, 2]
    out.array("coco_classes", np.array([p[:, :, c].mean() for c in range(3)]))
    for name, at_points in [("voc", False), ("voc2007", True)]:
        out.array(name, np.array([voc([[b[0], *b[2:]] for b in truth if b[1] == c],
                                      [[b[0], b[6], *b[2:6]] for b in found if b[1] == c], 0.5, at_points) for c in range(3)]))


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    values = Values()
    for part in [classes, yes_or_no, several_labels, numbers, text, boxes]:
        part(values)
    values.write()
