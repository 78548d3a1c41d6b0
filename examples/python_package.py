"""Files of a Python package, for examples that a package brings a model for: nothing of it becomes part of Burin."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def files_of(package, distribution, inside, folder):
    """Where the files `inside` a package are: where it is installed, or else where pip fetches it into `folder`."""
    found = importlib.util.find_spec(package)
    if found is not None:
        return Path(found.submodule_search_locations[0]) / inside
    place = folder / package / inside
    if not place.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder,
                        distribution], check=True)
        wheel = max(folder.glob(f"{package}-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(f"{package}/{inside}/")])
    return place


def burin_import(needs, *arguments):
    """Runs burin-import, here if Python has the package that reads the file, else as scripts/importer does."""
    command = [sys.executable, "-m", "burin_import"] if importlib.util.find_spec(needs) else [ROOT / "scripts" / "importer"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "burin_import")}
    subprocess.run([*command, *arguments], check=True, env=environment)
