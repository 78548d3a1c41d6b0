#pragma once

#include "../random_numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peers {

template <class Scalar>
using Memory = std::vector<Scalar, AlignedAllocator<Scalar>>;

/// The finaliser of MurmurHash3 (Appleby), of a counter. Numbers are made here and not by Burin's own streams
/// because NumPy must make the same ones: peer.py.
inline std::uint32_t hash(std::uint32_t seed, std::uint32_t index) {
    std::uint32_t h = index * 2654435761u + seed * 2246822519u;
    h = (h ^ h >> 16) * 2246822507u;
    h = (h ^ h >> 13) * 3266489909u;
    return h ^ h >> 16;
}

/// `count` numbers in [low, high), the same in every peer.
template <class Scalar>
Memory<Scalar> numbers(std::uint32_t seed, std::size_t count, double low = -1, double high = 1) {
    Memory<Scalar> all(count);
    for (std::size_t i = 0; i < count; ++i)
        all[i] = static_cast<Scalar>(low + (high - low) * (hash(seed, static_cast<std::uint32_t>(i)) >> 8) /
                                               16777216.0);
    return all;
}

/// `count` labels below `classes`.
inline std::vector<std::uint32_t> labels(std::size_t count, std::size_t classes) {
    std::vector<std::uint32_t> all(count);
    for (std::size_t i = 0; i < count; ++i)
        all[i] = hash(9, static_cast<std::uint32_t>(i)) % static_cast<std::uint32_t>(classes);
    return all;
}

} // namespace peers
