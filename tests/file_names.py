#!/usr/bin/env python3
"""Holds that what comments and pages call a file or a folder is there: `kernels/products.hpp`, `flash/`, `fit.cpp`.

A path may begin at any folder; NAME stands for any. Notes in docs/lab are left as they were written.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ["benchmarks", "cross", "docs", "examples", "include", "packaging", "scripts", "tests", "tools"]
#: What a user or a program writes, and files of MLPerf Tiny.
ELSEWHERE = {"program.cpp", "digits_weights.hpp", "preparation.hpp", "weights.hpp", "kws.hpp", "kws_ref_model.hpp", "net.hpp", "CASE.cpp", "PAGE.md", "SOURCE.cpp",
             "keyword_spotting/keras_model.py", "anomaly_detection/keras_model.py", "visual_wake_words/vww_model.py"}
NAMED = re.compile(r"(?<![\w/.<{}*…-])(?:\.{1,2}/|burin/(?=cross/))*(\w[\w./-]*\.(?:hpp|cpp|md|py))\b|`((?:\w+/)+)`")

places = [ROOT / "README.md", *(ROOT / folder for folder in FOLDERS),
          *(place for folder in FOLDERS for place in sorted((ROOT / folder).rglob("*")))]
present = set(ELSEWHERE)
for place in places:
    parts = place.relative_to(ROOT).parts
    present.update("/".join(parts[begin:]) + "/" * place.is_dir() for begin in range(len(parts)))

wrong = []
for place in places:
    if place.suffix not in {".hpp", ".cpp", ".md"} or "lab" in place.parts:
        continue
    for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), 1):
        comment = line if place.suffix == ".md" else line.partition("//")[2]
        for match in NAMED.finditer(comment):
            name = match[1] or match[2]
            if name not in present and "NAME" not in name:
                wrong.append(f"{place.relative_to(ROOT)}:{number}: there is no {name}")
print("\n".join(wrong) or "what comments and pages name is there")
sys.exit(bool(wrong))
