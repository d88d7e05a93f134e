// The programs as functions, with stores that never open and simulations that never begin: so a command line is parsed
// and checked, and nothing is done.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "lasagne/store.hpp"

int shop_main(int argc, char** argv);
int hotel_main(int argc, char** argv);
int lasagne_main(int argc, char** argv);
int simulate_main(int argc, char** argv);

namespace lasagne {
[[nodiscard]] Result<std::unique_ptr<Store>> refuse_store(std::string_view url, const OpenOptions& options);
}

namespace examples {
[[nodiscard]] std::unique_ptr<lasagne::Store> refuse_writing(const std::string& url);
[[nodiscard]] std::unique_ptr<lasagne::Store> refuse_reading(const std::string& url);
}  // namespace examples
