#!/usr/bin/env python3
"""Reference values of reduction to fewer features, by scikit-learn."""

import warnings

import numpy as np
import sklearn
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA
from sklearn.feature_selection import RFE, VarianceThreshold, chi2, f_classif, f_regression, mutual_info_classif
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.random_projection import johnson_lindenstrauss_min_dim

from header import Header

warnings.filterwarnings("ignore")
random = np.random.RandomState(5)
header = Header("reduction", f"Reduction to fewer features by scikit-learn {sklearn.__version__}.")

rows, width = 30, 6
labels = random.randint(0, 3, size=rows)
points = random.normal(size=(rows, width)) @ random.normal(size=(width, width)) * [3, 1, 0.5, 1, 2, 0.2] + 4
points[:, 1] += labels * 1.5
points[:, 4] -= (labels == 2) * 5
targets = points[:, 0] - 0.5 * points[:, 3] + random.normal(size=rows)
header.array("points", points)
header.array("labels", labels, "unsigned")
header.array("targets", targets)


def components(name, pca, data):
    transformed = pca.fit_transform(data)
    header.array(f"{name}_components", pca.components_)
    header.array(f"{name}_variance", pca.explained_variance_)
    header.array(f"{name}_ratio", pca.explained_variance_ratio_)
    header.array(f"{name}_values", pca.singular_values_)
    header.array(f"{name}_first", transformed[0])


components("pca", PCA(4, svd_solver="full"), points)
components("wide", PCA(3, svd_solver="full"), points[:5])
components("whiten", PCA(3, svd_solver="full", whiten=True), points)




# Tall and wide; the columns are what it draws first.
for name, data in (("random", points), ("random_wide", points[:5])):
    pca = PCA(2, svd_solver="randomized", iterated_power=2, n_oversamples=2, random_state=1)
    components(name, pca, data)
    header.array(f"{name}_columns", np.random.RandomState(1).normal(size=(min(data.shape), 4)))

centred = points - points.mean(axis=0)
values, vectors = np.linalg.eigh(centred.T @ centred / (rows - 1))
header.array("zca_first", (vectors / np.sqrt(values + 1e-5)) @ vectors.T @ centred[0])

for samples, distortion in ((1000, 0.1), (1_000_000, 0.5), (37, 0.3)):
    header.array(f"jl_{samples}", [johnson_lindenstrauss_min_dim(samples, eps=distortion)])

header.array("f_classif", f_classif(points, labels)[0])
header.array("f_regression", f_regression(points, targets)[0])
header.array("chi2", chi2(np.abs(points), labels)[0])
header.array("mutual_information", mutual_info_classif(points, labels, random_state=0))
header.array("variances", VarianceThreshold().fit(points).variances_)
standard = (points - points.mean(axis=0)) / points.std(axis=0)
header.array("standard", standard)
header.array("rfe_classes", RFE(RidgeClassifier(), n_features_to_select=1).fit(standard, labels).ranking_, "unsigned")
header.array("rfe_two", RFE(RidgeClassifier(), n_features_to_select=2, step=2).fit(standard, labels > 0).ranking_,
             "unsigned")
header.array("rfe_numbers", RFE(Ridge(alpha=0.5), n_features_to_select=1).fit(standard, targets).ranking_, "unsigned")

# t-SNE: the similarities of points, cost and gradient at a place, and the cost that a whole run ends with.
count = 60
clusters = np.repeat([0, 1, 2], count // 3)
cloud = random.normal(size=(count, 8)) + random.normal(size=(3, 8))[clusters] * 4
header.array("cloud", cloud)
distances = pdist(cloud, "sqeuclidean")
square = np.zeros((count, count), dtype=np.float32)
square[np.triu_indices(count, 1)] = distances
square += square.T
similarities = _joint_probabilities(square, 10, 0)
header.array("similarities", similarities[:200])
place = random.normal(size=(count, 2))
header.array("place", place)
cost, gradient = _kl_divergence(place.ravel(), similarities, 1, count, 2)
header.array("place_cost", [cost])
header.array("place_gradient", gradient)
ends = [TSNE(perplexity=10, method="exact", random_state=seed, init=init).fit(cloud).kl_divergence_
        for init, seed in (("pca", 0), ("random", 1), ("random", 2))]
print("t-SNE ends with", ends)
header.array("end_cost", [ends[0]])
header.write()
