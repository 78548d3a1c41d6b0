#!/usr/bin/env python3
"""Writes small NPY and NPZ files for the tests of their readers.

    python3 tests/reference/npy.py
"""

import io

import numpy

from header import Header

out = Header("npy", f"Files as NumPy {numpy.__version__} writes them. Their values are told in tests/data/npy.cpp.")


def case(name, write):
    stream = io.BytesIO()
    write(stream)
    out.array(name, list(stream.getvalue()), "unsigned char")


def array(name, values, version=None):
    case(name, lambda stream: numpy.lib.format.write_array(stream, values, version=version))


# Each type's smallest and largest number, and 1, in both byte orders.
for kind in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]:
    limits = numpy.iinfo(kind)
    for order, suffix in [("<", ""), (">", "_big")] if kind[1] != "1" else [("|", "")]:
        array(kind + suffix, numpy.array([limits.min, 1, limits.max], order + kind))
for kind in ["f2", "f4", "f8"]:
    for order, suffix in [("<", ""), (">", "_big")]:
        array(kind + suffix, numpy.array([-1.5, 0.0625, numpy.finfo(kind).max, numpy.finfo(kind).smallest_subnormal],
                                         order + kind))
array("truth", numpy.array([True, False, True]))
array("number", numpy.array(7, "<i4"))
array("nothing", numpy.zeros((0, 3), "<f4"))
cube = numpy.arange(24, dtype="<i2").reshape(2, 3, 4)
array("cube", cube)
array("cube_fortran", numpy.asfortranarray(cube))
array("cube_version_2", cube, (2, 0))
array("cube_version_3", cube, (3, 0))
array("text", numpy.array(["ab", "c"]))
array("complex", numpy.array([1j]))
array("structure", numpy.array([(1, 2.0)], [("a", "<i4"), ("b", "<f4")]))
case("objects", lambda stream: numpy.save(stream, numpy.array([None, 1], object), allow_pickle=True))
case("stored_archive", lambda stream: numpy.savez(stream, x=cube, y=numpy.array([3, 1, 2], "|u1")))
case("packed_archive", lambda stream: numpy.savez_compressed(stream, x=cube, y=numpy.zeros(100, "<f4")))
out.write()
