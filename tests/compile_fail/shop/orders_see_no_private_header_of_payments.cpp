// expect: error: payment\.hpp: No such file
#include "payment.hpp"
