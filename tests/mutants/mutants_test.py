"""Mutations are made where code is, and of code only."""
import unittest

from mutations import mutants_of


def mutated(code: str) -> set[str]:
    return {mutant.mutated.strip() for mutant in mutants_of("a.cpp", code)}


class Mutations(unittest.TestCase):
    def test_operators(self) -> None:
        self.assertEqual(mutated("return a < b && !c;"),
                         {"return a <= b && !c;", "return a < b || !c;", "return a < b && c;"})
        self.assertEqual(mutated("return a + 1;"), {"return a - 1;", "return a + 0;"})
        self.assertIn("return limit == (64 + 1);", mutated("return limit == 64;"))

    def test_guards_and_statements(self) -> None:
        self.assertEqual(mutated("  if (!found) return {};"),
                         {"if (found) return {};", "if (!(!found)) return {};", ""})
        self.assertEqual(mutated("  checkpoint_ = next;"), {""})
        self.assertEqual(mutated("  queue_.push_back(std::move(message));"), {""})

    def test_what_is_no_code(self) -> None:
        for code in ("// a < b", 'log("a < b");  // a == b', "#if A == B", "template <class A, int B = 1>",
                     "using A = B;", "static_assert(a < b);", "assert(a < b);", "std::vector<std::pair<A, B>> both;",
                     "Type name(value);", "return name;", "namespace a {", "void f(int&& a);"):
            self.assertLessEqual(mutated(code), {""} if code.startswith("log") else set(), code)

    def test_a_statement_of_several_lines_stays(self) -> None:
        self.assertNotIn("", mutated("call(a,\n     b.c());"))

    def test_a_mutant_is_itself_where_lines_moved(self) -> None:
        before = {mutant.key for mutant in mutants_of("a.cpp", "a = b < c;\n\na = b < c;")}
        after = {mutant.key for mutant in mutants_of("a.cpp", "int d;\na = b < c;\na = b < c;")}
        self.assertEqual(before, after)
        self.assertEqual(len(before), 4)


if __name__ == "__main__":
    unittest.main()
