"""Who is compared: what each peer needs, how it is installed and how it is started."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks" / "peers"
VENVS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "burin" / "benchmarks"
SYSTEM_PYTHON = "/usr/bin/python3"

#: Every peer has one thread.
ONE_THREAD = {name + "_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "BLIS", "MKL")}


@dataclass
class Kind:
    title: str
    packages: list = field(default_factory=list)  #: of Debian
    wheels: list = field(default_factory=list)  #: of PyPI, in the virtual environment `venv`
    venv: str = ""
    script: list = field(default_factory=list)  #: and its arguments; without, it is a program of that name
    uses_openblas: bool = False


KINDS = {
    "burin": Kind("Burin"),
    "burin_clang": Kind("Burin (clang)", ["clang-19"]),
    "plain": Kind("plain C"),
    "plain_clang": Kind("plain C (clang)", ["clang-19"]),
    "onednn": Kind("oneDNN", ["libdnnl-dev"]),
    "openblas": Kind("OpenBLAS", ["libopenblas-dev"], uses_openblas=True),
    "blis": Kind("BLIS", ["libblis-dev"]),
    "eigen": Kind("Eigen", ["libeigen3-dev"]),
    "dlib": Kind("dlib", ["libdlib-dev", "libopenblas-dev"], uses_openblas=True),
    "torch_debian": Kind("PyTorch of Debian", ["python3-torch", "python3-numpy"], script=["torch_peer.py"], uses_openblas=True),
    "torch": Kind("PyTorch", ["python3-venv"], ["torch", "numpy"], "torch", ["torch_peer.py"]),
    "torch_compile": Kind("PyTorch, torch.compile", ["python3-venv", "python3-dev"], ["torch", "numpy"], "torch",
                          ["torch_peer.py", "--compile"]),
    "jax": Kind("JAX", ["python3-venv"], ["jax", "numpy"], "jax", ["jax_peer.py"]),
    "keras": Kind("Keras (TensorFlow)", ["python3-venv"], ["tensorflow-cpu", "numpy"], "tensorflow", ["keras_peer.py"]),
}

#: Those that need no Python packages: what `--quick` compares with.
COMPILED = [name for name, kind in KINDS.items() if not kind.script]


def is_installed(package):
    """As far as one can ask: without dpkg, what is not there will not be built."""
    if not shutil.which("dpkg-query"):
        return True
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


def apt_install(packages):
    """None, or why not."""
    missing = [package for package in packages if not is_installed(package)]
    if not missing:
        return None
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = as_root + ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
    print("installing", *missing, flush=True)
    subprocess.run(apt + ["update"], stdout=subprocess.DEVNULL)
    done = subprocess.run(apt + ["install", "--yes", "--no-install-recommends", *missing], capture_output=True, text=True)
    return None if done.returncode == 0 else f"apt-get install {' '.join(missing)}: {last_line(done.stderr)}"


def pip_install(kind):
    """None, or why not."""
    python = VENVS / kind.venv / "bin" / "python"
    if (VENVS / kind.venv / "complete").exists():
        return None
    print("installing", *kind.wheels, "from PyPI in", VENVS / kind.venv, flush=True)
    for command in ([SYSTEM_PYTHON, "-m", "venv", VENVS / kind.venv],
                    [python, "-m", "pip", "install", "--quiet", "--no-cache-dir", *kind.wheels]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return f"{' '.join(map(str, command[-2:]))}: {last_line(done.stderr)}"
    (VENVS / kind.venv / "complete").touch()
    return None


def last_line(text):
    return (text.strip().splitlines() or ["it failed"])[-1]


def are_installed(names):
    return all(is_installed(package) for name in names for package in KINDS[name].packages)


def install(names):
    """Installs what these peers need; returns reasons by name for those that can't be had."""
    absent = {}
    for name in names:
        kind = KINDS[name]
        reason = apt_install(kind.packages) or (pip_install(kind) if kind.wheels else None)
        if reason:
            absent[name] = reason
    return absent


#: What keeps peers that choose their kernels when they run to AVX2, on a processor that has more.
ONLY_AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "HASWELL", "BLIS_ARCH_TYPE": "haswell",
             "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
#: Whom nothing keeps to it: told so, by `--xla_cpu_max_isa` and as above, JAX's products exceed what AVX2 can do, and those of
#: Keras, but for weight gradients, take as long as before.
NOT_ONLY_AVX2 = {name: "its products can't be kept to AVX2" for name in ("jax", "keras")}
#: Who needs not be told, being compiled for it.
COMPILED_FOR_IT = {"burin", "burin_clang", "plain", "plain_clang", "eigen"}


def build(directory, afresh, avx2, target="peers", programs=()):
    """Configures where that was not done, and builds, showing how far it is; returns where the programs are. Only those of
    the target that are named, if any. `afresh` looks again for what was not there before."""
    setup = ["meson", "setup", directory, ROOT, "-Dpeers=auto", "-Dtests=disabled", "-Dexamples=disabled",
             "-Dcpu=" + ("haswell" if avx2 else "native")]
    if (directory / "build.ninja").exists():
        setup += ["--wipe" if afresh else "--reconfigure"]
    print(*setup[:2], directory, flush=True)
    done = subprocess.run(setup, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout)
    where = directory / "benchmarks" / target
    wanted = [(where / name).relative_to(directory) for name in programs] or [target]
    print("ninja", directory, flush=True)
    if subprocess.run(["ninja", "-C", directory, *wanted]).returncode != 0:
        sys.exit("the programs do not build")
    return where


def command_of(name, programs):
    """The command line, or None if the program or interpreter is not there."""
    kind = KINDS[name]
    if not kind.script:
        return [programs / name] if (programs / name).exists() else None
    python = VENVS / kind.venv / "bin" / "python" if kind.venv else Path(SYSTEM_PYTHON)
    return [python, HERE / kind.script[0], *kind.script[1:]] if python.exists() else None


def environment(openblas_core="", avx2=False):
    """Of a peer: what would change its threads or kernels is set here or not at all."""
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith(("OPENBLAS_", "BLIS_", "OMP_", "DNNL_", "MKL_", "NVPL_"))}
    core = {"OPENBLAS_CORETYPE": openblas_core} if openblas_core else {}
    return {**kept, **ONE_THREAD, **core, **(ONLY_AVX2 if avx2 else {})}
