// A type's qualified name at compile time, the same from g++ and clang. Not for users.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lasagne::detail {

// A text as a template argument.
template <std::size_t N>
struct Text {
  std::array<char, N> chars{};
  constexpr Text() = default;
  consteval Text(const char (&text)[N]) {  // NOLINT(google-explicit-constructor)
    for (std::size_t i = 0; i < N; ++i) chars[i] = text[i];
  }
};

}  // namespace lasagne::detail

namespace lasagne {

// The name kept for a C++ namespace, which is given as it is spelled: "acme::shop_v2". See type_name.hpp.
template <detail::Text Namespace>
inline constexpr std::string_view namespace_name{};  // without data: not pinned

}  // namespace lasagne

namespace lasagne::detail {

// In a namespace of its own: g++ leaves out the one that a type shares with the function. A plain char pointer, so that
// g++ explains no alias behind T.
namespace naming {
template <class T>
consteval const char* pretty() {
  return __PRETTY_FUNCTION__;
}
}  // namespace naming

// As the compiler spells it: "shop::payments::PaymentFinalized".
template <class T>
consteval std::string_view spelled() {
  std::string_view name = naming::pretty<T>();
  constexpr std::string_view before = "T = ";
  name.remove_prefix(name.find(before) + before.size());
  name.remove_suffix(1);  // the closing ']'
  return name;
}

enum class NameProblem : std::uint8_t { none, unnamed_namespace, local, template_instance };

constexpr NameProblem problem_of(std::string_view spelling) {
  if (spelling.find("{anonymous}") != std::string_view::npos) return NameProblem::unnamed_namespace;
  if (spelling.find("(anonymous namespace)") != std::string_view::npos) return NameProblem::unnamed_namespace;
  const std::size_t mark = spelling.find_first_of("<({[ ");
  if (mark == std::string_view::npos) return NameProblem::none;
  if (spelling.find("<lambda") == mark || spelling.find("<unnamed") == mark) return NameProblem::local;
  return spelling[mark] == '<' ? NameProblem::template_instance : NameProblem::local;
}

template <std::size_t N>
consteval Text<N + 1> first_bytes(std::string_view text) {
  Text<N + 1> first;
  for (std::size_t i = 0; i < N; ++i) first.chars[i] = text[i];
  return first;
}

// The pinned namespace around a type: how much of the spelling it takes, and what it is called.
struct NamespacePin {
  std::size_t length = 0;
  std::string_view name{};
};

// The innermost pinned one of those that end before `Before`.
template <class T, std::size_t Before>
consteval NamespacePin pin_of() {
  constexpr std::string_view spelling = spelled<T>();
  constexpr std::size_t end = spelling.rfind("::", Before);
  if constexpr (end == std::string_view::npos || end == 0) {
    return {};
  } else {
    constexpr std::string_view pinned = namespace_name<first_bytes<end>(spelled<T>())>;
    if constexpr (pinned.data() != nullptr) {
      return {end, pinned};
    } else {
      return pin_of<T, end - 1>();
    }
  }
}

template <class T>
consteval bool has_pinned_namespace() {
  return pin_of<T, std::string_view::npos>().name.data() != nullptr;
}

template <std::size_t N>
struct NameBuffer {
  std::array<char, N> text{};
  std::size_t size = 0;
  constexpr void add(std::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == ':') ++i;  // two of them become a dot
      text[size++] = part[i] == ':' ? '.' : part[i];
    }
  }
};

template <class T>
consteval auto make_name() {
  constexpr std::string_view spelling = spelled<T>();
  constexpr NamespacePin pin = pin_of<T, std::string_view::npos>();
  NameBuffer<pin.name.size() + spelling.size() + 1> name;
  for (const char c : pin.name) name.text[name.size++] = c;
  name.add(pin.name.data() != nullptr && pin.name.empty() ? spelling.substr(pin.length + 2)
                                                          : spelling.substr(pin.length));
  return name;
}

// The name as it follows from the C++ name and its namespace's pin.
template <class T>
inline constexpr auto derived_name_text = [] {
  constexpr auto whole = make_name<T>();
  std::array<char, whole.size> text{};
  for (std::size_t i = 0; i < whole.size; ++i) text[i] = whole.text[i];
  return text;
}();

template <class T>
consteval std::string_view derived_name() {
  return {derived_name_text<T>.data(), derived_name_text<T>.size()};
}

template <class T>
struct PersistedName {
  static constexpr NameProblem problem = problem_of(spelled<T>());
  static_assert(problem != NameProblem::unnamed_namespace,
                "lasagne: a type of an unnamed namespace has no name to be persisted by: move it to a named namespace, "
                "or specialise lasagne::type_name for it");
  static_assert(problem != NameProblem::local,
                "lasagne: a local or unnamed type has no name to be persisted by: move it to a namespace, or "
                "specialise lasagne::type_name for it");
  static_assert(problem != NameProblem::template_instance,
                "lasagne: each compiler spells template arguments in its own way: specialise lasagne::type_name for "
                "this type");
  static constexpr std::string_view name = derived_name<T>();
};

template <class T>
consteval std::string_view persisted_name() {
  return PersistedName<T>::name;
}

}  // namespace lasagne::detail
