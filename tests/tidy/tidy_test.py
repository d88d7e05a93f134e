"""Each rule of tidy.py finds what it is for, and lets pass what is right."""
import unittest

import tidy


def found(name: str, text: str) -> list[str]:
    return [what for _, what in tidy.check_file(name, text)]


def function_of(lines: int, head: str = "int sum(int a) {") -> str:
    return "\n".join([head, *["  a += 1;"] * (lines - 2), "}"]) + "\n"


class Sizes(unittest.TestCase):
    def test_files(self) -> None:
        self.assertEqual(found("src/a.cpp", "int a;\n" * 400), [])
        self.assertRegex(found("src/a.cpp", "int a;\n" * 401)[0], "401 lines")
        header = "// What it is.\n#pragma once\n"
        self.assertEqual(found("include/lasagne/a.hpp", header + "int a;\n" * 248), [])
        self.assertRegex(found("include/lasagne/a.hpp", header + "int a;\n" * 249)[0], "251 lines")

    def test_functions(self) -> None:
        self.assertEqual(found("src/a.cpp", function_of(70)), [])
        self.assertRegex(found("src/a.cpp", function_of(71))[0], "71 lines")
        for head in ("TEST(A, B) {", "A::A(int a)\n    : a_(a) {", "auto f(\n    int a) -> int {",
                     "template <class T>\nint f(T a) {"):
            self.assertTrue(found("src/a.cpp", function_of(71, head)), head)
        for head in ("namespace a {", "class A : B<int()> {", "struct A {"):
            self.assertEqual(found("src/a.cpp", function_of(300, head)), [], head)

    def test_a_method_in_a_class(self) -> None:
        body = "".join("    a += 1;\n" for _ in range(70))
        self.assertRegex(found("src/a.cpp", "class A {\n  int f(int a) {\n" + body + "  }\n};\n")[0], "72 lines")

    def test_lines(self) -> None:
        self.assertEqual(found("src/a.cpp", "/" * 120 + "\n"), [])
        self.assertRegex(found("src/a.cpp", "/" * 121 + "\n")[0], "121 characters")
        self.assertRegex(found("cmake/a.cmake", "#" * 121 + "\n")[0], "121 characters")


class Names(unittest.TestCase):
    def test_words_of_identifiers(self) -> None:
        for code in ("int interference;", "struct FileUtils {};", "int a_face_;", "using Interference = int;"):
            self.assertRegex(found("src/a.cpp", code + "\n")[0], "the name")
        for code in ("int surface;", 'auto a = "a face";', "// interference", "int stuffing;"):
            self.assertEqual(found("src/a.cpp", code + "\n"), [], code)

    def test_files(self) -> None:
        self.assertRegex(found("src/utils.hpp", "#pragma once\n")[0], "the file")

    def test_what_is_unfinished(self) -> None:
        for name in ("src/a.cpp", "README.md", "cmake/a.cmake"):
            self.assertRegex(found(name, "# TODO: more\n")[0], "finish it")

    def test_machines(self) -> None:
        self.assertRegex(found("README.md", "see /home/somebody/x\n")[0], "machine")
        self.assertEqual(found("a.cmake", "${WORK}/work/x\n"), [])

    def test_assertions(self) -> None:
        self.assertRegex(found("CMakeLists.txt", "add_definitions(-DNDEBUG)\n")[0], "assertions")


class Layout(unittest.TestCase):
    def test_includes(self) -> None:
        good = '#include "a/own.hpp"\n\n#include <vector>\n\n#include "a/b.hpp"\n'
        self.assertEqual(found("src/a/own.cpp", good), [])
        self.assertRegex(found("src/a/own.cpp", '#include "a/b.hpp"\n#include <vector>\n')[0], "come first")
        self.assertRegex(found("src/a.hpp", "int a;\n")[0], "pragma once")

    def test_white_space(self) -> None:
        self.assertRegex(found("README.md", "a \n")[0], "white space")
        self.assertRegex(found("README.md", "a")[0], "no newline")


