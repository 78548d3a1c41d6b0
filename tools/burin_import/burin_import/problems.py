"""What the importer says when it can't."""


class Refused(Exception):
    """The whole sentence that the user gets; nothing has been written."""


class Unsupported(Exception):
    """What one node has that no layer does. The check collects these: see layers/."""


class Misfit(Unsupported):
    """One that is of shapes: nothing to tell behind another, where no shape is known."""


class NotRun(Exception):
    """Why a file's own program makes no test of it. str() goes behind "which": "is not installed"."""

    @staticmethod
    def of(error):
        """What a program says of a file that it does not run, in one line."""
        said = " ".join(str(error).split())
        return NotRun(f"does not run this one: {type(error).__name__}: {said[:200]}" + "…" * (len(said) > 200))


NOT_INSTALLED = "is not installed"
#: What readers of binary formats meet in damaged files.
DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, EOFError, AssertionError)


class Missing(Refused):
    """A Python package that a reader needs."""

    def __init__(self, what, package):
        super().__init__(f"reading {what} needs the Python package {package}: pip install {package}")
