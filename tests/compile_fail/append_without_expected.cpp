// expect: error: (no matching function for call to|could not convert .* to) .lasagne::ExpectedRevision|error: no
// matching constructor for initialization of 'ExpectedRevision'
#include "lasagne/store.hpp"

// Every append says which revision it expects: there is no default to forget.
lasagne::Append append_of(lasagne::NewMessage message) {
  lasagne::Append append{.stream = "Door-1", .messages = {std::move(message)}};
  return append;
}
