"""What the importer says when it can't."""


class Refused(Exception):
    """The whole sentence that the user gets; nothing has been written."""


class Unsupported(Exception):
    """What one node has that no layer does. The check collects these: see layers/."""


class Misfit(Unsupported):
    """One that is of shapes: nothing to tell behind another, where no shape is known."""


#: What readers of binary formats meet in damaged files.
DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, EOFError, AssertionError)


class Missing(Refused):
    """A Python package that a reader needs."""

    def __init__(self, what, package):
        super().__init__(f"reading {what} needs the Python package {package}: pip install {package}")
