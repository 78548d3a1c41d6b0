"""Pieces of C++: types over several lines, arrays, names."""

import re

import numpy as np

from .c_names import is_taken

WIDTH = 100
KEYWORDS = set("""alignas and asm auto bool break case catch char class const continue default delete do double else enum
explicit export extern false float for friend goto if inline int long mutable namespace new not operator or private
protected public register return short signed sizeof static struct switch template this throw true try typedef typeid
typename union unsigned using virtual void volatile while xor burin std main""".split())


def identifier(text, otherwise="network"):
    """A name that C++ takes."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    name = re.sub(r"__+", "_", name) or otherwise
    if name[0].isdigit():
        name = f"{otherwise}_{name}"
    return f"{name}_" if name in KEYWORDS else name


def namespace(text):
    """One that no header has as another name."""
    name = identifier(text)
    return f"{name}_" if is_taken(name) else name


def string(text):
    """A literal on one line: other letters as bytes of UTF-8, and no trigraph."""
    letters = text[:200].encode("utf-8", "replace").replace(b"\0", b"?")
    return '"' + "".join(f"\\{chr(byte)}" if byte in b'"\\?' else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}" for byte in letters) + '"'


def comment(text):
    """What may stand behind `//`: one line that does not go on in the next."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:160].rstrip(" \\")


def split(text):
    """A type's name and its arguments."""
    if not text.endswith(">"):
        return text, None
    name, rest = text[:text.index("<")], text[text.index("<") + 1:-1]
    arguments, depth, start = [], 0, 0
    for at, letter in enumerate(rest):
        depth += letter in "<{(" and 1 or letter in ">})" and -1
        if letter == "," and depth == 0:
            arguments.append(rest[start:at].strip())
            start = at + 1
    return name, [*arguments, rest[start:].strip()]


def typed(start, text, end=";", each_on_a_line=False):
    """`start` and the type, over as many lines as it takes."""
    if len(start) + len(text) + len(end) <= WIDTH and not each_on_a_line:
        return start + text + end
    name, arguments = split(text)
    if arguments is None:
        return start + text + end
    head = start + name + "<"
    indent = " " * len(head) if len(head) <= 40 else " " * (len(start) - len(start.lstrip()) + 8)
    lines, line = [], head
    for number, argument in enumerate(arguments):
        behind = "," if number + 1 < len(arguments) else ">" + end
        empty = line in (head, indent)
        if empty or not each_on_a_line and len(line) + 1 + len(argument) + len(behind) <= WIDTH:
            candidate = line + ("" if empty else " ") + argument
            if len(candidate) + len(behind) <= WIDTH or not empty:
                line = candidate + behind
                continue
        if not empty:
            lines.append(line)
        line = typed(indent if not empty else line, argument, behind)
        if "\n" in line:
            *before, line = line.split("\n")
            lines += before
    return "\n".join([*lines, line])


def literal(value):
    """A float of exactly this value."""
    value = float(np.float32(value))
    text = value.hex()
    text = re.sub(r"\.?0*p", "p", text)
    return text + "F"


def numbers(values, per_line=16, indent="    "):
    """The elements of an array, so many a line."""
    array = np.asarray(values).reshape(-1)
    if array.dtype.kind == "f":
        texts = [literal(value) for value in array]
    else:
        suffix = "u" if array.dtype == np.uint32 else ""
        texts = [f"{value}{suffix}" for value in array.tolist()]
    lines = []
    for first in range(0, len(texts), per_line):
        lines.append(indent + ", ".join(texts[first:first + per_line]) + ",")
    return "\n".join(lines)
