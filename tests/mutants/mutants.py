"""mutants.py: mutation testing. Plants one small bug at a time in a copy of the sources, and sees if the tests tell.

    mutants.py --sample 200 --seed 1            a random sample; what is known from an earlier run is not run again
    mutants.py --files src/store/log/append.cpp every mutant of a file
    mutants.py --list | --report                what there is to run | what was found

Results go to FOLDER/results.jsonl, the copy and its builds are in FOLDER too (build/mutants). Each mutant is built only
as far as the next test program needs it, and the programs run from the quickest to the slowest until one fails, with a
time limit each. Ends with an error if the tests themselves fail, or if fewer than --least percent were caught.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import queue
import random
import shutil
import subprocess
import sys
import threading
import time

from mutations import Mutant, mutants_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["CMakeLists.txt", "CMakePresets.json", "cli", "cmake", "docs", "examples", "include", "src", "tests",
          "README.md"]
MUTATED = ["src/store/**/*.?pp", "src/runtime/**/*.?pp", "examples/common/log_audit.cpp", "examples/hotel/audit.cpp",
           "examples/shop/process/audit.cpp", "examples/shop/process/order_facts.cpp"]

BUILD_LIMIT = 900  # seconds
RUN_FACTOR = 4     # a run may take so many times as long as without the mutant,
RUN_LEAST = 20     # and so many seconds in any case
LEAST_TIME_LEFT = 60


@dataclasses.dataclass(frozen=True)
class Check:
    """A test program: what is built, and how it is run from the build folder."""
    target: str
    arguments: tuple[str, ...] = ()

    def command(self, build: pathlib.Path) -> list[str]:
        if self.target.startswith("test_"):
            return [str(build / "tests/bin" / self.target), "--gtest_brief=1", "--gtest_fail_fast", *self.arguments]
        return [str(build / "bin" / self.target), *self.arguments]

    @property
    def name(self) -> str:
        return " ".join([self.target, *self.arguments])


def seeds(system: str, last: int) -> Check:
    return Check("simulate", (system, "--seeds", f"1..{last}"))


def checks_for(file: str, number_of_seeds: int) -> list[Check]:
    tests = lambda *names: [Check("test_" + name) for name in names]
    simulations = [seeds("shop", number_of_seeds), seeds("hotel", number_of_seeds)]
    if file.startswith("examples/"):
        systems = [system for system in ("shop", "hotel") if f"/{system}/" in file] or ["shop", "hotel"]
        return tests(*systems) + simulations
    if "/store/sqlite/" in file:
        return tests("store") + [Check("test_contract", ("--gtest_filter=Sqlite*",))] + tests("cli", "fault")
    if file.startswith("src/store/"):
        return tests("store", "contract") + simulations + tests("runtime", "planted", "shop")
    return tests("runtime") + simulations + tests("planted", "shop", "hotel", "simulator")


# --- one mutant -------------------------------------------------------------------------------------------------------


class Worker:
    """A copy of the sources with a build of its own."""

    def __init__(self, folder: pathlib.Path, jobs: int) -> None:
        self.source = folder / "source"
        self.build = folder / "build"
        self.temporary = folder / "tmp"
        self.jobs = jobs

    def prepare(self) -> None:
        self.source.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            self._copy(ROOT / name, self.source / name)
        launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}"] if (ccache := shutil.which("ccache")) else []
        run_quietly(["cmake", "--preset", "release", "-B", str(self.build), "-DLASAGNE_BUILD_BENCH=OFF",
                     "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g0", *launcher], self.source, self._environment())

    def _copy(self, source: pathlib.Path, target: pathlib.Path) -> None:
        """Copies what differs, so that only that is built again; takes away what is no more."""
        if source.is_dir():
            target.mkdir(exist_ok=True)
            names = {child.name for child in source.iterdir() if child.name != "__pycache__"}
            for stale in [child for child in target.iterdir() if child.name not in names]:
                shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
            for name in sorted(names):
                self._copy(source / name, target / name)
        elif not target.exists() or source.read_bytes() != target.read_bytes():
            shutil.copy(source, target)

    def _environment(self) -> dict[str, str]:
        base = str(self.source.parent)
        return {**os.environ, "CCACHE_BASEDIR": base, "CCACHE_NOHASHDIR": "1", "TMPDIR": str(self.temporary),
                "CCACHE_SLOPPINESS": "pch_defines,time_macros,include_file_mtime,include_file_ctime"}

    def make(self, target: str) -> str | None:
        """What the compiler said, if it does not compile."""
        command = ["cmake", "--build", str(self.build), "--target", target, "-j", str(self.jobs)]
        done, output = run(command, self.build, BUILD_LIMIT, self._environment())
        return None if done == 0 else output

    def run_check(self, check: Check, limit: float) -> tuple[int | None, str]:
        """Its exit code, or nothing if it ran into the limit; and its output."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True)
        return run(check.command(self.build), self.temporary, limit, self._environment())

    def judge(self, mutant: Mutant, checks: list[Check], usual: dict[str, float]) -> dict:
        path = self.source / mutant.file
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        assert lines[mutant.line - 1] == mutant.original, f"{mutant.file} is not what it was"
        lines[mutant.line - 1] = mutant.mutated
        begun = time.monotonic()
        try:
            path.write_text("\n".join(lines), encoding="utf-8")
            outcome, by = self._outcome(checks, usual)
        finally:
            path.write_text(text, encoding="utf-8")
        return {"key": mutant.key, **dataclasses.asdict(mutant), "outcome": outcome, "by": by,
                "seconds": round(time.monotonic() - begun, 1)}

    def _outcome(self, checks: list[Check], usual: dict[str, float]) -> tuple[str, str]:
        for check in checks:
            if (said := self.make(check.target)) is not None:
                errors = [line for line in said.split("\n") if "error" in line]
                return "not compiled", (errors or ["?"])[0][:300]
            code, output = self.run_check(check, max(RUN_FACTOR * usual[check.name], RUN_LEAST))
            if code is None:
                return "hung", check.name
            if code != 0:
                failures = [line for line in output.split("\n") if "Failure" in line or "FAILED" in line]
                return "caught", f"{check.name}: {(failures or [f'exit code {code}'])[0].strip()[:200]}"
        return "survived", ""


