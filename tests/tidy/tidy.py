"""tidy.py ROOT: the rules of CONTRIBUTING.md that a program can check. Prints each breach as FILE:LINE: what.

Formatting itself is for clang-format (`make format`), and what needs a compiler for clang-tidy (`make lint`).
"""
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

Finding = tuple[int, str]  # line, what is wrong

PUBLIC_HEADER_LINES = 250
SOURCE_LINES = 400
FUNCTION_LINES = 70
LINE_LENGTH = 120

# Words that no identifier and no file is made of, and what says it better.
BANNED_WORDS = {
    "company": "say what is waited for",
    "face": "public headers are in public/",
    "faces": "public headers are in public/",
    "foo": "name it",
    "interference": "the simulator has faults",
    "life": "say what goes on",
    "misc": "name it",
    "ring": "say what is in it, or who is woken",
    "stuff": "name it",
    "util": "name what it does",
    "utils": "name what it does",
    "workshop": "say what it holds",
}
BANNED_NAMES = {"nobody_came", "top_up"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w}])/(?:work|root|home)/\w|\b(?:deb\.debian|pypi|files\.pythonhosted|repo1?\.maven)\.\w+")
KEEP_ASSERTIONS = {"cmake/LasagneOptions.cmake", "tests/message/assertions_test.cpp"}
CPP = {".cpp", ".hpp"}
TEXT = CPP | {".py", ".cmake", ".md", ".sh", ".yaml", ".json", ".in", ".txt", ""}


def tracked(root: pathlib.Path) -> list[pathlib.Path]:
    """The project's files: as git has them, or all but build folders where there is no repository."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=False)
    if listed.returncode == 0:
        files = [root / name for name in listed.stdout.decode().split("\0") if name]
    else:
        files = [path for path in root.rglob("*") if not {"build", ".git"} & set(path.relative_to(root).parts)]
    return sorted(path for path in files if path.is_file() and "fuzz/corpus" not in path.as_posix())


# A comment, a raw text, a text or a character (but not the ' of 1'000).
TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'""",
                   re.DOTALL)


def without_comments_and_texts(text: str) -> list[str]:
    """The lines of C++ code with comments, strings and characters blanked."""
    return TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text).split("\n")


# --- sizes ------------------------------------------------------------------------------------------------------------

NO_FUNCTION = re.compile(r"\s*(?:namespace|class|struct|union|enum|extern|if|for|while|switch|do|else|try|catch)\b")


def functions(code: list[str]) -> Iterator[tuple[int, int]]:
    """First and last line, counted from 1, of each function that is laid out as clang-format does it."""
    statement = 0  # where the current one begins
    at = 0
    while at < len(code):
        line = code[at]
        if line.rstrip().endswith("{"):
            head = " ".join(code[statement:at + 1])
            indent = re.match(r"\s*", code[statement]).group()
            if "(" in head and not NO_FUNCTION.match(code[statement]):
                closing = next((i for i in range(at + 1, len(code)) if re.match(indent + r"\}", code[i])), None)
                if closing is not None:
                    yield statement + 1, closing + 1
                    at = closing
        if re.search(r"[;{}:]\s*$", code[at]) or not code[at].strip() or code[at].lstrip().startswith("#"):
            statement = at + 1
        at += 1


def check_sizes(name: str, lines: list[str], code: list[str] | None) -> Iterator[Finding]:
    if code is not None:
        limit = PUBLIC_HEADER_LINES if name.startswith("include/") else SOURCE_LINES
        if len(lines) > limit:
            yield limit + 1, f"{len(lines)} lines; a file of this kind has at most {limit}"
        for first, last in functions(code):
            if last - first + 1 > FUNCTION_LINES:
                yield first, f"a function of {last - first + 1} lines; at most {FUNCTION_LINES}"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH and not name.endswith(".md"):
            yield number, f"{len(line)} characters; a line has at most {LINE_LENGTH}"


# --- names and words --------------------------------------------------------------------------------------------------


def words(identifier: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)


def banned(identifier: str) -> str | None:
    if identifier in BANNED_NAMES:
        return f"the name {identifier}: say what it is"
    for word in words(identifier):
        if word.lower() in BANNED_WORDS:
            return f"the name {identifier}: {BANNED_WORDS[word.lower()]}"
    return None


def check_names(name: str, code: list[str] | None) -> Iterator[Finding]:
    for part in pathlib.PurePosixPath(name).parts:
        if what := banned(part):
            yield 1, "the file: " + what
    for number, line in enumerate(code or [], 1):
        for identifier in set(re.findall(r"[A-Za-z_]\w*", line)):
            if what := banned(identifier.rstrip("_")):
                yield number, what


def check_words(name: str, lines: list[str]) -> Iterator[Finding]:
    if name.startswith("tests/tidy/"):
        return
    for number, line in enumerate(lines, 1):
        if found := UNFINISHED.search(line):
            yield number, f"{found.group()}: finish it, or leave it out"
        if found := MACHINE.search(line):
            yield number, f"{found.group()}: a path or host of somebody's machine"
        if "NDEBUG" in line and name not in KEEP_ASSERTIONS:
            yield number, "NDEBUG: assertions are on wherever this project is built"


