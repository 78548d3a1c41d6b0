#!/usr/bin/env python3
"""Takes the tests out of what a plain `ninja`, and so `meson install`, builds: what is installed are headers.

Meson before 1.7 puts the programs of all tests there, whatever their `build_by_default` says. `meson test` names the
programs that it needs. Run by Meson after it has written build.ninja.
"""

import os
import re
from pathlib import Path

build = Path(os.environ["MESON_BUILD_ROOT"]) / "build.ninja"
text = build.read_text(encoding="utf-8")
kept = re.sub(r"^build all: phony.*$", lambda line: re.sub(r" meson-(test|benchmark)-prereq\b", "", line[0]), text, count=1, flags=re.M)
if kept != text:
    build.write_text(kept, encoding="utf-8")
