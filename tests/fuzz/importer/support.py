"""What the targets share: bytes as a file of one format go through burin-import, which writes a header or refuses it in a
sentence and writes nothing, takes a bounded amount of memory and executes nothing.

    tests/fuzz/importer/FORMAT.py FOLDER [option of libFuzzer...]

What libFuzzer finds new goes to FOLDER, beside the seeds.
"""

import contextlib
import hashlib
import io
import json
import os
import random
import resource
import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[3]
sys.path += [str(ROOT / "tools" / "burin_import"), str(ROOT / "tests" / "importer")]
from headers import EVIL, check_code  # noqa: E402

SMALL = ROOT / "tests" / "importer"
REFERENCE = ROOT / "tests" / "reference"
#: More than a file of the seeds' size may take.
MOST_MEMORY = 1 << 28
#: What stands instead of a value of JSON.
VALUES = [None, True, False, 0, 1, -1, 2, 3, 7, 2**31, 2**63, -2**63, 10**400, 0.5, 1e308, float("nan"), float("inf"), [], {}, "", [[]], "1",
          *EVIL, "\ud800"]


def check(content, suffix, work):
    from burin_import.cli import main
    path, output = work / f"model{suffix}", work / "out" / "model.hpp"
    path.write_bytes(content)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        code = main([str(path), "-o", str(output), "--no-test"])
    said = said.getvalue()
    written = list(output.parent.iterdir()) if output.parent.exists() else []
    assert code in (0, 1), code
    if code == 1:
        assert not written, "refused, and something is written"
        assert said.startswith("burin-import: ") and "Traceback" not in said, said
        assert "memory" not in said and "MemoryError" not in said, said
        assert len(said) < 100 * len(content) + 10000, "a long message"
    else:
        check_code(output.read_text())
    for each in written:
        each.unlink()


def other_tree(tree, source):
    """A tree of JSON with something of it changed."""
    places = []

    def visit(node):
        for key in node if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], (dict, list)):
                # Of long lists of numbers a few.
                if not (isinstance(node[key], list) and len(node[key]) > 50):
                    visit(node[key])
    visit(tree)
    for _ in range(source.choice((1, 1, 1, 2, 4))):
        if not places:
            return tree
        node, key = source.choice(places)
        if isinstance(node, list) and not 0 <= key < len(node) or isinstance(node, dict) and key not in node:
            continue
        what = source.randrange(6)
        if what == 0:
            del node[key]
        elif what == 1:
            node[key] = source.choice(VALUES)
        elif what == 2:
            other, at = source.choice(places)
            with contextlib.suppress(KeyError, IndexError):
                node[key] = json.loads(json.dumps(other[at]))
        elif what == 3 and isinstance(node, list):
            node[key:key] = [json.loads(json.dumps(node[key]))] * source.choice((1, 1, 3))
        elif what == 4 and type(node[key]) in (int, float):
            node[key] = node[key] * source.choice((-1, 0, 2, 0.5)) + source.choice((-1, 0, 1))
        elif what == 5:
            other, at = source.choice(places)
            with contextlib.suppress(KeyError, IndexError):
                one, two = json.dumps(node[key]), json.dumps(other[at])
                node[key], other[at] = json.loads(two), json.loads(one)
    return tree


def mutated_json(data, most, seed):
    """The bytes of a JSON file with something in its tree changed; now and then any bytes."""
    source = random.Random(seed)
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return atheris.Mutate(data, most)
    if source.random() < 0.1 or not isinstance(tree, (dict, list)):
        return atheris.Mutate(data, most)
    with contextlib.suppress(RecursionError, OverflowError, ValueError):
        data = json.dumps(other_tree(tree, source)).encode("utf-8", "replace")
    return data[:most]


def run(suffix, seeds, file_of=lambda data: data, mutator=None):
    """`file_of`: the bytes of a file from those that are mutated."""
    corpus = Path(sys.argv[1])
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    with atheris.instrument_imports(include=["burin_import"]):
        import burin_import.cli  # noqa: F401
        from burin_import import layers, readers, simplify, write  # noqa: F401
        __import__("burin_import.readers." + readers.BY_SUFFIX[suffix])
    work = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    for seed in seeds:
        check(file_of(seed), suffix, work)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MOST_MEMORY, -1))
    arguments = [sys.argv[0], str(corpus), "-timeout=20", f"-max_len={max(4096, 2 * max(map(len, seeds)))}", *sys.argv[2:]]
    atheris.Setup(arguments, lambda data: check(file_of(data), suffix, work),
                  **({"custom_mutator": mutator} if mutator else {}))
    atheris.Fuzz()
