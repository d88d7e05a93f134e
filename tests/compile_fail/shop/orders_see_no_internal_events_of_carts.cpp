// expect: error: shopping_cart\.hpp: No such file
#include "shopping_cart.hpp"
