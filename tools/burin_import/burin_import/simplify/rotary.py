"""Rotary positions: pairs of elements turned by angles that grow with the position."""

import numpy as np


def partner(size, is_split):
    """Of each element the one that it is paired with, and the sign of what is added of it."""
    i = np.arange(size)
    if is_split:
        return (i + size // 2) % size, np.where(i < size // 2, -1.0, 1.0)
    return i ^ 1, np.where(i % 2 == 0, -1.0, 1.0)


def base_of(cosines, sines, is_split):
    """The base of the angles, None if these are no such cosines and sines, [steps, size]."""
    steps, size = cosines.shape
    _, signs = partner(size, is_split)
    pairs = size // 2
    first = np.arange(pairs) * (1 if is_split else 2)
    base = 10000.0
    if pairs > 1:
        angle = np.arctan2(sines[1, first[1]] * signs[first[1]], cosines[1, first[1]])
        if not 0 < angle < 1:
            return None
        base = float(f"{angle ** -pairs:.5g}")
    if not 1 < base <= 1e12:
        return None
    angles = np.arange(steps)[:, None] * base ** (-np.arange(pairs) / pairs)
    of_pair = np.arange(size) % pairs if is_split else np.arange(size) // 2
    # A float has an angle to some ten millionths of itself.
    tolerance = 1e-5 + 1e-6 * steps
    if np.abs(np.cos(angles)[:, of_pair] - cosines).max() > tolerance or \
            np.abs(np.sin(angles)[:, of_pair] * signs - sines).max() > tolerance:
        return None
    return base


def found(places, factors, expected, factor):
    """(whether halves are paired, base) of terms [count, heads, steps, size] whose own places are expected; None for no turn."""
    size = expected.shape[-1]
    if expected.shape[1] < 2 or size % 2:
        return None
    own = np.where(places == expected, factors, 0).sum(0) / factor
    for is_split in (False, True):
        others, _ = partner(size, is_split)
        of_others = np.where(places == expected[..., others], factors, 0).sum(0) / factor
        rest = np.where((places == expected) | (places == expected[..., others]), 0, factors)
        if np.any(rest) or not (np.allclose(own, own[:1]) and np.allclose(of_others, of_others[:1])):
            continue
        base = base_of(own[0], of_others[0], is_split)
        if base is not None:
            return is_split, base
    return None
