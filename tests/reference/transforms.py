"""Writes transforms.hpp: what scikit-learn's transformers make of test samples after learning from training samples."""

import warnings

import numpy as np
import scipy.stats
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold
from sklearn.preprocessing import (KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder,
                                   PolynomialFeatures, PowerTransformer, QuantileTransformer, RobustScaler,
                                   StandardScaler, TargetEncoder)

from header import Header

warnings.filterwarnings("ignore")
header = Header("transforms", "Samples, and what transformers that learnt from them make of others.")
header.lines[3] = f"// Written by transforms.py with scikit-learn {sklearn.__version__}."

rng = np.random.default_rng(18)
SAMPLES, COLUMNS = 30, 4
base = rng.normal(size=(SAMPLES + 8, COLUMNS))
base[:, 1] = 3 * base[:, 0] + 0.5 * base[:, 1] + 10
base[:, 2] = np.round(np.exp(base[:, 2]), 1)
base[:, 3] = np.round(2 * base[:, 3] - base[:, 1])
base = np.round(base, 4)
full, full_test = base[:SAMPLES], base[SAMPLES:]
holes = full.copy()
for row, column in [(0, 1), (3, 0), (3, 2), (7, 3), (8, 1), (11, 1), (12, 1), (17, 3), (20, 0), (21, 2), (26, 2), (29, 3)]:
    holes[row, column] = np.nan
holes_test = full_test.copy()
for row, column in [(0, 0), (1, 1), (1, 3), (2, 2), (4, 0), (4, 1), (4, 2), (4, 3), (6, 3)]:
    holes_test[row, column] = np.nan
header.array("full", full)
header.array("full_test", full_test)


def holed(name, values):
    text = ", ".join("missing" if np.isnan(v) else repr(float(v)) for v in np.asarray(values).reshape(-1))
    header.lines.append(f"inline constexpr double {name}[] = {{{text}}};")


header.lines.append("inline constexpr double missing = __builtin_nan(\"\");")
holed("holes", holes)
holed("holes_test", holes_test)


def fitted(name, transformer, train=full, test=full_test):
    holed(name, transformer.fit(train).transform(test))


for name, strategy in [("mean", "mean"), ("median", "median"), ("most_frequent", "most_frequent")]:
    fitted(f"impute_{name}", SimpleImputer(strategy=strategy), holes, holes_test)
fitted("indicated", SimpleImputer(), holes, holes_test)
header.lines.pop()
holed("indicated", np.hstack([SimpleImputer().fit(holes).transform(holes_test),
                              MissingIndicator(features="all").fit(holes).transform(holes_test)]))
fitted("impute_nearest", KNNImputer(n_neighbors=3), holes, holes_test)
fitted("impute_iterative", IterativeImputer(max_iter=10), holes, holes_test)
fitted("impute_iterative_linear", IterativeImputer(LinearRegression(), max_iter=4, tol=0), holes, holes_test)

fitted("standard", StandardScaler(), holes, holes_test)
fitted("min_max", MinMaxScaler(), holes, holes_test)
fitted("min_max_2_5", MinMaxScaler((-2, 5)), holes, holes_test)
fitted("max_abs", MaxAbsScaler(), holes, holes_test)
fitted("robust", RobustScaler(), holes, holes_test)
fitted("robust_10_80", RobustScaler(quantile_range=(10, 80)), holes, holes_test)
fitted("quantile_uniform", QuantileTransformer(n_quantiles=12), holes, np.vstack([holes_test, holes]))
fitted("quantile_normal", QuantileTransformer(n_quantiles=30, output_distribution="normal"), holes,
       np.vstack([holes_test, holes]))
fitted("yeo_johnson", PowerTransformer(), holes, holes_test)
fitted("yeo_johnson_only", PowerTransformer(standardize=False), full, full_test)
positive, positive_test = np.abs(full) + 0.05, np.abs(full_test) + 0.05
fitted("box_cox", PowerTransformer("box-cox"), positive, positive_test)