class Loops(unittest.TestCase):
    def loop(self, over: str) -> list[str]:
        return found("src/a.cpp", f"for (const auto& [a, b] : {over}) use(a::b);\n")

    def test_over_what_may_be_gone(self) -> None:
        for over in ("f()->member", "*f()", "*a.f(x, g(y))", "store.read(1,\n  2)->messages", "f().value()",
                     "f().value().list", "f(x).error().causes", "*f<A<int>>(x)", "f()->g()", "f()[0]->list",
                     "f().at(0)->list"):
            self.assertRegex("".join(self.loop(over)), "may be gone", over)
        self.assertTrue(found("src/a.cpp", "for (auto n = 1; auto& a : *f()) {\n}\n"))

    def test_over_what_stays(self) -> None:
        for over in ("f()", "*found", "found->member", "f().member", "a.b->c", "*this", "*std::move(a)", "{f(), g()}",
                     "a.at(0)->list", "list.back()->positions", "found.value()", "(*found)->list", "a[i]->list"):
            self.assertEqual(self.loop(over), [], over)
        for code in ("for (auto i = f()->n; i < *g(); ++i) {\n}\n", "for (;;) x = a ? *f() : *g();\n"):
            self.assertEqual(found("src/a.cpp", code), [], code)


class Documentation(unittest.TestCase):
    def header(self, code: str) -> list[str]:
        return found("include/lasagne/a.hpp", "#pragma once\n\n" + code + "\n")

    def test_functions_without_a_word(self) -> None:
        for code in ("int f(int a);", "[[nodiscard]] Result<int> f();", "class A {\n public:\n  int f() const;\n};",
                     "struct A {\n  virtual int f(int a,\n                int b) = 0;\n};", "// About A.\n\nint f();"):
            self.assertRegex(self.header(code)[0], "has no comment", code)

    def test_functions_with_one(self) -> None:
        for code in ("// Adds.\nint f(int a);", "int f(int a);  // adds", "// Both add.\nint f();\nint g();",
                     "class A {\n private:\n  int f();\n};", "class A {\n public:\n  A(int a);\n  ~A();\n};",
                     "struct A : B {\n  int f(int a,\n        int b) override;\n};",
                     "namespace detail {\nint f();\n}  // namespace detail"):
            self.assertEqual(self.header(code), [], code)

    def test_snippets(self) -> None:
        self.assertEqual(found("README.md", "<!-- snippet: a -->\n```cpp\nint a;\n```\n"), [])
        self.assertRegex(found("docs/a.md", "Like this:\n\n```cpp\nint a;\n```\n")[0], "no test compiles")
        self.assertEqual(found("docs/adr/0001-a.md", "```cpp\nint a;\n```\n"), [])


class Guarantees(unittest.TestCase):
    def missing(self, cell: str) -> list[str]:
        code = ["TEST(Suite, Holds) {}", "LASAGNE_STORE_GUARD_TEST(StoreTimer, Fires) {}", "TEST_P(Every,\n Call) {}"]
        return [what for _, _, what in tidy.check_named_tests("a.md", [f"| it holds | {cell} |"], code)]

    def test_the_tests_they_name(self) -> None:
        for cell in ("`Suite.Holds`", "`Suite.*`", "`Suite.Ho*`", "`Disk/Every.Call`", "`StoreTimer.Fires`",
                     "`make fuzz`", "`Disk/Every.Call/Write`", "`shop.db`"):
            self.assertEqual(self.missing(cell), [], cell)
        for cell in ("`Suite.Hold`", "`Suit.*`", "`Suite.X*`", "`Suite.Holds`, `StoreTimer.Fire`"):
            self.assertRegex(self.missing(cell)[0], "there is no test", cell)


class Tests(unittest.TestCase):
    def test_folders(self) -> None:
        self.assertEqual(list(tidy.check_test_folders(["tests/a/b_test.cpp", "tests/a/c.cpp", "tests/x.txt"])), [])
        self.assertEqual(list(tidy.check_test_folders(["tests/a/b.cpp", "tests/a/CMakeLists.txt"])), [])
        self.assertRegex(next(tidy.check_test_folders(["tests/a/b.cpp"]))[2], "nobody builds")

    def test_tests_that_test_nothing(self) -> None:
        self.assertRegex(found("tests/a/a_test.cpp", "int a;\n")[0], "without a test")
        self.assertRegex(found("tests/a/a_test.cpp", "TEST(A, B) { EXPECT_TRUE(true); }\n")[0], "cannot fail")
        self.assertRegex(found("tests/a/a_test.cpp", "TEST(A, DISABLED_B) {}\n")[0], "not run")
        self.assertRegex(found("tests/compile_fail/a.cpp", "int a;\n")[0], "expect")


if __name__ == "__main__":
    unittest.main()
