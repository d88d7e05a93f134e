// expect: error: '?payment\.hpp'?:? (No such file|file not found)
#include "payment.hpp"
