#pragma once

// Groups of lanes: a vector of the same few neighbours again and again, and what is summed within groups.

#include "burin/kernels/simd/generic/group_constants.hpp"
#include "burin/kernels/simd/generic/lane_sums.hpp"
#include "burin/kernels/simd/generic/transpose.hpp"
#include "burin/kernels/simd/vector.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// The `Group` elements from `from` on, a power of two, as often as a vector has room for them.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> broadcast_group(const Scalar* from) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return broadcast(*from);
    } else if constexpr (Group == lanes) {
        return load(from);
    } else {
        Scalar elements[lanes];
        for (std::size_t i = 0; i < lanes; ++i)
            elements[i] = from[i % Group];
        return load(elements);
    }
}

/// Of as many rows as a vector has groups, elements as many as it has lanes: vector i holds group i of every
/// row. For `Group` > 1, where groups are broadcast.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar> / Group>
load_groups_transposed(const Scalar* from, std::size_t stride) noexcept {
    constexpr std::size_t rows = width<Scalar> / Group;
    std::array<Vector<Scalar>, rows> groups;
    for (std::size_t i = 0; i < rows; ++i) {
        Scalar elements[width<Scalar>];
        for (std::size_t lane = 0; lane < width<Scalar>; ++lane)
            elements[lane] = from[lane / Group * stride + i * Group + lane % Group];
        groups[i] = load(elements);
    }
    return groups;
}

/// The sums of each group of four vectors, four and four: elements 4 q … 4 q + 3 of vector i of the result
/// are the sums of group i + q · group_sum_vectors of v[0], v[1], v[2] and v[3]. What has no such group is
/// unspecified. For vectors of four lanes or more.
template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, group_sum_vectors<Group>>
group_sums(const Vector<Scalar> (&v)[4]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return transpose_4x4<Scalar>(v);
    } else if constexpr (Group == lanes) {
        return {lane_sums<Scalar>(v)};
    } else {
        constexpr std::size_t groups = lanes / Group, vectors = group_sum_vectors<Group>;
        Scalar elements[4][lanes], sums[vectors][lanes] = {};
        for (std::size_t i = 0; i < 4; ++i)
            store(elements[i], v[i]);
        for (std::size_t group = 0; group < groups; ++group)
            for (std::size_t i = 0; i < 4; ++i)
                for (std::size_t lane = 0; lane < Group; ++lane)
                    sums[group % vectors][group / vectors * 4 + i] += elements[i][group * Group + lane];
        std::array<Vector<Scalar>, vectors> result;
        for (std::size_t i = 0; i < vectors; ++i)
            result[i] = load(sums[i]);
        return result;
    }
}

} // namespace burin::kernels
