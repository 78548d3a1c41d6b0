"""What is compared: the works, in the groups of the tables."""

import math
from dataclasses import dataclass

PRODUCTS = ("forward", "weight_gradient", "input_gradient")
OPTIMIZERS = {"sgd": 0, "momentum": 1, "rmsprop": 1, "adam": 2, "adamw": 2}

LARGE = [(rows, *sizes) for sizes in ((784, 128), (256, 256), (512, 512)) for rows in (8, 32, 128)]
LARGE += [(128, 1024, 1024), (128, 4096, 1024)]
SMALL = [(rows, *sizes) for sizes in ((10, 10), (33, 7), (64, 64), (128, 10), (784, 128)) for rows in (1, 2, 4, 8, 17)]

TITLES = {
    "products": "Products of a Dense layer",
    "small": "Products, small and odd",
    "double": "Products in double precision",
    "sweeps": "Optimizers",
    "softmax": "Softmax cross-entropy, loss and gradient",
    "training": "Training step of 784-128-10 with Adam",
    "inference": "Inference of one sample",
}


def sizes_of(shape):
    """Of `8x784x128`."""
    return tuple(map(int, shape.split("x")))


@dataclass(frozen=True)
class Work:
    """What peers are asked to prepare, as in `forward float 128 784 256`."""

    name: str
    precision: str
    sizes: tuple

    @property
    def request(self):
        return " ".join([self.name, self.precision, *map(str, self.sizes)])

    @property
    def shape(self):
        return "x".join(map(str, self.sizes))

    @property
    def key(self):
        """Of its row in a table of results."""
        return self.name, self.precision, self.shape

    @property
    def operations(self):
        """Multiplications and additions; 0 where the figure would say nothing."""
        if self.name in PRODUCTS:
            return 2 * math.prod(self.sizes)
        if self.name == "training_step":  # Backward twice forward, less the gradient of the images.
            return self.sizes[0] * (4 * 784 * 128 + 6 * 128 * 10)
        if self.name.startswith("inference"):
            return 2 * sum(a * b for a, b in zip(self.sizes, self.sizes[1:]))
        return 0

    @property
    def traffic(self):
        """Bytes that a product must read and write at least once; None for other works."""
        if self.name not in PRODUCTS:
            return None
        rows, inputs, outputs = self.sizes
        x, w, y = rows * inputs, inputs * outputs, rows * outputs
        read, written = {"forward": (x + w + outputs, y), "weight_gradient": (x + y, w + outputs), "input_gradient": (y + w, x)}[self.name]
        size = 8 if self.precision == "double" else 4
        return size * read, size * written

    @property
    def label(self):
        name = self.name.replace("_", " ")
        if self.name in PRODUCTS:
            return f"{name}, {self.sizes[0]} × ({self.sizes[1]} → {self.sizes[2]})"
        if self.name in OPTIMIZERS:
            return f"{name}, {self.sizes[0]:,} parameters".replace(",", " ").replace("  ", ", ")
        if self.name == "training_step":
            return f"batch {self.sizes[0]}"
        if self.name == "softmax_crossentropy":
            return f"{self.sizes[1]} classes, batch {self.sizes[0]}"
        return f"{'-'.join(map(str, self.sizes))}, {self.name.split('_')[1]}"


def groups():
    """Works by group. A work may be in two, and is measured once."""
    networks = [("relu", (784, 128, 10)), ("relu", (32, 32, 32, 1)), ("tanh", (32, 32, 32, 1)), ("relu", (8, 8, 1)),
                ("tanh", (8, 8, 1))]
    return {
        "products": [Work(name, "float", sizes) for name in PRODUCTS for sizes in LARGE],
        "small": [Work(name, "float", sizes) for name in PRODUCTS for sizes in SMALL],
        "double": [Work(name, "double", sizes) for name in PRODUCTS for sizes in LARGE],
        "sweeps": [Work(name, "float", (count,)) for name in OPTIMIZERS for count in (4_000, 100_000, 10_000_000)],
        "softmax": [Work("softmax_crossentropy", "float", (batch, classes)) for classes in (10, 1000) for batch in (32, 128)],
        "training": [Work("training_step", "float", (batch,)) for batch in (32, 128)],
        "inference": [Work(f"inference_{activation}", "float", widths) for activation, widths in networks],
    }


#: Some of each, for a first look and for comparing with the baseline.
QUICK = {
    "forward float 32 784 128", "forward float 128 512 512", "weight_gradient float 32 784 128",
    "weight_gradient float 128 512 512", "input_gradient float 32 784 128", "input_gradient float 128 512 512",
    "forward float 1 784 128", "forward float 8 33 7", "forward float 4 128 10", "weight_gradient float 17 64 64",
    "input_gradient float 8 10 10", "forward double 128 512 512", "adam float 4000", "adam float 100000",
    "sgd float 4000", "softmax_crossentropy float 32 10", "softmax_crossentropy float 128 1000", "training_step float 32",
    "inference_relu float 784 128 10", "inference_tanh float 32 32 32 1", "inference_relu float 8 8 1",
}


def chosen(quick, only):
    """The groups, less the works that are not wanted: `only` holds groups' names and pieces of requests."""
    wanted = {}
    for group, works in groups().items():
        kept = [work for work in works if (not quick or work.request in QUICK)
                and (not only or group in only or any(piece in work.request for piece in only if piece not in TITLES))]
        if kept:
            wanted[group] = kept
    return wanted
