// Which kind of store a URL opens: a table from URL schemes to functions that open stores. lasagne::core brings
// "memory", lasagne::sqlite brings "sqlite", and a program may add its own:
//
//   lasagne::register_store_scheme("counted", [](std::string_view url, const lasagne::OpenOptions& options) {
//     return counted(lasagne::open_store(url.substr(url.find(':') + 1), options));  // counted:sqlite:shop.db
//   });
//   const auto store = lasagne::open("counted:memory:");
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/store.hpp"
#include "lasagne/verify.hpp"

namespace lasagne {

// Opens the store that `url` names. The opener gets the whole URL, with the scheme in lower case, and interprets what
// follows the colon. It may open other stores. Openers may run in several threads at once.
using StoreOpener = std::function<Result<std::unique_ptr<Store>>(std::string_view url, const OpenOptions& options)>;

// From now on `open_store` and `open` call `opener` for URLs that begin with `scheme` and a colon. A scheme cannot be
// unregistered. May be called from several threads at once, beside `open_store`, and before `main`.
//   invalid: `opener` is empty, the scheme is registered already, or the name is not a scheme: a scheme is a lower-case
//   letter and then lower-case letters, digits, '+', '-' and '.'.
[[nodiscard]] Result<void> register_store_scheme(std::string_view scheme, StoreOpener opener);

// Verifies the store that `url` names, as `verify_store` says. `register_store_verifier` is to a scheme's verifier what
// `register_store_scheme` is to its opener; a scheme without one cannot be verified.
using StoreVerifier = std::function<Result<VerifyReport>(std::string_view url, const VerifyOptions& options)>;
[[nodiscard]] Result<void> register_store_verifier(std::string_view scheme, StoreVerifier verifier);

// The registered schemes in alphabetical order, without their colons.
[[nodiscard]] std::vector<std::string> store_schemes();

}  // namespace lasagne
