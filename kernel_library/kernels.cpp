// What programs with BURIN_KERNEL_LIBRARY link.
#define BURIN_DETAIL_IS_KERNEL_LIBRARY
#include <burin/embedded.hpp>
