"""burin-import MODEL [-o model.hpp] [--name Net]: a file that another program made, as a header for Burin."""

import argparse
import math
import os
import sys
from pathlib import Path

from .problems import DAMAGE, Refused

#: From so many bytes on weights are in a file of their own.
EMBED_FROM = 4 << 20


def part(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError
    return value


def embed_from(text):
    return None if text == "never" else int(text)


def arguments(given):
    parser = argparse.ArgumentParser(prog="burin-import", description="Turns a network that another program trained into a "
                                     "C++ header for Burin: its type, its weights, and a test with the outputs of the "
                                     "program that the file was made for. docs/formats.md tells more.")
    parser.add_argument("model", type=Path, help="a file of a format that docs/formats.md lists")
    parser.add_argument("-o", "--output", type=Path, help="the header (default: MODEL's name with .hpp, here)")
    parser.add_argument("--name", help="the namespace of what the header declares (default: MODEL's name)")
    parser.add_argument("--rounding", choices=["once", "twice"], default="once",
                        help="how 8-bit numbers are rounded: as LiteRT with XNNPACK does, or as TensorFlow Lite's reference "
                        "kernels, TensorFlow Lite for Microcontrollers and CMSIS-NN")
    parser.add_argument("--lanes", type=int, choices=[0, 1, 4, 8, 16], default=0,
                        help="floats in a vector of the processor that will run it, whose order of weights the header then "
                        "has: it runs from flash (1: Cortex-M; default 0: any processor, laid out at the start)")
    parser.add_argument("--size", type=part, default=1.0,
                        help="of a .nam with several sizes: which one, from 0, the smallest, to 1, the largest (default)")
    parser.add_argument("--shape", action="append", default=[], metavar="INPUT=1,16,8",
                        help="of an .onnx whose input has extents that are not fixed: what they are")
    parser.add_argument("--constant", action="append", default=[], metavar="INPUT=16000",
                        help="of an .onnx: an input that is this number, and not one of the network's")
    parser.add_argument("--state", action="append", default=[], metavar="INPUT=OUTPUT",
                        help="of an .onnx that takes one step of a sequence: an input that is an output of the step before. The "
                        "network then carries it in a Streamer")
    parser.add_argument("--graph", action="store_true", help="every layer as a named node, also where a Sequential would do")
    parser.add_argument("--safetensors", type=int, metavar="BYTES", nargs="?", const=0,
                        help="weights of floats in a file of safetensors beside the header, or those from so many bytes on; "
                        "there is no test then")
    parser.add_argument("--embed", type=embed_from, metavar="BYTES", default=EMBED_FROM,
                        help="the weights of a float network, from so many bytes on, in a file that the assembler puts into the "
                             f"program, or `never` (default: {EMBED_FROM})")
    parser.add_argument("--fold", action="store_true", help="BatchNorm becomes part of the layer before it")
    parser.add_argument("--no-test", action="store_true", help="only the header")
    return parser.parse_args(given)


def shapes(wishes):
    """{input: extents}"""
    result = {}
    for wish in wishes:
        name, _, extents = wish.rpartition("=")
        try:
            result[name] = [int(extent) for extent in extents.split(",")]
        except ValueError:
            result[name] = []
        if not name or not result[name] or min(result[name]) < 1 or max(result[name]) > 2**24:
            raise Refused(f"--shape {wish}: expected an input's name and its extents, as in x=1,16,8")
    return result


def constants(wishes):
    """{input: number}"""
    result = {}
    for wish in wishes:
        name, _, value = wish.rpartition("=")
        try:
            result[name] = float(value)
        except ValueError:
            name = ""
        if not name or not math.isfinite(result[name]):
            raise Refused(f"--constant {wish}: expected an input's name and its number, as in sr=16000")
    return result


def states(wishes):
    """{input: output}"""
    result = dict(wish.rpartition("=")[::2] for wish in wishes)
    if not all(name and output for name, output in result.items()) or len(set(result.values())) != len(wishes):
        raise Refused("--state: expected names of an input and of an output, as in state=stateN, each once")
    return result


def shown(text):
    """Names of a file without what a terminal takes for more than letters."""
    return "".join(letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape", "replace").decode() for letter in str(text))


def main(given=None):
    wish = arguments(given)
    # What run-times say of themselves is not the user's concern.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import numpy
        from . import readers, simplify, write
        from .write import disk
        # What is not finite is refused where it matters.
        with numpy.errstate(all="ignore"):
            output = wish.output or Path(wish.model.stem + ".hpp")
            disk.check_name(output, wish.model)
            graph = readers.read(wish.model, wish.size, shapes(wish.shape), constants(wish.constant))
            graph.carried = states(wish.state)
            simplify.simplify(graph, wish.fold)
            made, said = write.files(graph, wish.model, output, wish.name or wish.model.stem, wish.rounding, wish.lanes,
                                     wish.graph, not wish.no_test, wish.safetensors, wish.embed)
        disk.put(made, [wish.model, *graph.files_beside])
    except Refused as refused:
        print(f"burin-import: {shown(refused)}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(f"burin-import: needs the Python package {error.name}: pip install {error.name}", file=sys.stderr)
        return 1
    # What no reader has refused, and no network is written of.
    except (*DAMAGE, MemoryError, RecursionError) as error:
        print(f"burin-import: {wish.model}: can't be imported ({type(error).__name__}: {shown(error)})", file=sys.stderr)
        return 1
    for line in said:
        print(f"burin-import: {shown(line)}", file=sys.stderr)
    print("burin-import: wrote " + ", ".join(str(path) for path in made))
    return 0
