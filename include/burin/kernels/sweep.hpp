#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::kernels {

// These loops are inlined whatever the compiler thinks: what `f` captures is then known to be a constant that
// no store changes and stays in registers. g++ else calls them with a closure of pointers and loads every
// constant anew for every vector.

/// out[i] = f(in[i]...) for i < count, vector by vector. `out` may be one of `in`.
template <class Scalar, class Function, class... Inputs>
[[gnu::always_inline]] inline void map(std::size_t count, Scalar* out, Function f,
                                       const Inputs*... in) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        store(out + i, Vector<Scalar>(f(load(in + i)...)));
    if (i < count)
        store_partial(out + i, Vector<Scalar>(f(load_partial(in + i, count - i)...)), count - i);
}

namespace detail {

template <class Scalar, std::size_t Arrays>
constexpr bool is_large(std::size_t count) noexcept {
    return Arrays >= 4 && count >= (std::size_t(1) << 21) / sizeof(Scalar) / Arrays;
}

template <class Scalar>
[[gnu::always_inline]] inline void prefetch_ahead(const Scalar* place) noexcept {
    prefetch(place + 1024 / sizeof(Scalar));
}

} // namespace detail

/// Calls f(lanes, load, store) once for every vector of `count` elements, from `begin` on: `load(p)` reads
/// the vector of p at this place, `store(p, v)` writes it. Only the last vector may have fewer lanes than the
/// width; its others read as 0 and are not written. For sweeps that write several arrays.
template <class Scalar, class Function>
[[gnu::always_inline]] inline void for_each_vector(std::size_t count, const Function& f,
                                                   std::size_t begin = 0) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::size_t i = begin;
    for (; i + lanes <= count; i += lanes)
        f(
            lanes, [i](const Scalar* from) { return load(from + i); },
            [i](Scalar* to, const Vector<Scalar>& value) { store(to + i, value); });
    if (const std::size_t rest = count - i; rest > 0)
        f(
            rest, [i, rest](const Scalar* from) { return load_partial(from + i, rest); },
            [i, rest](Scalar* to, const Vector<Scalar>& value) { store_partial(to + i, value, rest); });
}

/// From so many bytes on, in all that they read, sweeps are in vectors of half the width, where there are
/// any: beyond a first-level cache of 48 KiB (Intel, AVX-512) SGD then takes 0.069 ns, not 0.075, momentum
/// 0.126, not 0.138; within it 0.039, not 0.026.
inline constexpr std::size_t narrow_from_bytes = 64 * 1024;

/// The arrays `out` become what `f(load)` returns for every vector of them, one of each; `f` takes vectors of
/// either width. Four vectors are computed before any is stored: the compiler can't move loads before stores,
/// and each would wait for those that might be of the same place.
///
/// Four or more arrays that are `read` are prefetched if they are together larger than most second-level
/// caches: processors that follow a few streams by themselves are else a seventh slower (Zen, with the four
/// of Adam; with the two or three of SGD and momentum the prefetches make it a seventh slower).
template <class Scalar, std::size_t Arrays, class Function, std::size_t Read>
[[gnu::always_inline]] inline void map_all(std::size_t count, const std::array<Scalar*, Arrays>& out,
                                           const Function& f,
                                           const std::array<const Scalar*, Read>& read) noexcept {
    const bool large = detail::is_large<Scalar, Read>(count);
    std::size_t i = 0;
    const auto map_blocks =
        [&]<class AnyVector>(std::type_identity<AnyVector>) __attribute__((always_inline)) {
            constexpr std::size_t lanes = lanes_of<Scalar, AnyVector>, block = 4 * lanes,
                                  line = 64 / sizeof(Scalar);
            for (; i + block <= count; i += block) {
                if (large)
                    for (const Scalar* array : read)
                        for (std::size_t at = 0; at < block; at += line)
                            detail::prefetch_ahead(array + i + at);
                std::array<AnyVector, Arrays> results[4];
                BURIN_DETAIL_UNROLL
                for (std::size_t k = 0; k < 4; ++k)
                    results[k] =
                        f([at = i + k * lanes](const Scalar* from) { return load_as<AnyVector>(from + at); });
                BURIN_DETAIL_UNROLL
                for (std::size_t array = 0; array < Arrays; ++array) {
                    BURIN_DETAIL_UNROLL
                    for (std::size_t k = 0; k < 4; ++k)
                        store_as(out[array] + i + k * lanes, results[k][array]);
                }
            }
        };
    if constexpr (this_machine.narrow_vectors)
        if (Read * count * sizeof(Scalar) >= narrow_from_bytes)
            map_blocks(std::type_identity<NarrowVector<Scalar>>{});
    map_blocks(std::type_identity<Vector<Scalar>>{});
    for_each_vector<Scalar>(
        count,
        [&](std::size_t, auto load, auto store) __attribute__((always_inline)) {
            const auto results = f(load);
            for (std::size_t array = 0; array < Arrays; ++array)
                store(out[array], results[array]);
        },
        i);
}

