#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// Loads and stores a vector of channels, or if `Masked` the first `count` lanes of one.
template <bool Masked>
struct Channels {
    template <class Scalar>
    using VectorOf = Vector<Scalar>;

    std::size_t count = 0;

    template <class Scalar>
    [[gnu::always_inline]] Vector<Scalar> load(const Scalar* from) const noexcept {
        if constexpr (Masked)
            return load_partial(from, count);
        else
            return kernels::load(from);
    }
    template <class Scalar>
    [[gnu::always_inline]] void store(Scalar* to, const Vector<Scalar>& value) const noexcept {
        if constexpr (Masked)
            store_partial(to, value, count);
        else
            kernels::store(to, value);
    }
};

/// The same for half a vector, where there are narrow ones.
struct NarrowChannels {
    template <class Scalar>
    using VectorOf = NarrowVector<Scalar>;

    template <class Scalar>
    [[gnu::always_inline]] NarrowVector<Scalar> load(const Scalar* from) const noexcept {
        return load_as<NarrowVector<Scalar>>(from);
    }
    template <class Scalar>
    [[gnu::always_inline]] void store(Scalar* to, const NarrowVector<Scalar>& value) const noexcept {
        store_as(to, value);
    }
};

/// Calls f(channel, Channels) for each vector of `Count` channels.
template <std::size_t Count, class Scalar, class Function>
[[gnu::always_inline]] inline void for_each_channels(const Function& f) noexcept {
    constexpr std::size_t lanes = width<Scalar>, rest = Count % lanes;
    for (std::size_t c = 0; c + lanes <= Count; c += lanes)
        f(c, Channels<false>{});
    if constexpr (rest > 0)
        f(Count - rest, Channels<true>{rest});
}

} // namespace burin::kernels::detail
