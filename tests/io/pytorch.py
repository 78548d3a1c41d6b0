#!/usr/bin/env python3
"""PyTorch reads the state dicts that the unit test wrote, and computes the same with them: pytorch.py PROGRAM"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
    from safetensors.torch import load_file
except ImportError as error:
    print(f"skipped: PyTorch and safetensors are not installed for {sys.executable} ({error})")
    sys.exit(77)  # What Meson takes for skipped.

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
sys.path.insert(0, str(REFERENCE))
from pytorch import channels_first, networks  # noqa: E402

expected = load_file(REFERENCE / "pytorch.safetensors")
with tempfile.TemporaryDirectory() as directory:
    subprocess.run([sys.argv[1]], env={**os.environ, "BURIN_PYTORCH_DIRECTORY": directory}, check=True,
                   stdout=subprocess.DEVNULL)
    read = 0
    for name, module, shapes in networks():
        saved = Path(directory) / f"{name}.safetensors"
        if not saved.exists():
            continue
        module.float().load_state_dict(load_file(saved), strict=True)
        inputs = [channels_first(name, expected[f"{name}:{letter}"]) for letter, _ in zip("xz", shapes)]
        with torch.no_grad():
            output = module.eval()(*inputs)
        difference = (output - channels_first(name, expected[f"{name}:y"])).abs().max().item()
        assert difference < 1e-5, (name, difference)
        read += 1
assert read == 9, read
print(f"PyTorch {torch.__version__} reads {read} state dicts and computes the same with them")
