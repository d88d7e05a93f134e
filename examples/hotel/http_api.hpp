// The hotel over HTTP; openapi.yaml describes it.
#pragma once

#include <functional>

#include "common/http.hpp"
#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"
#include "lasagne/timestamp.hpp"

namespace hotel {

// Must outlive the router it adds its routes to. Its handlers run on several threads.
struct HttpApi {
  lasagne::Runtime& runtime;
  lasagne::Store& store;
  std::function<lasagne::Timestamp()> now;
  lasagne::Duration group_deadline;  // how long a round of a group checkout may take

  void add_routes(examples::http::Router& router) const;
};

}  // namespace hotel
