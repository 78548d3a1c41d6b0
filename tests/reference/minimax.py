#!/usr/bin/env python3
"""Prints the coefficients of include/burin/kernels' elementary functions: minimax polynomials and ratios, by Remez's
exchange on a fine grid, with mpmath. Each is followed by its largest weighted error, which leaves out what rounding the
coefficients adds."""

import struct

from mpmath import atanh, cos, erf, erfc, exp, expm1, log, log1p, lu_solve, matrix, mp, mpf, nstr, pi, sqrt, tanh

mp.dps = 45


def grid(low, high, count):
    """Points that are denser at both ends."""
    low, high = mpf(low), mpf(high)
    return [(low + high) / 2 - (high - low) / 2 * cos(pi * (i + mpf(1) / 2) / count) for i in range(count)]


def alternating_extrema(errors):
    extrema = []
    for i, error in enumerate(errors):
        if extrema and (errors[extrema[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[extrema[-1]]):
                extrema[-1] = i
        else:
            extrema.append(i)
    return extrema


def remez(f, weight, points, p, q=0, about=0, rounds=30):
    """P of degree p and Q of degree q, Q(0) = 1, in powers of x - about, for the least max |weight · (f - P/Q)|."""
    unknowns = p + q + 2
    value, weights = [f(x) for x in points], [weight(x) for x in points]
    shifted = [x - about for x in points]
    reference = [round((len(points) - 1) * i / (unknowns - 1)) for i in range(unknowns)]
    denominator, level = [mpf(1)] + [mpf(0)] * q, mpf(0)
    for _ in range(rounds):
        for _ in range(6 if q else 1):
            a, b = matrix(unknowns, unknowns), matrix(unknowns, 1)
            for row, i in enumerate(reference):
                for j in range(p + 1):
                    a[row, j] = shifted[i]**j
                for j in range(1, q + 1):
                    a[row, p + j] = -value[i] * shifted[i]**j
                old = sum(c * shifted[i]**j for j, c in enumerate(denominator))
                a[row, unknowns - 1] = (-1)**row * old / weights[i]
                b[row] = value[i]
            solution = lu_solve(a, b)
            numerator = [solution[j] for j in range(p + 1)]
            denominator = [mpf(1)] + [solution[p + j] for j in range(1, q + 1)]
            level = solution[unknowns - 1]
        errors = [w * (v - sum(c * x**j for j, c in enumerate(numerator)) / sum(c * x**j for j, c in enumerate(denominator)))
                  for w, v, x in zip(weights, value, shifted)]
        worst = max(abs(error) for error in errors)
        extrema = alternating_extrema(errors)
        if len(extrema) < unknowns or worst <= abs(level) * mpf("1.001"):
            break
        while len(extrema) > unknowns:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        reference = extrema
    return numerator, denominator, worst


def show(name, result, digits):
    numerator, denominator, worst = result
    print(f"{name}, error {nstr(worst, 3)}")
    print("   ", ", ".join(nstr(c, digits) for c in numerator))
    if len(denominator) > 1:
        print("  /", ", ".join(nstr(c, digits) for c in denominator))


def phi(x):
    return erfc(-x / sqrt(2)) / 2


def of_square(f):
    return lambda z: f(sqrt(z))


def tail_g(v):
    a = v / (1 - v / 4)
    return a * phi(-a) * exp(a * a / 2)


TINY = mpf(10)**-15
HALF_LN2 = log(2) / 2

# The middle of each tail is where G is within 1e-9 (1e-18) units of a number of the type, found by trying.
TYPES = {
    "float": dict(digits=12, exp=4, log=2, tanh=4, erf=5, centre=4, tail=9, limit="14.4", middle=float.fromhex("0x1.8000d8p0")),
    "double": dict(digits=20, exp=9, log=6, tanh=9, erf=10, centre=8, tail=21, limit="38.7",
                   middle=float.fromhex("0x1.8f5c28f5c2900p0")),
}

for name, degree in TYPES.items():
    digits = degree["digits"]
    steps = [
        ("exponential", lambda r: (expm1(r) - r) / r**2, abs, grid(-HALF_LN2, HALF_LN2, 400), degree["exp"], 0),
        ("logarithm", of_square(lambda s: (2 * atanh(s) - 2 * s) / s**3), lambda z: z / 2,
         grid(mpf(10)**-12, ((sqrt(2) - 1) / (sqrt(2) + 1))**2, 300), degree["log"], 0),
        ("tanh", of_square(lambda x: (tanh(x) / x - 1) / x**2), of_square(lambda x: x**3 / tanh(x)),
         grid(TINY, mpf("0.551")**2, 200), degree["tanh"], 0),
        ("erf + 1", of_square(lambda x: erf(x) / x), of_square(lambda x: x / erf(x)), grid(TINY, "0.5625", 300), degree["erf"], 0),
        ("normal, centre", of_square(lambda a: erf(a / sqrt(2)) / 2 / a),
         of_square(lambda a: a / (mpf(1) / 2 - erf(a / sqrt(2)) / 2)), grid(TINY, "0.5625", 200), degree["centre"], 0),
    ]
    for what, f, weight, points, p, q in steps:
        show(f"{name} {what}", remez(f, weight, points, p, q), digits)
    middle = mpf(degree["middle"])
    low, high = mpf("0.62"), mpf(degree["limit"])
    points = [v for v in grid(low / (1 + low / 4), high / (1 + high / 4), 400) if abs(v - middle) > mpf("0.003")]
    constant = tail_g(middle)
    rest, _, worst = remez(lambda v: (tail_g(v) - constant) / (v - middle), lambda v: abs(v - middle) / tail_g(v), points,
                           degree["tail"] - 1, about=middle)
    show(f"{name} normal, tail", ([constant] + rest, [1], worst), digits)

show("fast exponential", remez(exp, lambda r: exp(-r), grid(-HALF_LN2 * mpf("1.0005"), HALF_LN2 * mpf("1.0005"), 300), 4), 11)
show("fast log1p", remez(lambda e: log1p(e) / e, lambda e: e / log1p(e), grid(TINY, 1, 300), 5), 11)
show("fast tanh", remez(of_square(lambda x: tanh(x) / x), of_square(lambda x: x / tanh(x)),
                        [49 * x**2 for x in grid(mpf(10)**-6, 1, 500)], 3, 3), 11)
show("fast normal", remez(of_square(lambda x: (log(phi(x)) - log(phi(-x))) / x),
                          of_square(lambda x: x * max(x, mpf(1) / 2) * phi(-x)),
                          [36 * x**2 for x in grid(mpf(10)**-5, 1, 400)], 4), 11)


def nearest_float(x):
    return mpf(struct.unpack("f", struct.pack("f", x))[0])


def good_center(about):
    """A float nearby whose tanh, and the slope there, are floats, too, but for a small fraction of their last places."""
    step = mpf(2)**-24 * (1 if about < 1 else 2 if about < 2 else 4 if about < 4 else 8 if about < 8 else 16)
    tried = [nearest_float(about) + i * step for i in range(-2500, 2501)]
    lost = lambda x: abs(x - nearest_float(x))
    return min(tried, key=lambda c: lost(tanh(c)) + lost(1 - tanh(c)**2) / 4)


print("tables of tanh: center, then coefficients; intervals of 149/256, of which the second has tanh = 1/2 near its center")
STEP = mpf(149) / 256
for k in range(16):
    low, high = max((k - mpf(1) / 2) * STEP, mpf(0)), min((k + mpf(1) / 2) * STEP, mpf("9.02"))
    if k == 0:
        rest, _, worst = remez(lambda x: (tanh(x) / x - 1) / x**2, lambda x: x**3 / tanh(x), grid(TINY, high, 200), 4)
        show("0", ([mpf(0), mpf(1), mpf(0)] + rest, [1], worst), 9)
        continue
    center = good_center(atanh(mpf(1) / 2) if k == 1 else k * STEP)
    constant = nearest_float(tanh(center))
    points = [x - center for x in grid(low, high, 200) if abs(x - center) > mpf("0.01")]
    slope, _, worst = remez(lambda y: (tanh(center + y) - constant) / y, lambda y: abs(y) / tanh(center + y), points, 6)
    show(nstr(center, 9), ([constant] + slope, [1], worst), 9)
