"""What must not be in a header that was made of a file, whatever names the file has."""


def code_of(header):
    """A header without its comments and texts: what a compiler takes for code."""
    kept, at = [], 0
    while at < len(header):
        if header.startswith("//", at):
            at = header.find("\n", at)
        elif header[at] == '"':
            at += 1
            while header[at] != '"':
                assert header[at] != "\n", "a text that does not end"
                at += 2 if header[at] == "\\" else 1
            at += 1
        else:
            kept.append(header[at])
            at += 1
    return "".join(kept)


#: Names that must not become code.
EVIL = ["\"; int evil = system(\"true\"); //", "a\nint evil;", "a\\", "??/", "*/ evil();", "\u2028evil", "\nevil\r\nevil", "x" * 10000,
        "", "main", "../../evil", "\"", "evil\0", "a\v#define evil"]


def check_code(header):
    """That no name of a file is code in its header."""
    code = code_of(header)
    assert code.isascii() and "evil" not in code and "/*" not in code and "??" not in code, code
    assert code.count("{") == code.count("}") and "#define" not in code, code
    assert not any(line.rstrip().endswith(("\\", "??/")) for line in header.splitlines()), header
