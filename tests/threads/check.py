"""check.py threads.cpp compiler flags...: builds it with the thread sanitizer, which must find nothing where
threads share what they may, and something where they share what they may not. Skipped where the compiler has no
such sanitizer, or programs built with it don't run."""

import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
source, compiler, *flags = sys.argv[1:]
sanitized = [compiler, *flags, '-O1', '-g', '-fsanitize=thread', '-DBURIN_SHARED_KERNELS', '-pthread']

with tempfile.TemporaryDirectory() as name:
    directory = pathlib.Path(name)
    trial = directory / 'trial.cpp'
    trial.write_text('int main() {}\n')
    if (subprocess.run([*sanitized, trial, '-o', directory / 'trial'], capture_output=True).returncode != 0 or
            subprocess.run([directory / 'trial'], capture_output=True).returncode != 0):
        print(f'{compiler}: no thread sanitizer that works here')
        sys.exit(SKIPPED)
    subprocess.run([*sanitized, source, '-o', directory / 'threads', '-lz'], check=True)
    shared = subprocess.run([directory / 'threads', name], capture_output=True, text=True)
    if shared.returncode != 0:
        sys.exit(f'{compiler}: threads that share what they may:\n{shared.stderr[:4000]}')
    race = subprocess.run([directory / 'threads', 'race'], capture_output=True, text=True)
    if race.returncode == 0 or 'data race' not in race.stderr:
        sys.exit(f'{compiler}: two threads train one model, and the sanitizer says nothing:\n{race.stderr[:4000]}')
