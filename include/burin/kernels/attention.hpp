#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/padded_rows.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/rows.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace burin::kernels {

/// The extents of one head's attention.
struct AttentionSize {
    std::size_t queries = 0;
    std::size_t keys = 0;
    std::size_t key_size = 0;   ///< Elements of a query and of a key.
    std::size_t value_size = 0; ///< Elements of a value.
    bool is_causal = false;     ///< Query i sees keys 0 to i alone.

    constexpr std::size_t scores() const { return queries * keys; }
    /// What its products need for a matrix that is transposed.
    constexpr std::size_t transposed() const { return std::max(key_size, value_size) * keys; }
};

/// What one head of one sample reads.
template <class Scalar>
struct AttentionHead {
    Rows<const Scalar> query;
    Rows<const Scalar> key;
    Rows<const Scalar> value;
    const Scalar* mask = nullptr; ///< One a key, 0 where it is not to be seen; null if all are.
    Scalar scale = 1;             ///< Of the products of queries and keys.
};

namespace detail {

/// result [rows, Columns] = left · right of [Depth, Columns]; element (r, d) of the left one is
/// left[r · left_row + d · left_depth].
template <std::size_t Columns, std::size_t Depth, class Scalar>
[[gnu::always_inline]] inline void multiply_rows_of(const Scalar* left, std::size_t left_row,
                                                    std::size_t left_depth, Rows<const Scalar> right,
                                                    Rows<Scalar> result, std::size_t rows) noexcept {
    constexpr std::size_t panel = panels<Scalar>(Columns).width;
    Operands<Scalar> product;
    product.left = left;
    product.left_row = left_row;
    product.left_depth = left_depth;
    product.depth = Depth;
    product.right = {right.data, right.stride, right.stride, panel};
    product.result = {result.data, result.stride, result.stride, panel};
    // The shared code: a head's matrices are small, but there are five products of them.
    multiply<Product::forward, Extents{0, Depth, Columns}, Hints{.shares_code = true}>(product, rows,
                                                                                       StoreSum{});
}

/// Whether none of the first keys is to be seen.
template <class Scalar>
bool sees_none(const Scalar* mask, std::size_t keys) noexcept {
    return mask != nullptr && std::all_of(mask, mask + keys, [](Scalar m) { return m == Scalar(0); });
}

/// Puts the softmax of scale · scores in the scores' place, row by row; 0 for keys that are not seen, and for
/// all of a row that sees none.
template <AttentionSize Size, class Scalar>
void attention_softmax(Scalar* scores, const Scalar* mask, Scalar scale) noexcept {
    const Vector<Scalar> zero = broadcast(Scalar(0)), scales = broadcast(scale);
    const Vector<Scalar> least = broadcast(-std::numeric_limits<Scalar>::infinity());
    for (std::size_t q = 0; q < Size.queries; ++q, scores += Size.keys) {
        const std::size_t seen = Size.is_causal ? std::min(q + 1, Size.keys) : Size.keys;
        std::fill(scores + seen, scores + Size.keys, Scalar(0));
        Vector<Scalar> largest = least;
        for_each_vector<Scalar>(seen, [&](std::size_t lanes, auto load, auto) noexcept {
            Vector<Scalar> x = first_lanes<Scalar>(lanes, load(scores), least);
            if (mask != nullptr)
                x = select(load(mask) != zero, x, least);
            largest = max(largest, x);
        });
        const Scalar most = reduce_max<Scalar>(largest);
        if (most == -std::numeric_limits<Scalar>::infinity() && sees_none(mask, seen)) {
            std::fill_n(scores, seen, Scalar(0));
            continue;
        }
        const Vector<Scalar> shift = broadcast(most);
        const Scalar sum = exponentials<true>(
            seen,
            [&](auto load) {
                const Vector<Scalar> x = (load(scores) - shift) * scales;
                return mask == nullptr ? x : select(load(mask) != zero, x, least);
            },
            scores);
        const Vector<Scalar> factor = broadcast(Scalar(1) / sum);
        map(
            seen, scores, [factor](const Vector<Scalar>& e) { return e * factor; },
            static_cast<const Scalar*>(scores));
    }
}

/// gradient = scale · p · (gradient − Σ gradient · p), row by row, from the probabilities p.
template <AttentionSize Size, class Scalar>
void attention_softmax_gradient(const Scalar* probabilities, Scalar* gradient, Scalar scale) noexcept {
    for (std::size_t q = 0; q < Size.queries; ++q, probabilities += Size.keys, gradient += Size.keys) {
        const auto product = [](const Vector<Scalar>& a, const Vector<Scalar>& b) { return a * b; };
        const Scalar* const before = gradient;
        const Vector<Scalar> mean = broadcast(sum<Scalar>(Size.keys, product, probabilities, before));
        const Vector<Scalar> scales = broadcast(scale);
        map(
            Size.keys, gradient,
            [&](const Vector<Scalar>& p, const Vector<Scalar>& g) { return scales * p * (g - mean); },
            probabilities, before);
    }
}

} // namespace detail