z_mean, z_deviation = full.mean(axis=0), full.std(axis=0)
holed("clip_z_1", np.clip(full_test, z_mean - z_deviation, z_mean + z_deviation))
low, high = np.percentile(full, [25, 75], axis=0)
holed("clip_iqr_half", np.clip(full_test, low - .5 * (high - low), high + .5 * (high - low)))
low, high = np.percentile(full, [10, 85], axis=0)
holed("winsorized", np.clip(full_test, low, high))

fitted("bins_uniform", KBinsDiscretizer(4, encode="ordinal", strategy="uniform"))
fitted("bins_quantile", KBinsDiscretizer(5, encode="ordinal", strategy="quantile", quantile_method="averaged_inverted_cdf"))
fitted("bins_kmeans", KBinsDiscretizer(4, encode="ordinal", strategy="kmeans"), full, np.vstack([full_test, full]))
fitted("bins_one_hot", KBinsDiscretizer(4, encode="onehot-dense", strategy="uniform"))
fitted("polynomial_3", PolynomialFeatures(3), full, full_test[:3])
fitted("interactions_3", PolynomialFeatures(3, interaction_only=True, include_bias=False), full, full_test[:3])

# Column 1 of three: a category of 4, of which training shows 3; numbers beside it.
codes = rng.choice([0, 1, 3], 25, p=[.5, .3, .2]).astype(float)
targets = np.round(2 * codes + rng.normal(size=25), 3)
categories = np.column_stack([np.arange(25.), codes, -np.arange(25.)])
categories_test = np.array([[1., 0, 4], [2, 1, 5], [3, 3, 6], [4, 2, 7]])
header.array("categories", categories)
header.array("categories_test", categories_test)
header.array("targets", targets)
one_hot = OneHotEncoder(categories=[range(4)], sparse_output=False).fit(codes[:, None])
header.array("one_hot", np.column_stack([categories_test[:, 0], one_hot.transform(categories_test[:, 1:2]), categories_test[:, 2]]))
dropped = OneHotEncoder(categories=[range(4)], drop="first", sparse_output=False).fit(codes[:, None])
header.array("one_hot_dropped", np.column_stack([categories_test[:, 0], dropped.transform(categories_test[:, 1:2]), categories_test[:, 2]]))
holed("ordinal", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan).fit(codes[:, None]).transform(categories_test[:, 1:2]))
encoder = TargetEncoder(categories=[range(4)], target_type="continuous", cv=KFold(5))
header.array("target_cross_fitted", encoder.fit_transform(codes[:, None], targets))
header.array("target_applied", encoder.transform(categories_test[:, 1:2]))
smooth = TargetEncoder(categories=[range(4)], target_type="continuous", smooth=3.0, cv=KFold(3))
header.array("target_smooth_cross_fitted", smooth.fit_transform(codes[:, None], targets))
labels = rng.choice(3, 25)
multiple = TargetEncoder(categories=[range(4)], target_type="multiclass", cv=KFold(5))
header.array("labels", labels)
header.array("target_classes_cross_fitted", multiple.fit_transform(codes[:, None], labels))
header.array("target_classes_applied", multiple.transform(categories_test[:, 1:2]))
ids = [0, 7, 12, 12345, 9007199254740991, -31]
header.array("ids", ids)
header.array("hashed", FeatureHasher(8, input_type="string").transform([[str(i)] for i in ids]).toarray())

on = ColumnTransformer([("scaled", StandardScaler(), [0, 2])], remainder="passthrough").fit(full)
header.array("on_0_2", on.transform(full_test)[:, [0, 2, 1, 3]])
probabilities = [1e-12, 1e-7, 0.01, 0.074, 0.076, 0.3, 0.5, 0.8, 0.924, 0.926, 0.999, 1 - 1e-9]
header.array("probabilities", probabilities)
header.array("normal_quantiles", scipy.stats.norm.ppf(probabilities))
header.write()
