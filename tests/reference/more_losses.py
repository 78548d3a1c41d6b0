#!/usr/bin/env python3
"""Writes the reference values of tests/losses: imbalance, overlaps, distributions, embeddings, alignments.

    /usr/bin/python3 tests/reference/more_losses.py
"""

import torch
import torch.nn.functional as F
from header import Header, numbers

out = Header("more_losses", "Losses of 6 samples of 12 outputs in several shapes: the value and the gradient of the outputs.")
z = numbers(6, 12, seed=110, scale=3)
t = numbers(6, 12, seed=111, scale=2)
b = (numbers(6, 12, seed=112) > 0).double()
shares = (numbers(6, 12, seed=113) + 1) / 2
p = F.softmax(numbers(6, 4, 3, seed=114, scale=2), dim=2)
counts = torch.floor((numbers(6, 12, seed=115) + 1) * 4)
labels = (torch.arange(24) * 7 % 3).reshape(6, 4)
class_weights = torch.tensor([0.5, 2.0, 1.25])
sample_weights = torch.tensor([1.0, 0.5, 2.0, 0.0, 1.5, 3.0])
for name, values in {"z": z, "t": t, "b": b, "shares": shares, "p": p, "counts": counts, "class_weights": class_weights,
                     "sample_weights": sample_weights}.items():
    out.array(name, values)
out.array("labels", labels, "unsigned")


def case(name, f):
    out.case(name, z, f)


def weighted(each):
    """Burin's mean of one number a sample."""
    return (each * sample_weights).sum() / sample_weights.sum()


# Imbalance.
bce = F.binary_cross_entropy_with_logits
case("bce_smooth", lambda v: bce(v, b * 0.9 + 0.05))
case("bce_pos_weight", lambda v: bce(v, b, pos_weight=torch.tensor(2.5)))
case("bce_pos_weights", lambda v: bce(v.view(6, 4, 3), shares.view(6, 4, 3), pos_weight=class_weights, reduction="sum"))


def sigmoid_focal(v, target, alpha, gamma):
    """As torchvision.ops.sigmoid_focal_loss."""
    right = torch.sigmoid(v) * target + (1 - torch.sigmoid(v)) * (1 - target)
    loss = bce(v, target, reduction="none") * (1 - right) ** gamma
    return loss if alpha < 0 else (alpha * target + (1 - alpha) * (1 - target)) * loss


case("binary_focal", lambda v: sigmoid_focal(v, b, 0.25, 2).mean())
case("binary_focal_sum", lambda v: sigmoid_focal(v, b, 0.75, 0.5).sum())
case("binary_focal_smooth", lambda v: sigmoid_focal(v, b * 0.9 + 0.05, -1, 1.5).mean())
case("binary_focal_weighted", lambda v: weighted(sigmoid_focal(v, shares, 0.25, 2).mean(1)))


def categorical_focal(v, target, alpha, gamma):
    """As Keras's CategoricalFocalCrossentropy, of logits; one number a position."""
    log_p = F.log_softmax(v.view(6, 4, 3), dim=2)
    return (alpha * (1 - log_p.exp()) ** gamma * -target * log_p).sum(2)


one_hot = F.one_hot(labels, 3).double()
case("categorical_focal", lambda v: categorical_focal(v, p, 0.25, 2).mean())
case("categorical_focal_smooth", lambda v: categorical_focal(v, p * 0.9 + 0.1 / 3, class_weights, 1.5).sum())
case("sparse_focal", lambda v: categorical_focal(v, one_hot, 0.25, 2).mean())
case("sparse_focal_weights", lambda v: weighted(categorical_focal(v, one_hot, class_weights, 0.5).mean(1)))
case("sparse_focal_ignore", lambda v: categorical_focal(v, one_hot, 0.25, 2)[labels != 1].mean())


# Overlaps: one number for each mask of a sample.
def tversky(prob, target, alpha, beta, smooth):
    hit, extra, missed = (prob * target).sum(1), (prob * (1 - target)).sum(1), ((1 - prob) * target).sum(1)
    return 1 - (hit + smooth) / (hit + alpha * extra + beta * missed + smooth)


def dice(prob, target, smooth):
    return 1 - (2 * (prob * target).sum(1) + smooth) / (prob.sum(1) + target.sum(1) + smooth)


masks = b.view(6, 4, 3)
case("binary_dice", lambda v: dice(torch.sigmoid(v.view(6, 4, 3)), masks, 1.0).mean())
case("binary_dice_one", lambda v: dice(torch.sigmoid(v), b, 1e-5).sum())
case("binary_dice_weighted", lambda v: weighted(dice(torch.sigmoid(v.view(6, 4, 3)), masks, 1.0).mean(1)))
case("binary_jaccard", lambda v: tversky(torch.sigmoid(v.view(6, 4, 3)), masks, 1, 1, 1.0).mean())
case("binary_tversky", lambda v: tversky(torch.sigmoid(v.view(6, 4, 3)), masks, 0.3, 0.7, 1e-5).sum())
soft = lambda v: F.softmax(v.view(6, 4, 3), dim=2)
counted = (labels != 1).double()[..., None]
case("sparse_dice", lambda v: dice(soft(v), one_hot, 1.0).mean())
case("sparse_dice_ignore", lambda v: weighted(dice(soft(v) * counted, one_hot * counted, 1.0).mean(1)))
case("sparse_jaccard", lambda v: tversky(soft(v), one_hot, 1, 1, 1e-5).sum())
case("sparse_tversky", lambda v: tversky(soft(v), one_hot, 0.3, 0.7, 1.0).mean())

