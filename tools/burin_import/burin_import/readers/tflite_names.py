"""Names of layers of .tflite files."""


def layer_name(kind, output):
    """What Keras called the layer: a tensor has the names of all operators that were fused into it, as in
    `model/activation/Relu;model/conv2d/BiasAdd;model/conv2d/Conv2D1`."""
    parts = output.split(";")
    wanted = {"CONV_2D": ("BiasAdd", "Conv2D"), "DEPTHWISE_CONV_2D": ("BiasAdd", "depthwise"),
              "FULLY_CONNECTED": ("BiasAdd", "MatMul")}.get(kind, ())
    for operator in wanted:
        for part in parts:
            *layer, last = part.split("/")
            if layer and last.startswith(operator):
                return "/".join(layer)
    *layer, last = parts[0].split("/")
    return "/".join(layer) if layer and last[:1].isupper() else parts[0]
