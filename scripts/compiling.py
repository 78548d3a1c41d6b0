"""What scripts share that compile a program around a network: calls of compilers, and the sentence for what went wrong."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What compiles and links for Cortex-M.
ARM_PACKAGES = ["gcc-arm-none-eabi", "libstdc++-arm-none-eabi-newlib", "libnewlib-arm-none-eabi"]


class Refused(Exception):
    """What the user asked for can't be had; says why in one line."""


def not_installed(tool):
    """Says which packages of Debian have it."""
    packages = "qemu-system-arm" if tool.startswith("qemu") else " ".join(ARM_PACKAGES) if tool.startswith("arm-none-eabi-") else tool
    return f"{tool} is not installed; as root, run: apt-get install {packages}"


def call(command, refusal, with_errors=False):
    try:
        run = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                             errors="replace", env={**os.environ, "LC_ALL": "C"}, check=False)
    except FileNotFoundError:
        raise Refused(not_installed(command[0])) from None
    except OSError as problem:
        raise Refused(f"{command[0]}: {problem.strerror}") from None
    if run.returncode != 0:
        raise Refused(refusal(run.stderr or run.stdout))
    return run.stdout + run.stderr * with_errors


#: More at a time overflow what a network needs in bytes, or nearly.
MOST_SAMPLES = 2**24


def check_batch(samples):
    if not 1 <= samples <= MOST_SAMPLES:
        raise Refused("--batch: expected " + (f"at most {MOST_SAMPLES} samples" if samples > 0 else "at least one sample") + f", got {samples}")


def is_file(name):
    """Also of a name that no file can have."""
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def reason(said):
    """Of a compiler's complaints the one that the user should read: what is wrong with the network, or else the first."""
    diagnosis = re.search(r"Diagnosis<(.*)", said)
    if diagnosis:
        # g++ prints one string; clang several, each within the braces of the one before: {"...", {"...", {"..."}}}.
        sentence = re.search(r'(?:FixedString|Pieces)<[^>]*> ?\{(".*?")\}', diagnosis[1])
        if sentence:
            return sentence[1][1:-1].replace('", {"', "")
    errors = re.findall(r"(?:^(\S+:\d+):\d+: )?(?:fatal error|[Ee]rror|ld): (.*)", said, re.M)
    # Where it is in a file of the user's.
    errors = [f"{place}: {what}" if place and not Path(place).is_relative_to(ROOT / "scripts") else what for place, what in errors]
    return errors[0] if errors else (said.strip().splitlines() or ["no reason given"])[-1]
