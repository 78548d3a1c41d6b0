"""What the importer's tests share."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tools" / "burin_import"))


def needs(*packages):
    """Goes on in the environment that scripts/importer made where Python lacks one of these; ends a test as skipped where
    that does too."""
    for package in packages:
        try:
            __import__(package)
        except ImportError:
            other = ROOT / "build" / "importer" / "bin" / "python3"
            if other.exists() and Path(sys.prefix) != other.parents[1]:
                os.execv(other, [str(other), *sys.argv])
            print(f"skipped: needs the Python package {package}")
            sys.exit(77)


def run(*arguments):
    """What burin-import says and its exit code. An exception is the test's failure."""
    from burin_import.cli import main
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main([str(each) for each in arguments])
    return code, said.getvalue()


def refused(path, *arguments):
    """The sentence with which a file is refused: exit code 1, nothing written."""
    with tempfile.TemporaryDirectory() as work:
        code, said = run(path, "-o", Path(work) / "model.hpp", *arguments)
        assert code == 1, f"{path}: expected a refusal, got {code}: {said}"
        assert said.startswith("burin-import: ") and "Traceback" not in said, said
        assert not list(Path(work).iterdir()), f"{path}: refused, but something was written"
    return said


def as_file(content, suffix):
    """Bytes as a file, for the length of a with."""
    file = tempfile.NamedTemporaryFile(suffix=suffix)
    file.write(content)
    file.flush()
    return file


def taken_or_refused(path):
    """Of a damaged file: it is another network, or refused and nothing written."""
    with tempfile.TemporaryDirectory() as work:
        code, said = run(path, "-o", Path(work) / "model.hpp", "--no-test")
        assert code in (0, 1) and "Traceback" not in said, said
        assert code == 0 or not list(Path(work).iterdir()), f"{path}: refused, but something was written"


#: Reads whole samples of a network from the standard input, and writes its outputs.
PROGRAM = """
template <class Net, class Number, class Run>
int samples(const Run& run) {
    using N = burin::engine::Network<Net>;
    for (;;) {
        std::array<std::vector<Number>, N::input_count> inputs;
        std::array<const Number*, N::input_count> pointers;
        for (std::size_t i = 0; i < N::input_count; ++i) {
            inputs[i].resize(N::input_shapes[i].size());
            if (std::fread(inputs[i].data(), sizeof(Number), inputs[i].size(), stdin) != inputs[i].size())
                return 0;
            pointers[i] = inputs[i].data();
        }
        const auto outputs = run(pointers);
        for (std::size_t i = 0; i < N::output_count; ++i)
            std::fwrite(outputs[i], sizeof(Number), N::output_shapes[i].size(), stdout);
    }
}
template <class Net, burin::Rounding Way>
int samples_of(const burin::QuantizedNetwork<Net, Way>& network) {
    static burin::QuantizedPredictor<Net> predictor;
    return samples<Net, std::int8_t>([&](const auto& inputs) { return predictor.run(network, inputs, 1); });
}
/// Pieces of a sequence, one after the other.
template <class Net, std::size_t Steps, burin::Rounding Way>
int pieces_of(const burin::QuantizedNetwork<Net, Way>& network) {
    static burin::QuantizedStreamer<Net, Steps> streamer;
    return samples<Net, std::int8_t>([&](const auto& inputs) { return streamer.run(network, inputs); });
}
template <class Net, std::size_t Steps>
int pieces_of(const float* row_major) {
    static burin::Streamer<Net, Steps> streamer;
    static burin::Parameters<Net> parameters;
    burin::from_row_major<Net>(row_major, parameters.data());
    return samples<Net, float>([&](const auto& inputs) { return streamer.run(parameters.data(), inputs); });
}
/// A sound in blocks of 64 samples, one after the other.
template <class Net>
int blocks_of(const float* row_major) {
    static burin::Streamer<Net, 64> streamer;
    static burin::Parameters<Net> parameters;
    burin::from_row_major<Net>(row_major, parameters.data());
    for (std::array<float, 64> block; std::fread(block.data(), sizeof(float), 64, stdin) == 64;)
        std::fwrite(streamer.run(parameters.data(), {block.data()})[0], sizeof(float), 64, stdout);
    return 0;
}
template <class Net>
int samples_of(const float* row_major) {
    static burin::Predictor<Net> predictor;
    static burin::Parameters<Net> parameters;
    if (row_major != nullptr)
        burin::from_row_major<Net>(row_major, parameters.data());
    return samples<Net, float>([&](const auto& inputs) { return predictor.run(parameters, inputs, 1); });
}
template <class Net, std::size_t Count>
int samples_from_flash(const float (&stored)[Count]) {
    static burin::Predictor<Net> predictor;
    return samples<Net, float>([&](const auto& inputs) { return predictor.run(std::data(stored), inputs, 1); });
}
"""


class Program:
    """Imported headers, compiled together: run(name, inputs) gives the outputs, a row a sample."""

    def __init__(self, work, command, headers, quiet=False):
        """`headers`: namespace -> (header, kind: int8, pieces, float_pieces, blocks, row_major or parameters)."""
        lines = [f'#include "{header}"' for header, _ in headers.values()]
        lines += ["#include <array>", "#include <cstdio>", "#include <cstring>", "#include <vector>", PROGRAM,
                  "int main(int, char** arguments) {"]
        for name, (_, kind) in headers.items():
            call = {"int8": f"samples_of({name}::network)",
                    "pieces": f"pieces_of<{name}::Network, {name}::steps>({name}::network)",
                    "float_pieces": f"pieces_of<{name}::Network, {name}::steps>({name}::row_major)",
                    "blocks": f"blocks_of<{name}::Network>({name}::row_major)",
                    "row_major": f"samples_of<{name}::Network>({name}::row_major)",
                    "parameters": f"samples_from_flash<{name}::Network>({name}::parameters)",
                    "none": f"samples_of<{name}::Network>(nullptr)"}[kind]
            if kind in ("int8", "pieces"):
                lines.append(f"    static_assert(burin::crc32({name}::network) == {name}::checksum);")
            lines.append(f'    if (std::strcmp(arguments[1], "{name}") == 0)\n        return {call};')
        (work / "program.cpp").write_text("\n".join([*lines, "    return 2;\n}\n"]))
        subprocess.run([command[0], "-O1", *command[1:], "-std=c++20", f"-I{ROOT / 'include'}", "-DBURIN_SHARED_KERNELS", "program.cpp", "-o",
                        "program"], cwd=work, check=True, **({"stderr": subprocess.PIPE, "text": True} if quiet else {}))
        self.program, self.kinds = work / "program", {name: kind for name, (_, kind) in headers.items()}

    def run(self, name, inputs):
        import numpy as np
        kind = np.int8 if self.kinds[name] in ("int8", "pieces") else np.float32
        made = subprocess.run([self.program, name], input=np.ascontiguousarray(inputs, kind).tobytes(), check=True,
                              stdout=subprocess.PIPE).stdout
        return np.frombuffer(made, kind).reshape(len(inputs), -1)
