#include <lasagne/store.hpp>
#include <lasagne/uuid.hpp>

int main(int argc, char**) {
  short narrowed = argc + 1;  // -Wconversion and -Wunused-variable would object
  const auto store = lasagne::open("memory:");
  return store && lasagne::Uuid::parse(lasagne::Uuid::generate().to_string()) ? 0 : 1;
}
