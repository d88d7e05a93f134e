// Ids and moments for the shop's tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "lasagne/testing/specification.hpp"

namespace shop::values {

using lasagne::Money;
using lasagne::Timestamp;
using lasagne::Uuid;
using lasagne::testing::derived_id;
using lasagne::testing::given;
using lasagne::testing::given_effect;
using lasagne::testing::given_forwarder;
using lasagne::testing::given_saga;

inline Uuid id_of(std::string_view name) { return Uuid::derive(Uuid{}, name); }

inline const Uuid cart = id_of("cart");
inline const Uuid order = cart;
inline const Uuid client = id_of("client");
inline const Uuid payment = id_of("payment");
inline const Uuid shoes = id_of("shoes");
inline const Uuid hat = id_of("hat");
inline constexpr Timestamp noon{1'700'000'000'000'000};
inline constexpr Timestamp later{1'700'000'060'000'000};
inline constexpr Timestamp cause_time{0};  // when a specification's cause was recorded

}  // namespace shop::values
