"""What peer.hpp and works.hpp are to the C++ peers: the protocol, and the operands of each work, the same numbers.

A Python peer gives `serve` a function from a Request to its variants: (settings, run, results), where `run` does the
work once and `results` runs it from its first state on and returns the arrays that it computes.
"""

import sys
import time

import numpy as np


def hashed(seed, count):
    wide = np.arange(count, dtype=np.uint32)
    h = wide * np.uint32(2654435761) + np.uint32(seed * 2246822519 % 2**32)
    h = (h ^ h >> np.uint32(16)) * np.uint32(2246822507)
    h = (h ^ h >> np.uint32(13)) * np.uint32(3266489909)
    return h ^ h >> np.uint32(16)


def numbers(seed, *shape, low=-1.0, high=1.0, dtype=np.float32):
    """So many numbers in [low, high)."""
    values = low + (high - low) * (hashed(seed, int(np.prod(shape))) >> np.uint32(8)) / 16777216.0
    return values.astype(dtype).reshape(shape)


def labels(count, classes):
    return (hashed(9, count) % np.uint32(classes)).astype(np.int64)


class Request:
    def __init__(self, words):
        self.work = words[0]
        self.precision = words[1]
        self.dtype = np.float64 if words[1] == "double" else np.float32
        self.sizes = [int(word) for word in words[2:]]

    def dense(self):
        """x, w, bias, dy"""
        rows, inputs, outputs = self.sizes
        return (numbers(1, rows, inputs, dtype=self.dtype), numbers(2, inputs, outputs, dtype=self.dtype),
                numbers(3, outputs, dtype=self.dtype), numbers(4, rows, outputs, dtype=self.dtype))

    def softmax(self):
        """logits, labels"""
        return numbers(5, *self.sizes, low=-4, high=4), labels(*self.sizes)

    def sweep(self):
        """parameters, gradients"""
        return numbers(1, self.sizes[0]), numbers(2, self.sizes[0])

    def training(self):
        """images, labels, and the parameters of 784-128-10"""
        return numbers(6, 8192, 784, low=0, high=1), labels(8192, 10), network([784, 128, 10])

    def inference(self):
        """64 inputs, parameters"""
        return numbers(7, 64, self.sizes[0]), network(self.sizes)


def network(widths):
    """Weights [inputs, outputs] and bias of each layer."""
    layers = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        limit = (6 / (inputs + outputs)) ** 0.5
        layers.append((numbers(20 + 2 * i, inputs, outputs, low=-limit, high=limit),
                       numbers(21 + 2 * i, outputs, low=-0.1, high=0.1)))
    return layers


def after(times, run, read):
    """Results of a work that changes its state: what `read` gives after so many runs."""

    def results():
        for _ in range(times):
            run()
        return [read()]

    return results


def losses_of(step):
    """Results of training steps."""
    return lambda: [np.array([float(step()) for _ in range(4)])]


def each_in_turn(items):
    """A function that returns the next of the items, over and over."""
    state = [-1]

    def following():
        state[0] = (state[0] + 1) % len(items)
        return items[state[0]]

    return following


def seconds_of(run, times):
    start = time.perf_counter()
    for _ in range(times):
        run()
    return time.perf_counter() - start


def to_settle(seconds, times):
    """Runs that bring a work's memory back into the caches: see peer.hpp."""
    once = seconds / times
    return int(0.08 / once) + 1 if once > 1e-3 else times // 10 + 1


def undisturbed(run, times):
    """Seconds a run. A turn in which other programs had the core is taken again, a few times at most."""
    taken = []
    for _ in range(4):
        before = time.process_time()
        taken.append(seconds_of(run, times))
        if time.process_time() - before > 0.97 * taken[-1]:
            return taken[-1] / times
    return min(taken) / times


def calibrate(run, seconds):
    times = 1
    while (taken := seconds_of(run, times)) < seconds / 2:
        times = int(times * max(1.5, min(10, 0.7 * seconds / max(taken, 1e-9)))) + 1
    return max(1, int(times * seconds / taken))


def summary(arrays):
    flat = np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])
    count = min(flat.size, 254)
    some = [flat[i * flat.size // count + i * 7919 % max(1, flat.size // count)] for i in range(count)]
    return [flat.mean(), np.abs(flat).mean(), *some]


def serve(about, prepare):
    answers = sys.stdout
    sys.stdout = sys.stderr  # What libraries print is no answer.
    run, figures, times = None, [], 0
    for line in sys.stdin:
        command, *words = line.split()
        try:
            if command == "about":
                answer = about
            elif command == "prepare":
                run, best = None, None
                answer = "unsupported"
                for settings, candidate, results in prepare(Request(words)):
                    found = summary(results())
                    some = calibrate(candidate, 5e-3)
                    taken = min(seconds_of(candidate, some) / some for _ in range(3))
                    if best is None or taken < best:
                        run, figures, best, answer = candidate, found, taken, f"ready {settings}"
                times = 0
            elif command == "outputs":
                answer = " ".join(f"{figure:.17g}" for figure in figures)
            elif command == "time":
                times = times or calibrate(run, float(words[0]))
                seconds_of(run, to_settle(float(words[0]), times))
                answer = f"{1e9 * undisturbed(run, times):.17g}"
            else:
                answer = f"error: what is '{line.strip()}'?"
        except Exception as error:  # A peer that cannot do something must not end the suite.
            run, answer = None, "error " + " ".join(str(error).split())[:300]
        print(answer, file=answers, flush=True)