# Distributions of numbers.
pinball = lambda v, target, q: torch.maximum(q * (target - v), (q - 1) * (target - v))
quantiles = torch.tensor([0.1, 0.5, 0.9])
case("quantile", lambda v: pinball(v, t, 0.3).mean())
case("quantiles", lambda v: pinball(v.view(6, 4, 3), t[:, :4, None], quantiles).mean())
case("quantiles_sum", lambda v: pinball(v.view(6, 4, 3), t[:, :4, None], quantiles).sum())
out.array("four_targets", t[:, :4])
case("log_cosh", lambda v: torch.log(torch.cosh(v - t)).mean())
case("log_cosh_sum", lambda v: torch.log(torch.cosh(v - t)).sum())
case("poisson", lambda v: F.poisson_nll_loss(v, counts))
case("poisson_full", lambda v: F.poisson_nll_loss(v, counts, full=True, reduction="sum"))
out.array("rates", z.abs())
out.case("poisson_rate", z.abs(), lambda v: F.poisson_nll_loss(v, counts, log_input=False, full=True, eps=1e-3))
six = t[:, :6]
out.array("six_targets", six)
nll = F.gaussian_nll_loss
case("gaussian_nll", lambda v: nll(v[:, :6], six, v[:, 6:].exp()))
case("gaussian_nll_full", lambda v: nll(v[:, :6], six, v[:, 6:].exp(), full=True, reduction="sum"))
variances = torch.cat([z[:, :6], z[:, 6:].abs()], dim=1)
out.array("variances", variances)
out.case("gaussian_nll_variance", variances, lambda v: nll(v[:, :6], six, v[:, 6:], eps=0.5))
case("gaussian_nll_weighted", lambda v: weighted(nll(v[:, :6], six, v[:, 6:].exp(), full=True, reduction="none").mean(1)))

# Embeddings.
case("cosine", lambda v: -F.cosine_similarity(v, t, dim=1).mean())
case("cosine_positions", lambda v: -F.cosine_similarity(v.view(6, 4, 3), t.view(6, 4, 3), dim=2).sum())


def contrastive(v, alike, margin):
    distance = (v[:, :6] - v[:, 6:]).norm(dim=1)
    return 0.5 * (alike * distance ** 2 + (1 - alike) * torch.relu(margin - distance) ** 2)


alike = b[:, 0]
out.array("alike", alike)
case("contrastive", lambda v: contrastive(v, alike, 8.0).mean())
case("contrastive_weighted", lambda v: weighted(contrastive(v, shares[:, 0], 6.0)))
out.array("partly_alike", shares[:, 0])
triplet = lambda v, **options: F.triplet_margin_loss(v[:, :4], v[:, 4:8], v[:, 8:], **options)
case("triplet", lambda v: triplet(v, margin=1.0))
case("triplet_swap", lambda v: triplet(v, margin=3.0, swap=True, reduction="sum"))


def info_nce(v, rows, temperature, symmetric):
    query, key = F.normalize(v[rows, :6]), F.normalize(v[rows, 6:])
    scores, own = query @ key.T / temperature, torch.arange(len(rows))
    each = F.cross_entropy(scores, own, reduction="none")
    return (each + F.cross_entropy(scores.T, own, reduction="none")) / 2 if symmetric else each


everyone, some = list(range(6)), [0, 1, 2, 4, 5]
case("info_nce", lambda v: info_nce(v, everyone, 0.5, False).mean())
case("info_nce_groups", lambda v: info_nce(v, [0, 1, 2, 3], 0.07, False).sum() + info_nce(v, [4, 5], 0.07, False).sum())
case("info_nce_symmetric", lambda v: (info_nce(v, some, 0.5, True) * sample_weights[some]).sum() / sample_weights.sum())

# Alignments: 6 samples of 11 frames of 5 classes, of which the last sample has too many repeats for its frames.
frames = numbers(6, 11, 5, seed=116, scale=3)
sequences = [[1, 2, 3, 4], [2, 2, 1], [], [3], [4, 1, 4, 1, 4, 1, 4], [3, 3, 3, 3, 3, 3, 3]]
lengths = torch.tensor([len(s) for s in sequences])
padded = torch.tensor([s + [0] * (7 - len(s)) for s in sequences])
out.array("ctc_z", frames)
out.array("ctc_labels", padded, "unsigned")


def ctc(v, targets=padded, blank=0, **options):
    rows = len(targets)
    return F.ctc_loss(F.log_softmax(v[:rows], dim=2).transpose(0, 1), targets, torch.full((rows,), 11), lengths[:rows], blank, **options)


out.case("ctc", frames[:5], lambda v: ctc(v, padded[:5]))
out.case("ctc_sum", frames[:5], lambda v: ctc(v, padded[:5], reduction="sum"))
out.case("ctc_zero_infinity", frames, lambda v: ctc(v, zero_infinity=True))
out.case("ctc_last_blank", frames[:5], lambda v: ctc(v, (padded[:5] - 1).clamp(min=0), blank=4, reduction="sum"))
out.case("ctc_weighted", frames[:5],
         lambda v: (ctc(v, padded[:5], reduction="none") / lengths[:5].clamp(min=1) * sample_weights[:5]).sum() / sample_weights[:5].sum())
out.write()
