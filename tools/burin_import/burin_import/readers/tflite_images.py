"""Operators of TensorFlow Lite on images: convolutions, pooling, borders, other sizes."""

from ..problems import Refused


class Images:
    """What Reader.read_operator looks for: a function for each operator."""

    def window(self, options):
        return {"strides": [options.StrideH(), options.StrideW()],
                "padding": "same" if options.Padding() == self.schema.Padding.SAME else [(0, 0), (0, 0)]}

    def weighted(self, rank):
        """Whether the weights have so many axes; else the node is left to the check."""
        if len(self.inputs) < 2 or not self.inputs[1]:
            raise Refused(f"{self.node_name} ({self.kind}): expected weights, got none")
        if len(self.tensors[self.inputs[1]].shape) != rank:
            raise Refused(f"{self.node_name} ({self.kind}): expected weights of {rank} axes, got "
                          f"{list(self.tensors[self.inputs[1]].shape)}")

    def read_conv_2d(self):
        self.weighted(4)
        options = self.options("Conv2DOptions")
        channels = self.tensors[self.inputs[0]].shape[-1:]
        per_group = self.tensors[self.inputs[1]].shape[3]
        groups = channels[0] // per_group if channels and per_group and channels[0] % per_group == 0 else 1
        attributes = {**self.window(options), "groups": groups,
                      "dilations": [options.DilationHFactor(), options.DilationWFactor()]}
        weight = self.transposed(self.inputs[1], (1, 2, 3, 0))
        self.add("Conv", [self.inputs[0], weight, *self.inputs[2:3]], attributes, self.fused("Conv2DOptions"))

    def read_depthwise_conv_2d(self):
        self.weighted(4)
        options = self.options("DepthwiseConv2DOptions")
        height, width, outputs = self.tensors[self.inputs[1]].shape[1:]
        channels = self.tensors[self.inputs[0]].shape[-1]
        if channels == 0 or outputs % channels:
            raise Refused(f"{self.node_name} ({self.kind}): {outputs} filters are no multiple of {channels} channels")
        attributes = {**self.window(options), "dilations": [options.DilationHFactor(), options.DilationWFactor()]}
        weight = self.transposed(self.inputs[1], (0, 1, 2, 3), (height, width, channels, outputs // channels))
        self.add("DepthwiseConv", [self.inputs[0], weight, *self.inputs[2:3]], attributes,
                 self.fused("DepthwiseConv2DOptions"))

    def pool(self, operator):
        options = self.options("Pool2DOptions")
        self.add(operator, self.inputs, {**self.window(options), "size": [options.FilterHeight(), options.FilterWidth()]},
                 self.fused("Pool2DOptions"))

    def read_max_pool_2d(self):
        self.pool("MaxPool")

    def read_average_pool_2d(self):
        self.pool("AveragePool")

    def read_space_to_batch_nd(self):
        block, pads = self.integers(1, ""), self.integers(2, "")
        if block is None or pads is None or len(pads) != 2 * len(block):
            return self.unknown("blocks that are no constants")
        self.add(self.kind, self.inputs[:1], {"block": block, "borders": list(zip(pads[::2], pads[1::2]))})

    read_batch_to_space_nd = read_space_to_batch_nd

    def read_pad(self):
        pads = self.integers(1, "paddings")
        if pads is None or len(pads) % 2 or min(pads, default=0) < 0:
            return self.unknown("paddings that are no constant")
        value = 0.0
        if len(self.inputs) > 2:
            data = self.constant_input(2)
            if data is None or data.size != 1:
                return self.unknown("a value that is no constant")
            value = data.reshape(-1)[0].item()
            quantization = self.tensors[self.inputs[0]].quantization
            if quantization is not None and data.dtype.kind == "i":
                value = float(quantization.scale) * (value - quantization.zero_point)
        self.add("Pad", self.inputs[:1], {"pads": list(zip(pads[::2], pads[1::2])), "value": value})

    read_padv2 = read_pad

    def read_mirror_pad(self):
        pads, options = self.integers(1, "paddings"), self.options("MirrorPadOptions")
        if pads is None or len(pads) % 2 or min(pads, default=0) < 0:
            return self.unknown("paddings that are no constant")
        is_symmetric = options is not None and options.Mode() != self.schema.MirrorPadMode.REFLECT
        self.add("Pad", self.inputs[:1], {"pads": list(zip(pads[::2], pads[1::2])), "mode": "symmetric" if is_symmetric else "reflect"})

    def read_depth_to_space(self):
        options = self.options("DepthToSpaceOptions")
        self.add("DepthToSpace", self.inputs[:1], {"block": options.BlockSize() if options else 1})

    def read_space_to_depth(self):
        options = self.options("SpaceToDepthOptions")
        self.add("SpaceToDepth", self.inputs[:1], {"block": options.BlockSize() if options else 1})

    def resized(self, mode, name):
        options, size = self.options(name), self.integers(1, "sizes")
        if size is None or len(size) != 2:
            return self.unknown("sizes that are no constant")
        aligned, middles = (options.AlignCorners(), options.HalfPixelCenters()) if options else (False, False)
        if aligned and middles:
            return self.unknown("align_corners with half_pixel_centers")
        how = "align_corners" if aligned else "half_pixel" if middles else "asymmetric"
        self.add("Resize", self.inputs[:1], {"size": [int(each) for each in size], "mode": mode, "coordinates": how,
                                             "nearest": "floor" if how == "asymmetric" else "round_prefer_ceil"})

    def read_resize_bilinear(self):
        self.resized("linear", "ResizeBilinearOptions")

    def read_resize_nearest_neighbor(self):
        self.resized("nearest", "ResizeNearestNeighborOptions")

    def read_transpose_conv(self):
        """Inputs: the output's shape, weights [filters, kernel..., channels], x, a bias or none."""
        if len(self.inputs) < 3 or not self.inputs[2]:
            return self.unknown("no image")
        self.weighted(4)
        target, options = self.integers(0, "an output shape"), self.options("TransposeConvOptions")
        weight = self.tensors[self.inputs[1]]
        shape = self.tensors[self.inputs[2]].shape
        if target is None or len(target) != 4 or options is None or len(weight.shape) != 4 or len(shape) != 4:
            return self.unknown("an output shape or weights that do not fit")
        strides, crops = [options.StrideH(), options.StrideW()], []
        for axis, stride in enumerate(strides):
            extent, size, out = shape[1 + axis], weight.shape[1 + axis], int(target[1 + axis])
            if min(stride, extent, size, out) < 1:
                return self.unknown("an output shape or weights that do not fit")
            # The padding of the convolution from the output to the input.
            same = max((-(-out // stride) - 1) * stride + size - out, 0) // 2
            before = same if options.Padding() == self.schema.Padding.SAME else 0
            crops.append((before, (extent - 1) * stride + max(size, stride) - out - before))
        # A bias is the fourth; the weights lie as [filters, height, width, channels].
        self.add("ConvTranspose", [self.inputs[2], self.transposed(self.inputs[1], (1, 2, 0, 3)), *self.inputs[3:4]],
                 {"strides": strides, "dilations": [1, 1], "crops": crops}, self.fused("TransposeConvOptions"))
