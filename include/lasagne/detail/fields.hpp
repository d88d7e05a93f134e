// The members of an aggregate: how many there are, and a visit to all of them at once. Not for users.
//
// Boost.PFR takes a struct apart. How many members it has is counted here: in a fraction of the time, and what cannot
// be taken apart is told by name.
#pragma once

#include <boost/pfr/detail/core17_generated.hpp>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace lasagne::detail {

inline constexpr std::size_t most_members = 100;

// Converts to whatever a member is. Never made.
struct AnyMember {
  template <class M>
  operator M() const noexcept;  // NOLINT(google-explicit-constructor)
};
// Converts to the bases of T only.
template <class T>
struct AnyBase {
  template <class B>
    requires(std::is_base_of_v<B, T> && !std::is_same_v<B, T>)
  operator B() const noexcept;  // NOLINT(google-explicit-constructor)
};

template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyMember{})...}; };
}
// The same with two values in braces in the middle.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool takes_pair(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires {
    T{(static_cast<void>(Before), AnyMember{})...,
      {AnyMember{}, AnyMember{}},
      (static_cast<void>(After), AnyMember{})...};
  };
}

// How many values the braces of T take: its members, but for an array the array's elements.
template <class T, std::size_t N = 1>
consteval std::size_t count_initializers() {
  if constexpr (N <= most_members + 1 && takes<T>(std::make_index_sequence<N>{})) {
    return count_initializers<T, N + 1>();
  } else {
    return N - 1;
  }
}

// Whether what is initialized at this place is an array: with two of its elements in braces, there is one value too
// many behind it.
template <class T, std::size_t Count, std::size_t Place>
consteval bool is_array_at() {
  if constexpr (takes_pair<T>(std::make_index_sequence<Place>{}, std::index_sequence<>{})) {
    return !takes_pair<T>(std::make_index_sequence<Place>{}, std::make_index_sequence<Count - Place - 1>{});
  } else {
    return false;
  }
}
template <class T, std::size_t... Place>
consteval std::size_t first_array(std::index_sequence<Place...>) {
  std::size_t first = sizeof...(Place);
  (void)((is_array_at<T, sizeof...(Place), Place>() ? (first = Place, true) : false) || ...);
  return first;
}

// Why the members cannot be told, with the type and the place in the compiler's note: "MemberOf<orders::Opened, 3>".
template <class T, std::size_t Number>
struct MemberOf {
  static_assert(Number == 0, "lasagne JSON: this member is a C array: take a std::vector");
};
template <class T>
consteval std::size_t count_members() {
  static_assert(
      requires { T{}; }, "lasagne JSON: a member of this struct is a reference, or cannot be default-constructed");
  static_assert(
      !requires { T{AnyBase<T>{}}; },
      "lasagne JSON: this struct has a base class, whose members cannot be told: make them members");
  if constexpr (std::is_empty_v<T> || requires { T{AnyBase<T>{}}; }) {
    return 0;
  } else {
    constexpr std::size_t count = count_initializers<T>();
    static_assert(count <= most_members, "lasagne JSON: this struct has more than 100 members: nest some of them");
    constexpr std::size_t array = count <= most_members ? first_array<T>(std::make_index_sequence<count>{}) : 0;
    if constexpr (count > most_members) {
      return 0;
    } else if constexpr (array < count) {
      return sizeof(MemberOf<T, array + 1>) - sizeof(MemberOf<T, array + 1>);
    } else {
      return count;
    }
  }
}

template <class T>
inline constexpr std::size_t member_count = count_members<std::remove_const_t<T>>();

// Only the addresses of its members are named, in constant expressions. Defined nevertheless, since clang takes no
// undefined variable of a type without linkage, such as one in an unnamed namespace.
template <class T>
union NameProbe {
  constexpr NameProbe() : nothing{} {}
  constexpr ~NameProbe() {}
  char nothing;
  T value;
};
template <class T>
inline constexpr NameProbe<T> name_probe{};

template <class M>
struct MemberPointer {
  const M* pointer;
};
template <class M>
MemberPointer(const M*) -> MemberPointer<M>;

// All values in one instantiation: "... [with auto ...V = {Colour::red, (Colour)1}]" or "... [V = <Colour::red, ...>]".
// A plain char pointer, so that g++ explains no alias at the end.
template <auto... V>
consteval const char* pretty_values() {
  return __PRETTY_FUNCTION__;
}

// Calls `use` with all members at once.
template <class T, class Use>
constexpr decltype(auto) with_members(T& value, Use use) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) -> decltype(auto) {
    const auto members = boost::pfr::detail::tie_as_tuple(value, boost::pfr::detail::size_t_<sizeof...(I)>{});
    return use(boost::pfr::detail::sequence_tuple::get<I>(members)...);
  }(std::make_index_sequence<member_count<T>>{});
}

// The pretty_values of pointers to the members.
template <class T>
consteval const char* pretty_members() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    // Refuses bit-fields, of which the compiler says which it is: as constants they would be taken for temporaries.
    using Mutable =
        decltype(boost::pfr::detail::tie_as_tuple(std::declval<T&>(), boost::pfr::detail::size_t_<sizeof...(I)>{}));
    static_assert(sizeof(Mutable) > 0);
    constexpr auto members =
        boost::pfr::detail::tie_as_tuple(name_probe<T>.value, boost::pfr::detail::size_t_<sizeof...(I)>{});
    return pretty_values<MemberPointer{&boost::pfr::detail::sequence_tuple::get<I>(members)}...>();
  }(std::make_index_sequence<member_count<T>>{});
}

}  // namespace lasagne::detail
