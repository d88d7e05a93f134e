// The persisted name of a message type.
#pragma once

#include <string_view>

#include "lasagne/detail/reflection.hpp"

namespace lasagne {

// The struct's own name, without namespaces: hotel::GuestCheckedOut is kept as "GuestCheckedOut". Specialise it to pin
// the name of stored data before the C++ name changes:
//
//   template <> inline constexpr std::string_view lasagne::type_name<hotel::GuestLeft> = "GuestCheckedOut";
template <class T>
inline constexpr std::string_view type_name = detail::unqualified_type_name<T>();

}  // namespace lasagne
