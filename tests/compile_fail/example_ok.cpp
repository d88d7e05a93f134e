// expect: ok
#include "lasagne/uuid.hpp"

static_assert(lasagne::Uuid{}.bytes.size() == 16);
