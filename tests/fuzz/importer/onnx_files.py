#!/usr/bin/env python3
"""Any message as an .onnx file: something in it is changed, or any of its bytes."""

import random

import atheris
import onnx
from google.protobuf.message import DecodeError
from support import EVIL, SMALL, run

NUMBERS = [0, 1, -1, 2, 3, 4, 7, 127, 2**31 - 1, -2**31, 2**40, 2**63 - 1, -2**63]


def messages(message):
    """All within one, itself included."""
    found = [message]
    for each in found:
        for field, value in each.ListFields():
            if field.message_type is not None:
                found += list(value) if hasattr(value, "add") else [value]
    return found


def change(message, source, texts):
    fields = message.ListFields()
    if not fields:
        return
    field, value = source.choice(fields)
    many = hasattr(value, "append")
    if field.message_type is not None:
        if not many:
            message.ClearField(field.name)
        elif source.random() < 0.5:
            del value[source.randrange(len(value))]
        else:
            value.add().CopyFrom(source.choice(value))
        return
    of = value[source.randrange(len(value))] if many and len(value) else value
    if isinstance(of, bool) or field.enum_type is not None:
        new = source.randrange(24)
    elif isinstance(of, int):
        new = source.choice(NUMBERS)
    elif isinstance(of, float):
        new = source.choice((0.0, -1.0, 1e38, float("nan"), float("inf")))
    elif isinstance(of, str):
        new = source.choice(texts + EVIL)
    else:
        new = bytes(of[:source.randrange(len(of) + 1)])
    try:
        if not many:
            setattr(message, field.name, new)
        elif source.random() < 0.2:
            value.append(new)
        elif source.random() < 0.2:
            del value[source.randrange(len(value))]
        else:
            value[source.randrange(len(value))] = new
    except (ValueError, TypeError, IndexError):
        pass


def mutated(data, most, seed):
    source = random.Random(seed)
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        return atheris.Mutate(data, most)
    if source.random() < 0.1:
        return atheris.Mutate(data, most)
    found = messages(model)
    texts = [name for node in model.graph.node for name in (*node.input, *node.output, node.op_type)]
    for _ in range(source.choice((1, 1, 2, 4))):
        change(source.choice(found), source, texts)
    return model.SerializeToString()[:most]


run(".onnx", [path.read_bytes() for path in sorted(SMALL.glob("*.onnx"))], mutator=mutated)
