#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

/// What `new` gives out, counted; a program includes this in one of its files. It can be told to refuse.
namespace allocations {

inline std::size_t current = 0;                                    ///< Bytes that are held.
inline std::size_t peak = 0;                                       ///< The most that were.
inline std::size_t most = std::numeric_limits<std::size_t>::max(); ///< Beyond that none succeeds.
inline std::size_t count = 0;
inline std::size_t refused = 0; ///< The number of the allocation that fails, counted from 1; 0: none.

/// The most bytes that `run` held at once, beyond what there was before.
template <class Run>
std::size_t peak_of(Run run) {
    const std::size_t before = peak = current;
    run();
    return peak - before;
}

} // namespace allocations

// (Inlined by half, they look mismatched to g++.)
[[gnu::noinline]] inline void* burin_test_allocate(std::size_t size, std::size_t alignment = 0) {
    if (++allocations::count == allocations::refused || size > allocations::most ||
        allocations::current > allocations::most - size)
        throw std::bad_alloc();
    void* const memory = alignment == 0 ? std::malloc(size == 0 ? 1 : size)
                                        : std::aligned_alloc(alignment, (size / alignment + 1) * alignment);
    if (memory == nullptr)
        throw std::bad_alloc();
    allocations::current += malloc_usable_size(memory);
    allocations::peak = std::max(allocations::peak, allocations::current);
    return memory;
}
[[gnu::noinline]] inline void burin_test_free(void* memory) noexcept {
    if (memory != nullptr)
        allocations::current -= malloc_usable_size(memory);
    std::free(memory);
}
void* operator new(std::size_t size) {
    return burin_test_allocate(size);
}
void operator delete(void* memory) noexcept {
    burin_test_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    burin_test_free(memory);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return burin_test_allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::align_val_t) noexcept {
    burin_test_free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    burin_test_free(memory);
}
