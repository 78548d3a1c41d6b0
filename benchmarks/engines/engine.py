"""An engine on one thread: engine.py ENGINE [MODELS]. Speaks the protocol of benchmarks/peers/peer.py; models that it makes
stay in the directory."""

import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))
import networks
import peer

MODELS = Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp")


def made(file, make):
    """The path of a file that is made unless it is there."""
    path = MODELS / file
    if not path.exists():
        MODELS.mkdir(parents=True, exist_ok=True)
        begun = path.with_name(f"{os.getpid()}.{path.name}")
        make(begun)
        begun.rename(path)
    return path


def onnx_file(name, precision, batch):
    import onnx_of

    make = onnx_of.quantize if precision == "int8" else onnx_of.write
    return made(f"{name}.{precision}.{batch}.onnx", lambda path: make(name, batch, path))


def batches_of(request, change=lambda values: values):
    all_samples = change(networks.samples(request.work))
    batch = request.sizes[0]
    return [np.ascontiguousarray(all_samples[i:i + batch]) for i in range(0, len(all_samples), batch)]


def variant(settings, batches, infer):
    """`infer(batch)` returns the outputs."""
    for _ in range(3):
        infer(batches[0])
    following = peer.each_in_turn(batches)
    return settings, lambda: infer(following()), lambda: [np.array(infer(batch)) for batch in batches]


def onnxruntime():
    import onnx_of
    import onnxruntime as ort

    def prepare(request):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        session = ort.InferenceSession(str(onnx_file(request.work, request.precision, request.sizes[0])), options, ["CPUExecutionProvider"])
        output = session.get_outputs()[0].name
        batches = batches_of(request, onnx_of.channels_first)
        # What is bound once needs no dictionary at each run.
        bindings = []
        for batch in batches:
            binding = session.io_binding()
            binding.bind_cpu_input("x", batch)
            result = np.empty(session.get_outputs()[0].shape, np.float32)
            binding.bind_output(output, "cpu", 0, np.float32, result.shape, result.ctypes.data)
            bindings.append((binding._iobinding, result))
        run = session._sess.run_with_iobinding

        def infer(bound):
            run(bound[0], None)
            return bound[1]

        yield variant("bound", bindings, infer)

    return f"onnxruntime {ort.__version__}", prepare


def openvino():
    import onnx_of
    import openvino as ov
    from openvino._pyopenvino import InferRequest

    core = ov.Core()

    def prepare(request):
        # On processors that have it, it would compute in bfloat16.
        settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
                    "ENABLE_CPU_PINNING": False}
        compiled = core.compile_model(str(onnx_file(request.work, request.precision, request.sizes[0])), "CPU", settings)
        batches = [ov.Tensor(batch, shared_memory=True) for batch in batches_of(request, onnx_of.channels_first)]
        # A request for each batch, so that its tensor is set once.
        requests = []
        for batch in batches:
            each = compiled.create_infer_request()
            each.set_input_tensor(0, batch)
            requests.append((each, each.get_output_tensor(0).data))

        def infer(pair):
            InferRequest.infer(pair[0], {}, True, False)  # Without what Python does around it.
            return pair[1]

        yield variant("f32", requests, infer)

    return f"OpenVINO {ov.__version__.split('-')[0]}", prepare


def litert():
    from ai_edge_litert import interpreter

    def prepare(request):
        import tflite_of

        name, precision, batch = request.work, request.precision, request.sizes[0]
        path = made(f"{name}.{precision}.{batch}.tflite", lambda path: tflite_of.write(name, precision, batch, path))
        machine = interpreter.Interpreter(str(path), num_threads=1)
        machine.allocate_tensors()
        given, result = machine.get_input_details()[0], machine.get_output_details()[0]
        scale, zero = given["quantization"]
        out_scale, out_zero = result["quantization"]

        def quantized(values):
            return np.clip(np.round(values / scale) + zero, -128, 127).astype(np.int8) if precision == "int8" else values

        batches = batches_of(request, quantized)
        view, seen, invoke = machine.tensor(given["index"]), machine.tensor(result["index"]), machine._interpreter.Invoke

        def infer(values):
            view()[...] = values
            invoke()

        def outputs():
            all_outputs = []
            for batch in batches:
                infer(batch)
                values = np.array(seen())
                all_outputs.append((values.astype(np.float32) - out_zero) * out_scale if precision == "int8" else values)
            return all_outputs

        settings, run, _ = variant("XNNPACK", batches, infer)
        yield settings, run, outputs

    from importlib.metadata import version

    return f"LiteRT {version('ai-edge-litert')}", prepare


def torch(compiled=False):
    import torch as library
    import torch_of

    library.set_num_threads(1)

    def prepare(request):
        if request.precision != "float":
            return
        name = request.work.removesuffix("_train")
        model = torch_of.Network(networks.NETWORKS[name])
        if name != request.work:
            yield torch_of.training(model, name, request.sizes[0], compiled)
            return
        model.eval()
        function = library.compile(model) if compiled else model
        batches = [library.from_numpy(batch) for batch in batches_of(request, torch_of.channels_first)]

        def infer(batch):
            with library.inference_mode():
                return function(batch)

        yield variant("compiled" if compiled else "eager", batches, infer)

    return f"PyTorch {library.__version__}{', torch.compile' if compiled else ''}", prepare


def jax():
    # One thread: without it, XLA makes one for each core, pinned to this one or not.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax as library
    import jax_of

    def prepare(request):
        if request.precision != "float":
            return
        name = request.work.removesuffix("_train")
        network = jax_of.Network(networks.NETWORKS[name])
        if name != request.work:
            yield jax_of.training(network, name, request.sizes[0])
            return
        parameters = list(map(library.numpy.asarray, network.parameters))
        function = library.jit(network)
        yield variant("jit", list(map(library.numpy.asarray, batches_of(request))),
                      lambda batch: function(parameters, batch).block_until_ready())

    return f"JAX {library.__version__}", prepare


ENGINES = {"onnxruntime": onnxruntime, "openvino": openvino, "litert": litert, "torch": torch, "torch_compile": lambda: torch(True),
           "jax": jax}
TRAINS = {"torch", "torch_compile", "jax"}

if __name__ == "__main__":
    about, prepare = ENGINES[sys.argv[1]]()
    known = {*networks.NETWORKS, *([f"{name}_train" for name in networks.NETWORKS] if sys.argv[1] in TRAINS else [])}
    peer.serve(about, lambda request: prepare(request) if request.work in known else [])
