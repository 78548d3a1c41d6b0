#!/usr/bin/env python3
"""The tables of docs/adding-a-layer.md, made from the comments of `Op` and of `OpTraits`.

    scripts/layer_contract.py            writes them
    scripts/layer_contract.py --check    says what is not as the code has it, and writes nothing
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "adding-a-layer.md"
OP = ROOT / "include/burin/graph/op.hpp"
TRAITS = ROOT / "include/burin/passes/op_traits.hpp"
CONTRACT = ROOT / "include/burin/graph/contract.hpp"
BEGIN, END = "<!-- by scripts/layer_contract.py: {} -->\n", "<!-- end -->\n"
DEFAULTS = {"false": "no", "": "neither", "0": "0", "Link::none": "none", "Values::any": "not known"}


def commented(text):
    """Pairs of a declaration and its comment, which is one line."""
    for comment, declaration in re.findall(r"((?:^ *///.*\n)+)((?: *[^/\s].*\n)+?)(?<=[;}]\n)", text, re.M):
        yield declaration.strip(), " ".join(re.sub(r"^ *///", "", line).strip() for line in comment.splitlines())


def member(declaration):
    """`backward_input<Which>(run)`, `parameters(inputs)`, `misuse`"""
    declaration = re.sub(r"[{;].*", "", declaration, flags=re.S)
    template, rest = re.fullmatch(r"(?:template <(.*?)> )?(.*)", declaration, re.S).groups()
    name, arguments = re.search(r"(\w+)(?:\((.*)\))?(?: noexcept)?$", rest.strip(), re.S).groups()
    which = "<Which>" if template and "Which" in template else ""
    if arguments is None:
        return f"`{name}`"
    short = {"std::span<const Shape>": "inputs", "StepKind": "kind", "Mode": "mode", "const Context&": "run"}
    each = [one.strip() for one in arguments.split(",") if one.strip()]
    names = [short.get(re.sub(r" (inputs|run)$", "", one), one.split()[-1]) for one in each]
    return f"`{name}{which}({', '.join(names)})`"


def rules():
    text = OP.read_text(encoding="utf-8")
    outline, body = re.search(r"^/// Base of all layers.*?\n((?:///.*\n)+)^struct Op \{\n(.*?)^\};", text, re.M | re.S).groups()
    outline = "".join(line[8:] + "\n" for line in outline.splitlines() if line.startswith("///     "))
    for declaration, comment in [*commented(outline), *commented(body)]:
        what, without = re.fullmatch(r"(.*)\. Left out: (.*)\.", comment).groups()
        yield member(declaration), what, without


def traits():
    text = TRAITS.read_text(encoding="utf-8")
    body = re.search(r"^struct OpTraits \{\n(.*?)^\};", text, re.M | re.S).group(1)
    for declaration, comment in commented(body):
        name, default = re.fullmatch(r"[\w:]+ (\w+)(?:\{| = )(.*?)\}?;", declaration).groups()
        yield f"`{name}`", comment.removesuffix("."), DEFAULTS[default.removeprefix("core::")]


def table(head, rows):
    lines = [head, "---|---|---", *(" | ".join(row) for row in rows)]
    return "".join(f"| {line} |\n" if "---" not in line else f"|{line}|\n" for line in lines)


def written(page):
    for name, made in (("rules", table("member | what it says | if left out", rules())),
                       ("traits", table("trait | what it says | default", traits()))):
        begin = BEGIN.format(name)
        before, rest = page.split(begin)
        page = before + begin + "\n" + made + "\n" + END + rest.split(END, 1)[1]
    return page


def problems(page):
    if written(page) != page:
        yield f"{PAGE.relative_to(ROOT)}: is not what {Path(__file__).relative_to(ROOT)} makes of the comments"
    contract = CONTRACT.read_text(encoding="utf-8")
    for name, _, _ in traits():
        if f'return "{name.strip("`")}";' not in contract:
            yield f"{CONTRACT.relative_to(ROOT)}: does not look for a stray {name}"
    for name, _, without in rules():
        bare = re.match(r"`(\w+)", name).group(1)
        if bare not in contract:
            yield f"{CONTRACT.relative_to(ROOT)}: does not check {name}"


def main():
    page = PAGE.read_text(encoding="utf-8")
    if sys.argv[1:] == ["--check"]:
        found = list(problems(page))
        print("\n".join(found))
        return 1 if found else 0
    PAGE.write_text(written(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
