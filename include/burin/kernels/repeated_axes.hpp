#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/spelled_out.hpp"
#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

namespace burin::kernels {

/// Row-major arrays that are gone through together. Each has the extents of the whole or 1, counted from the
/// last axis, and is repeated where it has 1: its stride is 0 there. Neighbouring axes that all arrays have,
/// or repeat, are one.
template <std::size_t Arrays>
struct RepeatedAxes {
    std::size_t rank = 0;
    std::array<std::size_t, Shape::max_rank> extents{};
    std::array<std::size_t, Arrays * Shape::max_rank> strides{}; ///< Of one array after the other.

    constexpr RepeatedAxes(const Shape& whole, const std::array<Shape, Arrays>& shapes) {
        extents.fill(1);
        std::array<std::array<bool, Arrays>, Shape::max_rank> moves{};
        for (std::size_t axis = 0; axis < whole.rank; ++axis) {
            if (whole[axis] == 1)
                continue;
            std::array<bool, Arrays> moving{};
            for (std::size_t i = 0; i < Arrays; ++i) {
                const std::size_t missing = whole.rank - shapes[i].rank;
                moving[i] = axis >= missing && shapes[i][axis - missing] != 1;
            }
            if (rank > 0 && moves[rank - 1] == moving) {
                extents[rank - 1] *= whole[axis];
            } else {
                moves[rank] = moving;
                extents[rank++] = whole[axis];
            }
        }
        if (rank == 0) {
            extents[rank] = 1;
            moves[rank++].fill(true);
        }
        for (std::size_t i = 0; i < Arrays; ++i) {
            std::size_t stride = 1;
            for (std::size_t axis = rank; axis-- > 0;)
                if (moves[axis][i]) {
                    strides[i * Shape::max_rank + axis] = stride;
                    stride *= extents[axis];
                }
        }
        strides = core::spelled_out(strides);
    }

    constexpr std::size_t stride(std::size_t array, std::size_t axis) const {
        return strides[array * Shape::max_rank + axis];
    }
    constexpr bool is_repeated(std::size_t array, std::size_t axis) const { return stride(array, axis) == 0; }
    template <auto Which>
    constexpr bool is_along(std::size_t axis) const {
        using Kinds = decltype(Which);
        return Which == Kinds::all ||
               (axis + 1 < rank &&
                (Which == Kinds::lines || is_repeated(0, axis) == (Which == Kinds::repeated)));
    }
    /// How many elements of the whole one of the array stands for.
    constexpr std::size_t repeats(std::size_t array) const {
        std::size_t count = 1;
        for (std::size_t axis = 0; axis < rank; ++axis)
            count *= is_repeated(array, axis) ? extents[axis] : 1;
        return count;
    }
};

/// Some of the axes: all, all but the last, and of these such that the first array has or repeats.
enum class Along { all, lines, kept, repeated };

/// Calls f(offsets of all arrays) for each position along some axes, in order.
template <auto Axes, Along Which, std::size_t Axis = 0, class Offsets, class Function>
[[gnu::always_inline]] inline void for_each_position(Offsets at, const Function& f) noexcept {
    if constexpr (Axis == Axes.rank) {
        f(at);
    } else if constexpr (!Axes.template is_along<Which>(Axis)) {
        for_each_position<Axes, Which, Axis + 1>(at, f);
    } else {
        for (std::size_t i = 0; i < Axes.extents[Axis]; ++i) {
            for_each_position<Axes, Which, Axis + 1>(at, f);
            for (std::size_t array = 0; array < at.size(); ++array)
                at[array] += Axes.stride(array, Axis);
        }
    }
}

namespace detail {

/// The vectors of all arrays, from element i of the last axis on; `lanes` of them where not all are there.
template <auto Axes, class Scalar, std::size_t Arrays, class Lanes>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, Arrays>
vectors_at(const std::array<const Scalar*, Arrays>& arrays, const std::array<std::size_t, Arrays>& at,
           std::size_t i, Lanes lanes) noexcept {
    const auto one = [&]<std::size_t K>(std::integral_constant<std::size_t, K>)
                         __attribute__((always_inline)) -> Vector<Scalar> {
        const Scalar* const from = arrays[K] + at[K];
        if constexpr (Axes.is_repeated(K, Axes.rank - 1))
            return broadcast(*from);
        else if constexpr (std::is_same_v<Lanes, std::size_t>)
            return load_partial(from + i, lanes);
        else
            return load(from + i);
    };
    return [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
        return std::array<Vector<Scalar>, Arrays>{one(std::integral_constant<std::size_t, K>{})...};
    }(std::make_index_sequence<Arrays>{});
}

/// The sum of vectors: of many block by block, and the blocks pair by pair.
template <class Scalar, std::size_t Terms>
class AddedVectors {
  public:
    [[gnu::always_inline]] void add(const Vector<Scalar>& x) noexcept {
        running_ = running_ + x;
        if constexpr (Terms > 2 * terms_per_block)
            if (++count_ == terms_per_block) {
                blocks_.add(running_);
                running_ = Vector<Scalar>(Scalar(0));
                count_ = 0;
            }
    }
    [[gnu::always_inline]] Vector<Scalar> value() const noexcept {
        if constexpr (Terms > 2 * terms_per_block)
            return blocks_.total(running_);
        else
            return running_;
    }
    static Vector<Scalar> nothing() noexcept { return Vector<Scalar>(Scalar(0)); }
    static Scalar of_lanes(const Vector<Scalar>& x) noexcept { return reduce_add<Scalar>(x); }

