"""What nodes of ONNX become, one family a file: RULES, from operators to functions `rule(reader, call)`."""

from . import convolution, dynamic, elementwise, learned, matrices, normalization, quantization, recurrent, shape

RULES = {operator: rule for family in (convolution, elementwise, learned, matrices, normalization, quantization, recurrent, shape)
         for operator, rule in family.RULES.items()}
