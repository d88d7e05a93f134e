#include <filesystem>

#include <lasagne/store.hpp>
#include <lasagne/uuid.hpp>

namespace {

// Opened before main, so that it would be noticed if the scheme were registered later than this.
const auto early = lasagne::open_store("sqlite:early.db");

}  // namespace

int main(int argc, char**) {
  short narrowed = argc + 1;  // -Wconversion and -Wunused-variable would object
  const auto store = lasagne::open("memory:");
  return early && std::filesystem::exists("early.db") && store &&
                 lasagne::Uuid::parse(lasagne::Uuid::generate().to_string())
             ? 0
             : 1;
}