  private:
    struct None {};
    Vector<Scalar> running_ = nothing();
    std::size_t count_ = 0;
    std::conditional_t<(Terms > 2 * terms_per_block), PairwiseSum<Vector<Scalar>>, None> blocks_{};
};

/// The largest of vectors, or the least; NaN where one is.
template <class Scalar, bool IsLargest>
class ExtremeVector {
  public:
    [[gnu::always_inline]] void add(const Vector<Scalar>& x) noexcept {
        running_ = IsLargest ? max_or_nan(x, running_) : min_or_nan(x, running_);
    }
    [[gnu::always_inline]] Vector<Scalar> value() const noexcept { return running_; }
    static Vector<Scalar> nothing() noexcept {
        constexpr Scalar infinity = std::numeric_limits<Scalar>::infinity();
        return Vector<Scalar>(IsLargest ? -infinity : infinity);
    }
    static Scalar of_lanes(const Vector<Scalar>& x) noexcept {
        Scalar lanes[width<Scalar>];
        store(lanes, x);
        Scalar found = lanes[0];
        for (const Scalar lane : lanes)
            if (!(IsLargest ? found >= lane : found <= lane) && found == found)
                found = lane;
        return found;
    }

  private:
    Vector<Scalar> running_ = nothing();
};

} // namespace detail

/// y = f(vectors of all arrays), element by element of the whole.
template <auto Axes, class Scalar, std::size_t Arrays, class Function>
[[gnu::always_inline]] inline void map_repeated(Scalar* y, const std::array<const Scalar*, Arrays>& arrays,
                                                const Function& f) noexcept {
    constexpr std::size_t line = Axes.extents[Axes.rank - 1], lanes = width<Scalar>;
    for_each_position<Axes, Along::lines>(
        std::array<std::size_t, Arrays>{}, [&](const auto& at) __attribute__((always_inline)) {
            std::size_t i = 0;
            for (; i + lanes <= line; i += lanes)
                store(y + i, Vector<Scalar>(f(detail::vectors_at<Axes>(arrays, at, i, std::true_type{}))));
            if (i < line)
                store_partial(y + i, Vector<Scalar>(f(detail::vectors_at<Axes>(arrays, at, i, line - i))),
                              line - i);
            y += line;
        });
}

/// y, which lies as the first array does, is all that a `Reduction` makes of f(vectors of the others) where
/// the first array is repeated, and then `finish` of that.
template <template <class, std::size_t> class Reduction, auto Axes, class Scalar, std::size_t Arrays,
          class Function, class Finish>
[[gnu::always_inline]] inline void reduce_repeated(Scalar* y, const std::array<const Scalar*, Arrays>& arrays,
                                                   const Function& f, const Finish& finish) noexcept {
    constexpr std::size_t last = Axes.rank - 1, line = Axes.extents[last], lanes = width<Scalar>;
    for_each_position<Axes, Along::kept>(
        std::array<std::size_t, Arrays>{}, [&](const auto& at) __attribute__((always_inline)) {
            if constexpr (!Axes.is_repeated(0, last)) {
                using Running = Reduction<Scalar, Axes.repeats(0)>;
                const auto columns = [&]<std::size_t Count, class Lanes>(
                                         std::integral_constant<std::size_t, Count>, std::size_t i,
                                         Lanes there) __attribute__((always_inline)) {
                    Running running[Count];
                    for_each_position<Axes, Along::repeated>(at, [&](const auto& place) __attribute__((
                                                                     always_inline)) {
                        for (std::size_t k = 0; k < Count; ++k)
                            running[k].add(f(detail::vectors_at<Axes>(arrays, place, i + k * lanes, there)));
                    });
                    for (std::size_t k = 0; k < Count; ++k)
                        if constexpr (std::is_same_v<Lanes, std::size_t>)
                            store_partial(y + at[0] + i, Vector<Scalar>(finish(running[k].value())), there);
                        else
                            store(y + at[0] + i + k * lanes, Vector<Scalar>(finish(running[k].value())));
                };
                std::size_t i = 0;
                for (; i + 4 * lanes <= line; i += 4 * lanes)
                    columns(std::integral_constant<std::size_t, 4>{}, i, std::true_type{});
                for (; i + lanes <= line; i += lanes)
                    columns(std::integral_constant<std::size_t, 1>{}, i, std::true_type{});
                if (i < line)
                    columns(std::integral_constant<std::size_t, 1>{}, i, line - i);
            } else {
                // Of lines, in vectors, whose lanes come last.
                constexpr std::size_t terms = Axes.repeats(0) / line * (line / lanes + 1);
                Reduction<Scalar, terms> running;
                for_each_position<Axes, Along::repeated>(
                    at, [&](const auto& place) __attribute__((always_inline)) {
                        std::size_t i = 0;
                        for (; i + lanes <= line; i += lanes)
                            running.add(f(detail::vectors_at<Axes>(arrays, place, i, std::true_type{})));
                        if (i < line)
                            running.add(first_lanes<Scalar>(
                                line - i, f(detail::vectors_at<Axes>(arrays, place, i, line - i)),
                                running.nothing()));
                    });
                store_partial(y + at[0], Vector<Scalar>(finish(broadcast(running.of_lanes(running.value())))),
                              1);
            }
        });
}

template <class Scalar, std::size_t Terms>
using Sums = detail::AddedVectors<Scalar, Terms>;
template <class Scalar, std::size_t>
using Largest = detail::ExtremeVector<Scalar, true>;
template <class Scalar, std::size_t>
using Least = detail::ExtremeVector<Scalar, false>;

/// dx of the largest (or least) elements: the first of them that reaches y, or the first NaN, gets dy. The
/// arrays are y, dy and x, of which the first two are repeated alike.
template <auto Axes, class Scalar>
void extreme_gradient(const Scalar* y, const Scalar* dy, const Scalar* x, Scalar* dx) noexcept {
    constexpr std::size_t last = Axes.rank - 1, line = Axes.extents[last];
    for_each_position<Axes, Along::kept>(std::array<std::size_t, 3>{}, [&](const auto& at) {
        if constexpr (!Axes.is_repeated(0, last)) {
            for_each_vector<Scalar>(line, [&](std::size_t, auto load, auto store) {
                const Vector<Scalar> extreme = load(y + at[0]), zero(Scalar(0));
                Vector<Scalar> gradient = load(dy + at[1]);
                for_each_position<Axes, Along::repeated>(at, [&](const auto& place) {
                    const Vector<Scalar> value = load(x + place[2]);
                    const auto is_it = is_nan(value) || value == extreme;
                    store(dx + place[2], Vector<Scalar>(select(is_it, gradient, zero)));
                    gradient = select(is_it, zero, gradient);
                });
            });
        } else {
            Scalar gradient = dy[at[1]];
            for_each_position<Axes, Along::repeated>(at, [&](const auto& place) {
                for (std::size_t i = place[2]; i < place[2] + line; ++i) {
                    const bool is_it = x[i] != x[i] || x[i] == y[at[0]];
                    dx[i] = is_it ? gradient : Scalar(0);
                    gradient = is_it ? Scalar(0) : gradient;
                }
            });
        }
    });
}

} // namespace burin::kernels