/// The same in two stages: `first(load, store)` gives a vector and `second(load, store, vector)` takes it,
/// four vectors later. For a sweep in which each vector is a long chain of steps that wait for each other,
/// about a slow one such as a root: a processor sees no more than some three such chains at a time.
template <class Scalar, class First, class Second, std::size_t Named>
[[gnu::always_inline]] inline void
for_each_vector_in_two_stages(std::size_t count, const First& first, const Second& second,
                              const std::array<const Scalar*, Named>& arrays) noexcept {
    constexpr std::size_t lanes = width<Scalar>, at_once = 4, block = at_once * lanes;
    constexpr std::size_t line = 64 / sizeof(Scalar);
    std::size_t i = 0;
    if (count >= block) {
        const bool large = detail::is_large<Scalar, Named>(count);
        const auto begin = [&](std::size_t at) __attribute__((always_inline)) {
            return first([at](const Scalar* from) { return load(from + at); },
                         [at](Scalar* to, const Vector<Scalar>& value) { store(to + at, value); });
        };
        const auto end = [&](std::size_t at, const Vector<Scalar>& value) __attribute__((always_inline)) {
            second([at](const Scalar* from) { return load(from + at); },
                   [at](Scalar* to, const Vector<Scalar>& result) { store(to + at, result); }, value);
        };
        Vector<Scalar> pending[at_once];
        BURIN_DETAIL_UNROLL
        for (std::size_t k = 0; k < at_once; ++k)
            pending[k] = begin(k * lanes);
        for (; i + 2 * block <= count; i += block) {
            if (large)
                for (const Scalar* array : arrays)
                    for (std::size_t at = 0; at < block; at += line)
                        detail::prefetch_ahead(array + i + block + at);
            Vector<Scalar> next[at_once];
            BURIN_DETAIL_UNROLL
            for (std::size_t k = 0; k < at_once; ++k)
                next[k] = begin(i + block + k * lanes);
            BURIN_DETAIL_UNROLL
            for (std::size_t k = 0; k < at_once; ++k) {
                end(i + k * lanes, pending[k]);
                pending[k] = next[k];
            }
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t k = 0; k < at_once; ++k)
            end(i + k * lanes, pending[k]);
        i += block;
    }
    for_each_vector<Scalar>(
        count,
        [&](std::size_t, auto load, auto store)
            __attribute__((always_inline)) { second(load, store, first(load, store)); },
        i);
}

/// The first `count` lanes of a vector, the others 0.
template <class Scalar>
Vector<Scalar> keep_first(const Vector<Scalar>& value, std::size_t count) noexcept {
    return first_lanes<Scalar>(count, value, Vector<Scalar>(Scalar(0)));
}

/// The sum of f(in[i]...), in a fixed order: four running sums, then their lanes; of many, block by block,
/// and the blocks pair by pair. Lanes beyond the end see zeros, so f of zeros must be 0.
template <class Scalar, class Function, class... Inputs>
[[gnu::always_inline]] inline Scalar sum(std::size_t count, Function f, const Inputs*... in) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const Vector<Scalar> zero(Scalar(0));
    Vector<Scalar> sums[4] = {zero, zero, zero, zero};
    const auto all = [&]()
                         __attribute__((always_inline)) { return (sums[0] + sums[1]) + (sums[2] + sums[3]); };
    std::size_t i = 0;
    constexpr std::size_t block = terms_per_block * 4 * lanes;
    if (count >= 2 * block) {
        PairwiseSum<Vector<Scalar>> blocks;
        for (; i + 2 * block <= count; i += block) {
            for (std::size_t at = i; at < i + block; at += 4 * lanes)
                for (std::size_t k = 0; k < 4; ++k)
                    sums[k] = sums[k] + f(load(in + at + k * lanes)...);
            blocks.add(all());
            for (Vector<Scalar>& sum : sums)
                sum = zero;
        }
        sums[3] = blocks.total(zero);
    }
    for (; i + 4 * lanes <= count; i += 4 * lanes)
        for (std::size_t k = 0; k < 4; ++k)
            sums[k] = sums[k] + f(load(in + i + k * lanes)...);
    // Counted down: of constant counts and one lane g++ 12 else warns of rounds that there are not.
    for (std::size_t left = (count - i) / lanes; left > 0; --left, i += lanes)
        sums[0] = sums[0] + f(load(in + i)...);
    if (i < count)
        sums[1] = sums[1] + f(load_partial(in + i, count - i)...);
    return reduce_add<Scalar>(all());
}

} // namespace burin::kernels
