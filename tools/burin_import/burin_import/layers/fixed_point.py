"""Factors of 8-bit arithmetic, as core/fixed_multiplier.hpp makes them."""

import math

import numpy as np

INT32_MAX = 2**31 - 1


def multiplier(factor, largest=None):
    """The whole number of 31 bits and the shift that stand for a real factor, no larger than what keeps products of
    numbers up to `largest` in 32 bits."""
    if largest is not None:
        limit = float(INT32_MAX - 1023)
        if factor * largest > limit:
            factor = limit / largest
    if not factor > 0:
        return 0, 31
    mantissa, exponent = math.frexp(factor)
    bits = math.floor(mantissa * 2.0**31 + 0.5)
    if bits == 2**31:
        bits //= 2
        exponent += 1
    if exponent < -31:
        return 0, 31
    if exponent > 30:
        return INT32_MAX, 1
    return bits, 31 - exponent


def mean_multiplier(factor, count):
    """From sums of `count` numbers to means, as TensorFlow Lite's MEAN has it."""
    bits, right = multiplier(factor, 255)
    shift = min(count.bit_length() - 1, 62 - right)
    return (bits << shift) // count, right + shift


def quantized(numbers, scale, zero_point):
    """Nearest integers, halves away from 0 before the zero point is added."""
    x = np.asarray(numbers, np.float32) / np.float32(scale)
    whole = np.trunc(x)
    rest = x - whole
    whole = whole + (rest >= 0.5) - (rest <= -0.5)
    return np.clip(np.clip(whole, -512, 512) + zero_point, -128, 127).astype(np.int8)


def multiply(x, factor, shift, rounding):
    """x * factor / 2^shift as a whole number, as core/fixed_multiplier.hpp has it."""
    if rounding == "once":
        return (x * factor + (1 << (shift - 1))) >> shift
    high = (x * (1 << max(31 - shift, 0)) * factor + (1 << 30)) >> 31
    rest = shift - 31
    if rest <= 0:
        return high
    return (((high - (high < 0)) >> (rest - 1)) + 1) >> 1


def rescale(rounding, of, to):
    """The factor between two scales. XNNPACK, which rounds once, has 8 bits behind the point."""
    ratio = np.float32(of) / np.float32(to)
    if rounding == "once" and 2.0**-8 <= ratio <= 2.0**7:
        return multiplier(float(np.rint(np.float32(256) * ratio)) / 256)
    return multiplier(float(of) / float(to), 255)
