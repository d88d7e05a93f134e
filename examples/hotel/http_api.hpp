// The hotel over HTTP: openapi.yaml as code.
#pragma once

#include <functional>

#include "common/http.hpp"
#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"

namespace hotel {

struct HttpLimits {
  static constexpr std::int64_t default_deadline_seconds = 15 * 60;
  static constexpr std::int64_t longest_deadline_seconds = 30 * 24 * 3600;
};

struct HttpApi {
  lasagne::Store& store;
  lasagne::Runtime& runtime;
  std::function<lasagne::Timestamp()> clock;

  // The routes refer to this object: it must outlive the router.
  void add_routes(examples::http::Router& router);

 private:
  void add_guest_routes(examples::http::Router& router);
  void add_group_routes(examples::http::Router& router);
  [[nodiscard]] examples::http::Reply check_out(const examples::http::Request& request);
};

}  // namespace hotel