# --- includes ---------------------------------------------------------------------------------------------------------


def check_includes(name: str, lines: list[str]) -> Iterator[Finding]:
    """Own header first, then <...>, then "..."; who ends in .hpp begins with #pragma once."""
    if name.endswith(".hpp") and not any(line == "#pragma once" for line in lines):
        yield 1, "no #pragma once"
    quoted: str | None = None
    stem = pathlib.PurePosixPath(name).stem.removesuffix("_test")
    for number, line in enumerate(lines, 1):
        include = re.match(r'#include ([<"])([^">]+)', line)
        if not include:
            continue
        own = pathlib.PurePosixPath(include.group(2)).stem == stem and quoted is None
        if include.group(1) == '"' and not own:
            quoted = include.group(2)
        elif include.group(1) == "<" and quoted is not None:
            yield number, f"<{include.group(2)}> after \"{quoted}\": headers of others come first"


# --- loops ------------------------------------------------------------------------------------------------------------

# Through a pointer, an optional or a result that a call gives; elements of what stands longer are no temporaries.
THROUGH_CALL = re.compile(r"^\*(?!\s*(?:this\b|std::(?:move|forward)\b)).*\w(?:<.*>)?\(|"
                          r"\)(?:\[[^]]*\])?->|\)\s*\.\s*(?:value|error)\(\)")
GROUP = re.compile(r"(?<![\w>])\(([^()]*)\)")
ELEMENT = re.compile(r"^[\w.\[\]]*?\b(?:at|back|front|get)\([\w ]*\)->\w+(?:\(\))?$")


def loop_ranges(code: list[str]) -> Iterator[tuple[int, str]]:
    """The line of each range-for, and what it goes over."""
    text = "\n".join(code)
    for loop in re.finditer(r"\bfor \(", text):
        depth, colon, at = 1, None, loop.end()
        while at < len(text) and depth > 0:
            char = text[at]
            depth += (char in "([{") - (char in ")]}")
            if depth == 1 and char == ";":
                colon = None  # of `for (init; element : range)`
            elif depth == 1 and colon is None and char == ":" and ":" not in (text[at - 1], text[at + 1]):
                colon = at
            at += 1
        if colon is not None:
            yield text.count("\n", 0, loop.start()) + 1, " ".join(text[colon + 1:at - 1].split())


def check_loops(code: list[str]) -> Iterator[Finding]:
    """Of a range's temporaries only the last lives as long as the loop: g++ 12 does not have P2718 yet."""
    for line, over in loop_ranges(code):
        if THROUGH_CALL.search(GROUP.sub(r"\1", over)) and not ELEMENT.match(over):
            yield line, f"a loop over {over}: what the call gives may be gone; name it before the loop"


# --- documentation ----------------------------------------------------------------------------------------------------

# What needs no words: what the language names, and what says the same as what it overrides.
SELF_EVIDENT = re.compile(r"operator|= default|= delete|\boverride\b|~\w+\(|^\s*(?:explicit |constexpr )*[A-Z]\w*\(")
DECLARATION = re.compile(r"^ {0,2}(?![\s:}#])[^=(]*?\b(?P<name>[a-z_][a-z0-9_]*)\(")


def check_documentation(name: str, lines: list[str], code: list[str]) -> Iterator[Finding]:
    """Each function of a public header has a comment: behind it, or above it in the same paragraph."""
    if not name.startswith("include/lasagne/") or "/detail/" in name or "store_contract/" in name:
        return
    in_detail = False  # in namespace detail
    hidden = False     # after private: in a class
    documented = False
    inside = 0  # line up to which a function's body goes
    bodies = {first: last for first, last in functions(code)}
    for number, (line, bare) in enumerate(zip(lines, code), 1):
        if not line.strip():
            documented = False
        elif line.lstrip().startswith("//"):
            documented = True
        if re.match(r" ?(?:private|protected):", bare):
            hidden = bare.lstrip().startswith("private")
        elif re.match(r" ?public:", bare) or re.match(r"\};", bare):
            hidden = False
        if re.match(r"namespace (?:\w+::)*detail\b", bare):
            in_detail = True
        elif re.match(r"\}  // namespace .*\bdetail$", line):
            in_detail = False
        begins, inside = number > inside, max(inside, bodies.get(number, 0))
        if not begins or in_detail or hidden or documented or "//" in line:
            continue
        declared = DECLARATION.match(bare)
        whole = re.split(r"[{;]", " ".join(code[number - 1:number + 8]))[0]
        if declared and not SELF_EVIDENT.search(whole) and not re.match(r"\s*(?:return|if|for|while|switch)\b", bare):
            yield number, f"the public function {declared.group('name')} has no comment"