/// probabilities [queries, keys] = softmax(scale · query · keyᵀ) and result = probabilities · value. What a
/// mask hides may hold anything, infinities too: it reaches neither the result nor a gradient. `transposed`
/// has room for Size.transposed() elements. The result may be written over the query.
template <AttentionSize Size, class Scalar>
[[gnu::noinline]] void attention_forward(const AttentionHead<Scalar>& head, Scalar* probabilities,
                                         Rows<Scalar> result, Scalar* transposed) noexcept {
    transpose(Size.keys, Size.key_size, head.key.data, head.key.stride, transposed, Size.keys);
    detail::multiply_rows_of<Size.keys, Size.key_size, Scalar>(head.query.data, head.query.stride, 1,
                                                               {transposed, Size.keys},
                                                               {probabilities, Size.keys}, Size.queries);
    detail::attention_softmax<Size>(probabilities, head.mask, head.scale);
    const Rows<const Scalar> value =
        with_finite_padding<Size.value_size>(head.value, head.mask, Size.keys, transposed);
    detail::multiply_rows_of<Size.value_size, Size.keys, Scalar>(probabilities, Size.keys, 1, value, result,
                                                                 Size.queries);
}

/// Where the gradients of one head's query, key and value are written; null if not wanted.
template <class Scalar>
struct AttentionGradients {
    Rows<Scalar> query;
    Rows<Scalar> key;
    Rows<Scalar> value;
};

/// From the probabilities and the result's gradient the gradients of query, key and value. `scores` has room
/// for Size.scores() elements, `transposed` for Size.transposed(). The query's gradient may be written over
/// the result's, the others not.
template <AttentionSize Size, class Scalar>
[[gnu::noinline]] void attention_backward(const AttentionHead<Scalar>& head, const Scalar* probabilities,
                                          std::type_identity_t<Rows<const Scalar>> result_gradient,
                                          const AttentionGradients<Scalar>& gradients, Scalar* scores,
                                          Scalar* transposed) noexcept {
    if (gradients.value.data != nullptr)
        detail::multiply_rows_of<Size.value_size, Size.queries>(probabilities, 1, Size.keys, result_gradient,
                                                                gradients.value, Size.keys);
    if (gradients.query.data == nullptr && gradients.key.data == nullptr)
        return;
    transpose(Size.keys, Size.value_size, head.value.data, head.value.stride, transposed, Size.keys);
    for (std::size_t key = 0; head.mask != nullptr && key < Size.keys; ++key)
        if (head.mask[key] == Scalar(0))
            for (std::size_t i = 0; i < Size.value_size; ++i)
                transposed[i * Size.keys + key] = Scalar(0);
    detail::multiply_rows_of<Size.keys, Size.value_size, Scalar>(result_gradient.data, result_gradient.stride,
                                                                 1, {transposed, Size.keys},
                                                                 {scores, Size.keys}, Size.queries);
    detail::attention_softmax_gradient<Size>(probabilities, scores, head.scale);
    const Scalar* const score_gradient = scores;
    if (gradients.key.data != nullptr)
        detail::multiply_rows_of<Size.key_size, Size.queries>(score_gradient, 1, Size.keys, head.query,
                                                              gradients.key, Size.keys);
    if (gradients.query.data != nullptr) {
        const Rows<const Scalar> key =
            with_finite_padding<Size.key_size>(head.key, head.mask, Size.keys, transposed);
        detail::multiply_rows_of<Size.key_size, Size.keys>(score_gradient, Size.keys, 1, key, gradients.query,
                                                           Size.queries);
    }
}

} // namespace burin::kernels
