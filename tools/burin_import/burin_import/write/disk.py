"""Files on the disk: all of them, or what was there before."""

import os
import shutil
import tempfile
from pathlib import Path

from ..problems import Refused


def check_name(output, model):
    """Refuses what is no name for a header, before much is computed."""
    if "\0" in str(output):
        raise Refused("-o: expected a name without NUL")
    if not output.name or output.is_dir():
        raise Refused(f"-o {output}: expected the header's name, got a directory's")
    check([output], [model])


def check(paths, read):
    """Refuses to write over what was read, and what is no file that may be written."""
    for path in paths:
        try:
            if not path.exists():
                continue
            if any(each.exists() and path.samefile(each) for each in read):
                raise Refused(f"{path}: is the model, or a part of it: expected another name for what is written")
            if not path.is_file():
                raise Refused(f"{path}: expected a regular file or none, got {'a directory' if path.is_dir() else 'something else'}")
            if not os.access(path, os.W_OK):
                raise Refused(f"{path}: may not be written")
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from None


def put(made, read):
    """Writes all files or none; `read` are those that the model is."""
    check(made, read)
    temporary, folders, replaced = [], [], []
    try:
        for path, text in made.items():
            # A link stays, and what it leads to is written.
            target = Path(os.path.realpath(path))
            for folder in reversed([each for each in (target.parent, *target.parent.parents) if not each.exists()]):
                folder.mkdir()
                folders.append(folder)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".burin-import.")
            temporary.append((Path(name), target, path))
            with os.fdopen(handle, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
            os.chmod(name, 0o666 & ~umask())
        for name, target, path in temporary:
            before = None
            if target.exists():
                before = target.with_name(f"{name.name}.before")
                shutil.copy2(target, before)
                replaced.append((target, before))
            os.replace(name, target)
            if before is None:
                replaced.append((target, None))
    except BaseException as error:
        for target, before in replaced:
            if before is None:
                target.unlink(missing_ok=True)
            else:
                os.replace(before, target)
        for name, _, _ in temporary:
            name.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
        if isinstance(error, OSError):
            raise Refused(f"{path}: {error.strerror}") from None
        raise
    for _, before in replaced:
        if before is not None:
            before.unlink()


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