def check_snippets(name: str, lines: list[str]) -> Iterator[Finding]:
    """C++ in a page for users is compiled by tests/docs, which takes what stands under a mark."""
    if name != "README.md" and not re.fullmatch(r"docs/[^/]+\.md", name):
        return
    previous = ""
    for number, line in enumerate(lines, 1):
        if line.startswith("```cpp") and not re.match(r"(?:<!-- snippet: |-->)", previous):
            yield number, "C++ that no test compiles: put `<!-- snippet: NAME -->` above it"
        if line.strip():
            previous = line


# --- tests ------------------------------------------------------------------------------------------------------------


def check_test_folders(names: list[str]) -> Iterator[tuple[str, int, str]]:
    """A folder of tests/ is built when it has a *_test.cpp or rules of its own; a test file has tests."""
    folders: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")
        if parts[0] == "tests" and len(parts) > 2:
            folders.setdefault(parts[1], []).append("/".join(parts[2:]))
    for folder, files in folders.items():
        sources = [file for file in files if file.endswith(".cpp")]
        if sources and "CMakeLists.txt" not in files and not any(file.endswith("_test.cpp") for file in sources):
            yield f"tests/{folder}", 1, "sources that nobody builds: no *_test.cpp and no CMakeLists.txt"


TEST = re.compile(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_\w+|LASAGNE_STORE_\w+)\(")


def check_test(name: str, code: list[str], lines: list[str]) -> Iterator[Finding]:
    if not name.startswith("tests/"):
        return
    text = "\n".join(code)
    if name.endswith("_test.cpp") and not TEST.search(text):
        yield 1, "a test file without a test"
    for number, line in enumerate(code, 1):
        if re.search(r"\b(?:EXPECT|ASSERT)_(?:TRUE\(true|FALSE\(false)\)", line):
            yield number, "a test that cannot fail"
        if re.search(r"\bDISABLED_|GTEST_SKIP\(\)\s*;", line):
            yield number, "a test that is not run and does not say why"
    if name.startswith("tests/compile_fail/") and name.endswith(".cpp") and not lines[0].startswith("// expect: "):
        yield 1, "the first line is not `// expect: REGEX`"


# --- guarantees -------------------------------------------------------------------------------------------------------

TEST_NAME = re.compile(
    r"(?<!define )\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_\w+|LASAGNE_STORE_\w*TEST(?:_ON)?)\("
    r"(?:\s*\w+,(?=\s*\w+,))?\s*(\w+),\s*(\w+)")
NAMED_TEST = re.compile(r"`(?:\w+/)?([A-Z]\w+)\.([A-Z]\w*)?(\*|…)?(?:/\w+)?`")


def check_named_tests(page: str, lines: list[str], code: list[str]) -> Iterator[tuple[str, int, str]]:
    """Each test that docs/guarantees.md names in a table, as Suite.Test, Suite.* or Suite.Begin*, exists in `code`."""
    tests: dict[str, set[str]] = {}
    for text in code:
        for suite, test in TEST_NAME.findall(text):
            tests.setdefault(suite, set()).add(test)
    for number, line in enumerate(lines, 1):
        for suite, test, rest in NAMED_TEST.findall(line) if line.startswith("|") else []:
            known = tests.get(suite, set())
            if not any(name.startswith(test) if rest else name == test for name in known):
                yield page, number, f"there is no test {suite}.{test}{rest}"


# --- all of it --------------------------------------------------------------------------------------------------------


def check_file(name: str, text: str) -> Iterator[Finding]:
    lines = text.removesuffix("\n").split("\n")
    is_cpp = pathlib.PurePosixPath(name).suffix in CPP
    code = without_comments_and_texts(text.removesuffix("\n")) if is_cpp else None
    yield from check_sizes(name, lines, code)
    yield from check_names(name, code)
    yield from check_words(name, lines)
    yield from check_snippets(name, lines)
    if code is not None:
        yield from check_includes(name, lines)
        yield from check_loops(code)
        yield from check_documentation(name, lines, code)
        yield from check_test(name, code, lines)
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end of the file"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "white space at the end of the line"


GUARANTEES = "docs/guarantees.md"


def check(root: pathlib.Path) -> list[str]:
    findings = []
    names = []
    texts = {}
    for path in tracked(root):
        name = path.relative_to(root).as_posix()
        names.append(name)
        if path.suffix in TEXT:
            text = path.read_text(encoding="utf-8")
            texts[name] = text
            findings += [f"{name}:{line}: {what}" for line, what in check_file(name, text)]
    tests = ["\n".join(without_comments_and_texts(text)) for name, text in texts.items()
             if pathlib.PurePosixPath(name).suffix in CPP]
    of_all = [*check_test_folders(names), *check_named_tests(GUARANTEES, texts.get(GUARANTEES, "").split("\n"), tests)]
    findings += [f"{name}:{line}: {what}" for name, line, what in of_all]
    return findings


def main() -> int:
    findings = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(findings) or "tidy")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
