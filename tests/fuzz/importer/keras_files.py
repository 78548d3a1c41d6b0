#!/usr/bin/env python3
"""Any configuration and any file of weights as a .keras archive: the bytes are the one, 0xff, and the other."""

import io
import random
import zipfile

import atheris
from support import REFERENCE, mutated_json, run


def file_of(data):
    config, _, weights = data.partition(b"\xff")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", weights)
    return stream.getvalue()


def seeds():
    for path in sorted(REFERENCE.glob("*.keras")):
        with zipfile.ZipFile(path) as archive:
            yield archive.read("config.json") + b"\xff" + archive.read("model.weights.h5")


def mutated(data, most, seed):
    config, _, weights = data.partition(b"\xff")
    if random.Random(seed).random() < 0.75:
        config = mutated_json(config, most, seed)
    else:
        weights = atheris.Mutate(weights, most)
    return (config + b"\xff" + weights)[:most]


run(".keras", list(seeds()), file_of, mutated)
