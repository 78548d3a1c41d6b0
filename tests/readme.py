#!/usr/bin/env python3
"""The README's first program is examples/quickstart, which is built and run. What README and docs/ link to exists, and
their lines, but for tables, are no longer than those of the code.

    readme.py [EXAMPLE ...]    and with the names of the examples that are built: so is each that the README has a row of
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main():
    problems = []
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```cpp\n(.*?)```", readme, re.DOTALL)
    quickstart = (ROOT / "examples/quickstart/quickstart.cpp").read_text(encoding="utf-8")
    if program is None or program.group(1) != quickstart:
        problems.append("README.md: its first program differs from examples/quickstart/quickstart.cpp")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", readme.split("\n## Examples\n")[1].split("\n## ")[0], re.M)
    named = set(re.findall(r"\w+", " ".join(rows)))
    if len(named) < 20:
        problems.append("README.md: no table of examples")
    if len(sys.argv) > 1:
        # Not every machine builds these.
        missing = named - set(sys.argv[1:]) - {"dispatch", "sounds", "audio_effect", "autoencoder", "keywords", "reviews",
                                               "amplifier", "wake_word", "voice_activity"}
        problems += [f"README.md: ./run {name} is not built" for name in sorted(missing)]
    widest = int(re.search(r"^ColumnLimit: (\d+)", (ROOT / ".clang-format").read_text(encoding="utf-8"), re.M)[1])
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "include").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        # Neither may tables be, nor what a program prints.
        as_wide = re.sub(r"^```(\w*)\n.*?^```", lambda block: block[0] if block[1] else "\n" * block[0].count("\n"), text,
                         flags=re.M | re.S)
        for number, line in enumerate(as_wide.splitlines(), 1):
            if len(line) > widest and not line.startswith("|"):
                problems.append(f"{page.relative_to(ROOT)}:{number}: {len(line)} characters, and {widest} is the limit")
        # Lambdas look like links.
        text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            if not (page.parent / target).exists():
                problems.append(f"{page.relative_to(ROOT)}: links to {target}, which does not exist")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
