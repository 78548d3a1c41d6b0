"""Tensors that an ONNX file stores, in itself or in files beside it."""

import math
from pathlib import Path

import numpy as np

from ..graph import Tensor
from ..problems import Refused

#: How often the bytes of a file beside are read, all together.
MOST_TIMES = 4


class Tensors:
    """Of a Reader."""

    def dtype(self, number):
        try:
            return np.dtype(self.onnx.helper.tensor_dtype_to_np_dtype(number)).name
        except (KeyError, TypeError):
            return f"type {number}"

    def read_initializers(self, proto):
        for each in proto.initializer:
            if each.name in self.tensors:
                raise Refused(f"tensor `{each.name}` is there twice")
            self.constant(each.name, self.array(each))

    def read_told(self, proto):
        """Inputs that the user says are numbers."""
        for name, number in self.told.items():
            value = next((each for each in proto.input if each.name == name and name not in self.tensors), None)
            if value is None:
                raise Refused(f"--constant {name}: the network has no such input")
            kind = value.type.tensor_type
            if any(extent.dim_value != 1 for extent in kind.shape.dim):
                raise Refused(f"--constant {name}: the input has more than one number")
            self.constant(name, np.full([1] * len(kind.shape.dim), number, self.dtype(kind.elem_type)))

    def array(self, tensor):
        """A tensor's elements, which may be in a file beside."""
        shape = list(tensor.dims)
        if any(not 0 <= extent <= 2**40 for extent in shape):
            raise Refused(f"tensor `{tensor.name}`: its shape {shape} is not one of whole extents")
        if tensor.data_location == self.onnx.TensorProto.EXTERNAL:
            tensor = self.beside(tensor, shape)
        count = math.prod(shape)
        if tensor.HasField("raw_data"):
            held = len(tensor.raw_data) * 2  # Two elements of 4 bits in a byte.
        else:
            held = max(map(len, (tensor.float_data, tensor.int32_data, tensor.int64_data, tensor.double_data,
                                 tensor.uint64_data, tensor.string_data))) * 2
        if count > held:
            raise Refused(f"tensor `{tensor.name}`: expected {shape}, got {held // 2} elements or bytes")
        try:
            return np.array(self.onnx.numpy_helper.to_array(tensor))
        except (ValueError, TypeError, KeyError) as error:
            raise Refused(f"tensor `{tensor.name}`: {error}") from None

    def beside(self, tensor, shape):
        facts = {entry.key: entry.value for entry in tensor.external_data}
        location = facts.get("location", "")
        folder = self.path.resolve().parent
        file = (folder / location).resolve()
        if not location or Path(location).is_absolute() or not file.is_relative_to(folder) or not file.is_file():
            raise Refused(f"tensor `{tensor.name}`: its data is in `{location}`: expected a file in the model's folder")
        try:
            first, length = int(facts.get("offset", 0)), int(facts.get("length", -1))
        except ValueError:
            raise Refused(f"tensor `{tensor.name}`: its offset or length is no number") from None
        size = file.stat().st_size
        length = size - first if length < 0 else length
        wanted = math.prod(shape) * np.dtype(self.dtype(tensor.data_type)).itemsize
        if not 0 <= first <= size or not 0 <= length <= size - first or length != wanted:
            raise Refused(f"tensor `{tensor.name}`: expected {wanted} bytes of `{location}`, which has {size}, "
                          f"got {length} from {first} on")
        # Tensors may lie in one another's place, so that there are more of them than the file has bytes.
        self.unread[file] = self.unread.get(file, MOST_TIMES * size) - length
        if self.unread[file] < 0:
            raise Refused(f"tensor `{tensor.name}`: the file's tensors have more than {MOST_TIMES} times as many bytes as `{location}`")
        with file.open("rb") as stream:
            stream.seek(first)
            data = stream.read(length)
        return self.onnx.TensorProto(name=tensor.name, data_type=tensor.data_type, dims=shape, raw_data=data)

    def constant(self, name, data):
        """A tensor whose elements are known."""
        data = np.asarray(data)
        self.tensors[name] = Tensor(name, tuple(map(int, data.shape)), data.dtype.name, data)
        return name