def run(command: list[str], cwd: pathlib.Path, limit: float, environment: dict[str, str]) -> tuple[int | None, str]:
    with subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=limit)
            return process.returncode, output.decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # with the programs that it started
            process.communicate()
            return None, ""


def run_quietly(command: list[str], cwd: pathlib.Path, environment: dict[str, str]) -> None:
    code, output = run(command, cwd, BUILD_LIMIT, environment)
    if code != 0:
        sys.exit(f"{' '.join(command)} failed:\n{output}")


# --- all of them ------------------------------------------------------------------------------------------------------


def all_mutants(files: list[str]) -> list[Mutant]:
    patterns = files or MUTATED
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})
    return [mutant for path in paths
            for mutant in mutants_of(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))]


def known_equivalents() -> dict[tuple[str, str, str], str]:
    """(file, line, mutated line) to why no test can tell: equivalent.txt beside this file."""
    known = {}
    blocks = (pathlib.Path(__file__).parent / "equivalent.txt").read_text(encoding="utf-8").split("\n\n")
    for block in blocks:
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if lines:
            file, original, mutated, *why = lines
            known[(file, original.removeprefix("- "), mutated.removeprefix("+ "))] = " ".join(why)
    return known


def read_results(folder: pathlib.Path) -> dict[str, dict]:
    path = folder / "results.jsonl"
    if not path.exists():
        return {}
    return {result["key"]: result for result in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


class Session:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = pathlib.Path(options.folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.results = read_results(self.folder)
        self.equivalents = known_equivalents()
        self.ends = time.monotonic() + 60 * options.minutes
        self.lock = threading.Lock()  # of results and its file
        jobs = max(1, (os.cpu_count() or 1) // options.workers)
        self.workers = [Worker(self.folder / f"worker{number}", jobs) for number in range(options.workers)]

    def is_equivalent(self, mutant: Mutant) -> bool:
        lines = mutant.diff().split("\n")
        return (mutant.file, lines[0].removeprefix("- "), lines[1].removeprefix("+ ")) in self.equivalents

    def usual_times(self, files: set[str]) -> dict[str, float]:
        """How long each check takes without a mutant; ends the program if one fails."""
        checks = {check.name: check for file in files for check in checks_for(file, self.options.seeds)}
        usual = {}
        for worker in self.workers:
            worker.prepare()
        for check in checks.values():
            for worker in self.workers:
                if (said := worker.make(check.target)) is not None:
                    sys.exit(f"{check.target} does not build without a mutant:\n{said}")
            begun = time.monotonic()
            code, output = self.workers[0].run_check(check, 600)
            usual[check.name] = time.monotonic() - begun
            print(f"without a mutant: {check.name} in {usual[check.name]:.1f} s", flush=True)
            if code != 0:
                sys.exit(f"{check.name} fails without a mutant:\n{output[-3000:]}")
        return usual

    def run(self, mutants: list[Mutant], wanted: int) -> list[Mutant]:
        """Judges mutants in their order until `wanted` of them compile; gives those that were judged."""
        usual = self.usual_times({mutant.file for mutant in mutants})
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self.workers:
            idle.put(worker)

        def judge(mutant: Mutant) -> None:
            if mutant.key in self.results or time.monotonic() > self.ends - LEAST_TIME_LEFT:
                return
            worker = idle.get()
            try:
                result = worker.judge(mutant, checks_for(mutant.file, self.options.seeds), usual)
            finally:
                idle.put(worker)
            with self.lock:
                self.results[mutant.key] = result
                with (self.folder / "results.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps(result) + "\n")
                print(f"{result['outcome']:12} {mutant.file}:{mutant.line} ({result['seconds']} s) {result['by']}\n"
                      f"{mutant.diff()}", flush=True)

        judged: list[Mutant] = []
        with concurrent.futures.ThreadPoolExecutor(len(self.workers)) as pool:
            while mutants and self.compiled(judged) < wanted and time.monotonic() < self.ends - LEAST_TIME_LEFT:
                some = mutants[:min(wanted - self.compiled(judged), 4 * len(self.workers))]
                mutants = mutants[len(some):]
                list(pool.map(judge, some))
                judged += [mutant for mutant in some if mutant.key in self.results]
        return judged

    def compiled(self, mutants: list[Mutant]) -> int:
        return sum(self.results[mutant.key]["outcome"] != "not compiled" for mutant in mutants)

    def report(self, mutants: list[Mutant]) -> float:
        """Prints the table, and what survived; gives the percentage that was caught."""
        table: dict[str, collections.Counter] = {}
        judged = [mutant for mutant in mutants if mutant.key in self.results]
        for mutant in judged:
            outcome = "equivalent" if self.is_equivalent(mutant) else self.results[mutant.key]["outcome"]
            table.setdefault(str(pathlib.PurePosixPath(mutant.file).parent), collections.Counter())[outcome] += 1
        columns = ["caught", "hung", "survived", "equivalent", "not compiled"]
        print(f"\n{'':36}" + "".join(f"{column:>14}" for column in columns))
        total: collections.Counter = collections.Counter()
        for folder, counts in sorted(table.items()):
            total.update(counts)
            print(f"{folder:36}" + "".join(f"{counts[column]:14}" for column in columns))
        print(f"{'all':36}" + "".join(f"{total[column]:14}" for column in columns))
        for outcome in ("survived", "hung"):
            for mutant in judged:
                if self.results[mutant.key]["outcome"] == outcome and not self.is_equivalent(mutant):
                    print(f"\n{outcome}: {mutant.file}:{mutant.line} ({mutant.kind})\n{mutant.diff()}")
        told = total["caught"] + total["hung"] + total["survived"]
        percentage = 100.0 * total["caught"] / told if told else 0.0
        print(f"\n{told} mutants: {total['caught']} caught ({percentage:.1f} %), {total['hung']} only by hanging, "
              f"{total['survived']} survived")
        return percentage


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="how many mutants that compile (200; of files that are named, all)")
    parser.add_argument("--seed", type=int, default=1, help="of the random sample (1)")
    parser.add_argument("--files", nargs="*", default=[], metavar="PATTERN", help="mutants of these files only")
    parser.add_argument("--seeds", type=int, default=150, help="simulated of each system (150)")
    parser.add_argument("--workers", type=int, default=1, help="mutants at once, each in a copy of its own (1)")
    parser.add_argument("--minutes", type=float, default=120, help="begin no mutant after so long (120)")
    parser.add_argument("--least", type=float, default=90, help="percent to be caught (90)")
    parser.add_argument("--folder", default=str(ROOT / "build/mutants"), help="for copies, builds and results")
    parser.add_argument("--list", action="store_true", help="show the mutants and run nothing")
    parser.add_argument("--report", action="store_true", help="show the results there are and run nothing")
    options = parser.parse_args()

    session = Session(options)
    mutants = all_mutants(options.files)
    wanted = len(mutants)
    if options.sample or not options.files:
        random.Random(options.seed).shuffle(mutants)
        wanted = options.sample or 200
    if options.list:
        for mutant in mutants[:wanted]:
            print(f"{mutant.file}:{mutant.line} ({mutant.kind})\n{mutant.diff()}")
        return 0
    if options.report:
        session.report(mutants)
        return 0
    return 0 if session.report(session.run(mutants, wanted)) >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
