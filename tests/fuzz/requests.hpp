// Requests as text, given to a router without a socket.
//
//   POST /carts
//   Content-Type: application/json
//
//   {"client_id":"..."}
//   ===
//   GET /carts/{1}
//
// {1} stands for the first id in the answer before.
#pragma once

#include <string_view>

#include "common/http.hpp"

namespace fuzz {

void give_requests(std::string_view text, const examples::http::Router& router);

}  // namespace fuzz
