#pragma once

#include "burin/core/random.hpp"
#include "burin/graph/workspace.hpp"

#include <cstddef>
#include <new>
#include <vector>

/// Allocates as `Parameters` and `Arena` are aligned: kernels run on their memory.
template <class Value>
struct AlignedAllocator {
    using value_type = Value;
    static constexpr std::align_val_t alignment{burin::memory_alignment};

    AlignedAllocator() = default;
    template <class Other>
    explicit AlignedAllocator(const AlignedAllocator<Other>&) noexcept {}

    Value* allocate(std::size_t count) {
        return static_cast<Value*>(::operator new(count * sizeof(Value), alignment));
    }
    void deallocate(Value* memory, std::size_t) noexcept { ::operator delete(memory, alignment); }
    friend bool operator==(AlignedAllocator, AlignedAllocator) { return true; }
};

using Numbers = std::vector<float, AlignedAllocator<float>>;

/// `count` numbers, uniform in [low, high).
inline Numbers random_numbers(std::size_t count, double low = -1, double high = 1) {
    const burin::RandomStream stream{1, burin::Purpose::user, 0};
    Numbers numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = static_cast<float>(low + (high - low) * stream.uniform(i));
    return numbers;
}
