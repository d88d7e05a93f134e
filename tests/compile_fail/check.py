"""check.py SOURCE -- COMPILER ARGUMENT...: compiles SOURCE and compares with what its first line expects.

`// expect: ok` wants a clean compilation, `// expect: REGEX` a failed one with a match in its errors.
"""
import os
import pathlib
import re
import subprocess
import sys


def main() -> int:
    source, separator, *command = sys.argv[1:]
    assert separator == "--", __doc__
    first_line = pathlib.Path(source).read_text(encoding="utf-8").partition("\n")[0]
    expectation = re.fullmatch(r"// expect: (.+)", first_line.strip())
    if not expectation:
        print(f"{source}:1: the first line is not `// expect: REGEX` or `// expect: ok`")
        return 1
    wanted = expectation.group(1)
    compiled = subprocess.run([*command, source], capture_output=True, text=True, check=False,
                              env={**os.environ, "LC_ALL": "C"})
    if wanted == "ok":
        problem = "does not compile" if compiled.returncode else None
    elif compiled.returncode == 0:
        problem = f"compiles, but an error was expected that matches: {wanted}"
    elif not re.search(wanted, compiled.stderr):
        problem = f"fails, but no error matches: {wanted}"
    else:
        problem = None
    if problem:
        print(f"{source}: {problem}\n{compiled.stderr}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
