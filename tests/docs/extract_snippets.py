"""extract_snippets.py ROOT OUT: writes the C++ snippets of ROOT/README.md and ROOT/docs/*.md to OUT/NAME.cpp.

A snippet is a ```cpp block after a line `<!-- snippet: NAME -->`; blocks of one NAME are put together in their order.
What a program needs and a reader does not goes into the comment itself:

    <!-- snippet: NAME
    #include "lasagne/decider.hpp"
    -->

Files that did not change are left alone. Prints the names of the Markdown files read, one a line.
"""
import pathlib
import re
import sys

MARK = re.compile(r"<!-- snippet: ([a-z0-9_]+)( -->)?\s*$")


def fail(page: pathlib.Path, line: int, problem: str) -> None:
    sys.exit(f"{page}:{line}: {problem}")


def take_until(lines: list[str], at: int, end: str, page: pathlib.Path) -> tuple[list[str], int]:
    """The lines from index `at` up to the line `end`, and the index after that one."""
    for index in range(at, len(lines)):
        if lines[index].strip() == end:
            return lines[at:index], index + 1
    fail(page, at, f"no closing {end}")
    raise AssertionError


def read_page(page: pathlib.Path, snippets: dict[str, list[str]]) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        if lines[at].startswith("```"):  # a block that is not ours, perhaps showing our own marks
            _, at = take_until(lines, at + 1, "```", page)
            continue
        mark = MARK.match(lines[at])
        at += 1
        if not mark:
            continue
        snippet = snippets.setdefault(mark.group(1), [])
        if not mark.group(2):
            snippet.append(f'#line {at + 1} "{page}"')
            hidden, at = take_until(lines, at, "-->", page)
            snippet.extend(hidden)
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at < len(lines) and lines[at].strip() == "```cpp":
            at += 1
            snippet.append(f'#line {at + 1} "{page}"')
            block, at = take_until(lines, at, "```", page)
            snippet.extend(block)
        elif mark.group(2):
            fail(page, at, f"no ```cpp block after the mark of snippet {mark.group(1)}")


def main() -> None:
    root, out = (pathlib.Path(argument) for argument in sys.argv[1:])
    pages = [page for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))] if page.exists()]
    snippets: dict[str, list[str]] = {}
    for page in pages:
        read_page(page, snippets)
        print(page)
    out.mkdir(parents=True, exist_ok=True)
    for stale in set(out.glob("*.cpp")) - {out / f"{name}.cpp" for name in snippets}:
        stale.unlink()
    for name, lines in snippets.items():
        file, text = out / f"{name}.cpp", "\n".join(lines) + "\n"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
