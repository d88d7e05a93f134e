"""The mutations of a C++ source: small changes of which each would be a bug, and which mostly compile."""
import dataclasses
import hashlib
import re
from collections.abc import Iterator

# A comment, a raw text, a text or a character (but not the ' of 1'000).
TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'""",
                   re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int  # counted from 1
    original: str
    mutated: str
    kind: str
    occurrence: int  # which of the equal lines of the file, so that a mutant is itself also when lines move

    @property
    def key(self) -> str:
        text = "\0".join([self.file, self.original.strip(), self.mutated.strip(), str(self.occurrence)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def diff(self) -> str:
        return f"- {self.original.strip()}\n+ {self.mutated.strip() or '(nothing)'}"


# Code is laid out by clang-format, so that what has blanks on both sides is an operator and no template's bracket.
REPLACEMENTS = [
    ("comparison", r" == ", " != "), ("comparison", r" != ", " == "),
    ("comparison", r" < ", " <= "), ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "), ("comparison", r" >= ", " > "),
    ("logic", r" && (?!\w+\)? ?[,)=]|\.\.\.)", " || "), ("logic", r" \|\| ", " && "),
    ("negation", r"(?<=[( ])!(?=[\w(*])", ""),
    ("arithmetic", r" \+ (?=[\w(])", " - "), ("arithmetic", r" - (?=[\w(])", " + "),
    ("arithmetic", r" \+= ", " -= "), ("arithmetic", r" -= ", " += "),
    ("arithmetic", r"\+\+(?=\w)", "--"), ("arithmetic", r"--(?=\w)", "++"),
    ("arithmetic", r"(?<=\w)\+\+", "--"),
    ("constant", r"(?<![\w.'\"])0(?=[,;)\]} ])", "1"), ("constant", r"(?<![\w.'\"])1(?=[,;)\]} ])", "0"),
    ("constant", r"(?<![\w.'])([2-9]|\d[\d']+)(?=[,;)} ])", r"(\1 + 1)"),
    ("boolean", r"\btrue\b", "false"), ("boolean", r"\bfalse\b", "true"),
    ("extremes", r"\bstd::min\b", "std::max"), ("extremes", r"\bstd::max\b", "std::min"),
    ("bounds", r"\blower_bound\b", "upper_bound"), ("bounds", r"\bupper_bound\b", "lower_bound"),
    ("durability", r"\bAwait::durable\b", "Await::visible"),
    ("direction", r"\bDirection::forwards\b", "Direction::backwards"),
    ("direction", r"\bDirection::backwards\b", "Direction::forwards"),
    ("revision", r"\bExpectedRevision::exactly\([^()]*\)", "ExpectedRevision::any()"),
    ("revision", r"\bExpectedRevision::no_stream\(\)", "ExpectedRevision::any()"),
    ("loop", r"\bcontinue;", "break;"), ("loop", r"\bbreak;", "continue;"),
    ("condition", r"(?<=\bif \()([^;]*)(?=\) (?:\{$|return|continue|break|co_|\w+[.(]))", r"!(\1)"),
    ("order", r"\bnotify_all\(\)", "notify_one()"),
]

# A guard that stands on one line, and a statement that is an assignment or a call and declares nothing.
GUARD = re.compile(r"^\s*if \(.*\) (?:return\b.*|continue|break);$")
STATEMENT = re.compile(r"^\s*(?:\(void\))?(?:\+\+|--)?[\w.:\[\]*()>-]+(?:\(.*\)| [-+|&]?= .*|\+\+|)(?<!\breturn);$")
NO_STATEMENT = re.compile(
    r"^\s*(?:return|using|break|continue|case|default|goto|throw|public|private|static_assert|assert)\b|^\s*[\w:]+;$")
NO_CODE = re.compile(
    r"^\s*(?:#|template|using|static_assert|assert\(|namespace|class |struct |enum |requires|friend|\[\[)")


def code_lines(text: str) -> list[str]:
    """The lines with comments and texts blanked, at the same columns."""
    return TOKEN.sub(lambda match: re.sub(r"[^\n]", "\x00", match.group()), text).split("\n")


def line_mutations(line: str, code: str) -> Iterator[tuple[str, str]]:
    """(kind, mutated line); `code` is the line with comments and texts blanked."""
    if not code.strip("\x00 ") or NO_CODE.match(code):
        return
    for kind, pattern, replacement in REPLACEMENTS:
        for match in re.finditer(pattern, code):
            before, after = line[:match.start()], line[match.end():]
            # What stands between may hold texts, so it is taken from the line itself.
            taken = re.sub(r"\\1", lambda _: line[match.start(1):match.end(1)], replacement)
            yield kind, before + taken + after
    if GUARD.match(code):
        yield "guard left out", ""
    elif STATEMENT.match(code) and not NO_STATEMENT.match(code):
        yield "statement left out", ""


def mutants_of(file: str, text: str) -> list[Mutant]:
    lines = text.split("\n")
    seen: dict[str, int] = {}
    found: dict[str, Mutant] = {}
    depth = 0  # of brackets that earlier lines left open: what goes on from there is no statement of its own
    for number, (line, code) in enumerate(zip(lines, code_lines(text)), 1):
        occurrence = seen.get(line, 0)
        seen[line] = occurrence + 1
        for kind, mutated in line_mutations(line, code):
            if mutated == line or (kind.endswith("left out") and depth != 0):
                continue
            mutant = Mutant(file, number, line, mutated, kind, occurrence)
            found.setdefault(mutant.key, mutant)
        depth += sum(code.count(bracket) for bracket in "([") - sum(code.count(bracket) for bracket in ")]")
    return list(found.values())
