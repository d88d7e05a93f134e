// Which C++ type a message has, as the engine knows it. Not for users.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

#include "lasagne/message.hpp"
#include "lasagne/type_name.hpp"

namespace lasagne::detail {

struct MessageType {
  std::string_view name;  // as it is persisted
  const std::type_info* type = nullptr;
  bool pinned = false;  // else the name follows from what the compiler spells
};

template <class T>
consteval MessageType make_message_type() {
  static_assert(!type_name<T>.empty(), "lasagne: a pinned type_name must not be empty");
  static_assert(type_name<T>.size() <= Limits::type_name_bytes,
                "lasagne: the type's name is longer than Limits::type_name_bytes: pin a shorter one");
  return {type_name<T>, &typeid(T), type_name<T> != derived_name<T>() || has_pinned_namespace<T>()};
}

template <class T>
inline constexpr MessageType message_type = make_message_type<T>();

inline constexpr std::size_t no_type = static_cast<std::size_t>(-1);

// The index of the type that a stored name means; no_type when there is none, or when an unqualified name might mean
// several.
[[nodiscard]] std::size_t find_type(std::string_view stored, std::span<const MessageType> types) noexcept;

// The index of exactly this C++ type; no_type when it is not among them.
[[nodiscard]] std::size_t index_of(const std::type_info& type, std::span<const MessageType> types) noexcept;

// As a person writes it: "shop::payments::PaymentFinalized".
[[nodiscard]] std::string cpp_name(const std::type_info& type);

}  // namespace lasagne::detail
