#pragma once

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstddef>

/// What the program holds, as the sanitizer tells.
namespace memory {

inline std::size_t current = 0;
inline std::size_t peak = 0;

inline const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) {
        current += size;
        peak = std::max(peak, current);
    },
    [](const volatile void* pointer) {
        current -= std::min(current, __sanitizer_get_allocated_size(const_cast<const void*>(pointer)));
    });

/// The most bytes that `run` held at once, beyond what there was before.
template <class Run>
std::size_t peak_of(Run run) {
    const std::size_t before = peak = current;
    run();
    return peak - before;
}

} // namespace memory
