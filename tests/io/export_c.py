#!/usr/bin/env python3
"""Compiles what io::export_c writes as C99 and compares its bits with Burin's: export_c.py PROGRAM...

The programs are unit tests with one lane that write networks where BURIN_C_DIRECTORY says. Every compiler that is there
must take the files without a warning; those for this computer's processor run them.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Wconversion", "-Wshadow", "-Werror"]
HERE = ["gcc", "clang-19", "clang"]
CORTEX_M4 = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stdout}")
    return done.stdout


def write_main(directory, names):
    lines = ["#include <stdio.h>"] + [f"int case_{name}(void);" for name in names]
    lines += ["int main(void)", "{", "    int wrong, all = 0;"]
    for name in names:
        lines += [f"    wrong = case_{name}();", f'    printf("{name}: %d numbers differ\\n", wrong);', "    all += wrong;"]
    lines += ["    return all != 0;", "}"]
    (directory / "main.c").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(programs):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        for program in programs:
            run(program, env=dict(os.environ, BURIN_C_DIRECTORY=name))
        networks = sorted(path.name[: -len("_case.c")] for path in directory.glob("*_case.c"))
        if len(networks) < 20:
            sys.exit(f"expected twenty networks, got {networks}")
        write_main(directory, networks)
        compilers = [compiler for compiler in HERE if shutil.which(compiler)][:2]
        if not compilers:
            sys.exit(77)
        for compiler in compilers:
            run(compiler, *WARNINGS, "-O1", *sorted(directory.glob("*.c")), "-lm", "-o", directory / "run")
            print(compiler, run(directory / "run"), sep="\n")
        if shutil.which(CORTEX_M4[0]):
            for network in networks:
                run(*CORTEX_M4, *WARNINGS, "-Os", "-c", directory / f"{network}.c", "-o", directory / f"{network}.o")
                text = run("arm-none-eabi-size", directory / f"{network}.o").splitlines()[1].split()
                print(f"{network}, Cortex-M4: {text[0]} bytes of code and constants, {text[1]} of data, {text[2]} of zeros")


main(sys.argv[1:])
