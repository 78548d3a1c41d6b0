#!/usr/bin/env python3
"""Writes what LiteRT's kernels (XNNPACK's, rounding once, and TensorFlow Lite's reference kernels) make of images of 8-bit
integers by RESIZE_BILINEAR.

    python3 tests/reference/int8_resize.py        (needs tensorflow and ai-edge-litert)
"""

import numpy as np
import tensorflow as tf
from ai_edge_litert import interpreter as lite

from header import Header

SHAPE = (4, 3, 5)
CASES = {"asymmetric": {}, "half_pixel": {"half_pixel_centers": True}, "corners": {"align_corners": True}}


def main():
    out = Header("int8_resize", "Images of [4, 3, 5] bytes by RESIZE_BILINEAR to [7, 8, 5], then to [3, 2, 5], by LiteRT.")
    random = np.random.default_rng(1)
    x = random.standard_normal((32, *SHAPE)).astype(np.float32)
    given = random.integers(-128, 128, SHAPE).astype(np.int8)
    out.array("x", given, "signed char")
    for name, options in CASES.items():
        resize = lambda image: tf.raw_ops.ResizeBilinear(images=tf.raw_ops.ResizeBilinear(
            images=image, size=[7, 8], **options), size=[3, 2], **options)
        function = tf.function(resize, input_signature=[tf.TensorSpec((1, *SHAPE), tf.float32)])
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[i:i + 1]] for i in range(32))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        model = converter.convert()
        for way, kernels in ("once", {}), ("twice", {"experimental_op_resolver_type": lite.OpResolverType.BUILTIN_REF}):
            interpreter = lite.Interpreter(model_content=model, **kernels)
            interpreter.allocate_tensors()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], given[None])
            interpreter.invoke()
            out.array(f"{name}_{way}", interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), "signed char")
    out.write()


main()
