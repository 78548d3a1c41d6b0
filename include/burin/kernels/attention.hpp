#pragma once

#include "burin/core/random.hpp"
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
#include <cstdint>
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
    bool is_biased = false;     ///< Something is added to the scaled scores.
    std::size_t window = 0;     ///< Of these, the last so many; 0: all.

    constexpr std::size_t scores() const { return queries * keys; }
    /// What its products need for a matrix that is transposed.
    constexpr std::size_t transposed() const { return std::max(key_size, value_size) * keys; }
    /// The first key that a query sees, and the one behind the last.
    constexpr std::size_t first_seen(std::size_t query) const {
        return window > 0 && query + 1 > window ? query + 1 - window : 0;
    }
    constexpr std::size_t end_of_seen(std::size_t query) const {
        return is_causal ? std::min(query + 1, keys) : keys;
    }
};

/// What one head of one sample reads.
template <class Scalar>
struct AttentionHead {
    Rows<const Scalar> query;
    Rows<const Scalar> key;
    Rows<const Scalar> value;
    const Scalar* mask = nullptr; ///< One a key, 0 where it is not to be seen; null if all are.
    Scalar scale = 1;             ///< Of the products of queries and keys.
    // Where something is added to the scaled scores:
    const Scalar* bias = nullptr; ///< [queries, keys]; null if it is only
    Scalar slope = 0;             ///< this times the distance of query and key, subtracted.
};

/// How a head's probabilities are thinned out in training: not at all.
struct KeepWeights {
    static constexpr bool drops = false;
};

/// Each becomes 0 with the probability threshold / 2³², the others are multiplied by `scale`. What is drawn
/// is a function of the stream and the position, which 4 divides, of the first.
template <class Scalar>
struct DropWeights {
    static constexpr bool drops = true;

    RandomStream random{};
    std::uint64_t position = 0;
    std::uint32_t threshold = 0;
    Scalar scale = 1;
    Scalar* room = nullptr; ///< Of as many as there are probabilities.

    void operator()(const Scalar* from, Scalar* to, std::size_t count) const noexcept {
        for (std::size_t i = 0; i < count; i += 4) {
            const core::Philox::Counter words = random.block((position + i) / 4);
            for (std::size_t j = 0; j < 4 && i + j < count; ++j)
                to[i + j] = from[i + j] * (words[j] < threshold ? Scalar(0) : scale);
        }
    }
};

namespace detail {

/// result [rows, Columns] = left · right of [Depth, Columns], or with `Adds` result + that; element (r, d) of
/// the left one is left[r · left_row + d · left_depth].
template <std::size_t Columns, std::size_t Depth, bool Adds = false, class Scalar>
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
    if constexpr (Adds)
        product.start = product.result;
    // The shared code: a head's matrices are small, but there are five products of them.
    multiply<Product::forward, Extents{0, Depth, Columns}, Hints{.shares_code = true}>(product, rows,
                                                                                       StoreSum{});
}

/// Whether none of the first keys is to be seen.
template <class Scalar>
bool sees_none(const Scalar* mask, std::size_t keys) noexcept {
    return mask != nullptr && std::all_of(mask, mask + keys, [](Scalar m) { return m == Scalar(0); });
}

/// Puts the softmax of scale · scores in the scores' place; 0 for keys that are not seen, and for all of a
/// row that sees none.
template <class Scalar>
[[gnu::always_inline]] inline void attention_softmax_row(Scalar* scores, std::size_t seen, const Scalar* mask,
                                                         Scalar scale, bool is_biased) noexcept {
    const Vector<Scalar> zero = broadcast(Scalar(0)), scales = broadcast(scale);
    const Vector<Scalar> least = broadcast(-std::numeric_limits<Scalar>::infinity());
    Vector<Scalar> largest = least;
    for_each_vector<Scalar>(seen, [&](std::size_t lanes, auto load, auto) noexcept {
        Vector<Scalar> x = first_lanes<Scalar>(lanes, load(scores), least);
        if (mask != nullptr)
            x = select(load(mask) != zero, x, least);
        largest = max(largest, x);
    });
    const Scalar most = reduce_max<Scalar>(largest);
    if (most == -std::numeric_limits<Scalar>::infinity() && (is_biased || sees_none(mask, seen))) {
        std::fill_n(scores, seen, Scalar(0));
        return;
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

/// scores = scale · scores + bias − slope · the distance of query and key, from key `first` on.
template <class Scalar>
void bias_scores(Scalar* scores, std::size_t count, std::size_t query, std::size_t first, const Scalar* bias,
                 Scalar scale, Scalar slope) noexcept {
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t key = first + k;
        const auto apart = static_cast<Scalar>(key < query ? query - key : key - query);
        scores[k] = scores[k] * scale - apart * slope + (bias == nullptr ? Scalar(0) : bias[k]);
    }
}

/// The softmax of all rows.
template <AttentionSize Size, class Scalar>
void attention_softmax(Scalar* scores, const AttentionHead<Scalar>& head) noexcept {
    for (std::size_t q = 0; q < Size.queries; ++q, scores += Size.keys) {
        const std::size_t first = Size.first_seen(q), end = Size.end_of_seen(q);
        std::fill(scores + end, scores + Size.keys, Scalar(0));
        Scalar scale = head.scale;
        if constexpr (Size.window > 0)
            std::fill_n(scores, first, Scalar(0));
        if constexpr (Size.is_biased) {
            const Scalar* const bias = head.bias == nullptr ? nullptr : head.bias + q * Size.keys + first;
            bias_scores(scores + first, end - first, q, first, bias, scale, head.slope);
            scale = Scalar(1);
        }
        attention_softmax_row(scores + first, end - first, head.mask == nullptr ? nullptr : head.mask + first,
                              scale, Size.is_biased);
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
template <AttentionSize Size, class Scalar, class Drop = KeepWeights>
[[gnu::noinline]] void attention_forward(const AttentionHead<Scalar>& head, Scalar* probabilities,
                                         Rows<Scalar> result, Scalar* transposed,
                                         [[maybe_unused]] const Drop& drop = {}) noexcept {
    transpose(Size.keys, Size.key_size, head.key.data, head.key.stride, transposed, Size.keys);
    detail::multiply_rows_of<Size.keys, Size.key_size, false, Scalar>(
        head.query.data, head.query.stride, 1, {transposed, Size.keys}, {probabilities, Size.keys},
        Size.queries);
    detail::attention_softmax<Size>(probabilities, head);
    const Rows<const Scalar> value =
        with_finite_padding<Size.value_size>(head.value, head.mask, Size.keys, transposed);
    const Scalar* weights = probabilities;
    if constexpr (Drop::drops) {
        drop(probabilities, drop.room, Size.scores());
        weights = drop.room;
    }
    detail::multiply_rows_of<Size.value_size, Size.keys, false, Scalar>(weights, Size.keys, 1, value, result,
                                                                        Size.queries);
}

/// Where the gradients of one head's query, key and value are written; null if not wanted.
template <class Scalar>
struct AttentionGradients {
    Rows<Scalar> query;
    Rows<Scalar> key;
    Rows<Scalar> value;
};

/// From the probabilities and the result's gradient the gradients of query, key and value; with `Adds` those
/// of key and value are added to. `scores` has room for Size.scores() elements, `transposed` for
/// Size.transposed(). The query's gradient may be written over the result's, the others not. Where the scores
/// are biased, `bias_gradient`, if not null, is added to.
template <AttentionSize Size, bool Adds = false, class Scalar, class Drop = KeepWeights>
[[gnu::noinline]] void attention_backward(const AttentionHead<Scalar>& head, const Scalar* probabilities,
                                          std::type_identity_t<Rows<const Scalar>> result_gradient,
                                          const AttentionGradients<Scalar>& gradients, Scalar* scores,
                                          Scalar* transposed, [[maybe_unused]] const Drop& drop = {},
                                          [[maybe_unused]] Scalar* bias_gradient = nullptr) noexcept {
    if (gradients.value.data != nullptr) {
        const Scalar* weights = probabilities;
        if constexpr (Drop::drops) {
            drop(probabilities, scores, Size.scores());
            weights = scores;
        }
        detail::multiply_rows_of<Size.value_size, Size.queries, Adds>(weights, 1, Size.keys, result_gradient,
                                                                      gradients.value, Size.keys);
    }
    if (gradients.query.data == nullptr && gradients.key.data == nullptr && bias_gradient == nullptr)
        return;
    transpose(Size.keys, Size.value_size, head.value.data, head.value.stride, transposed, Size.keys);
    for (std::size_t key = 0; head.mask != nullptr && key < Size.keys; ++key)
        if (head.mask[key] == Scalar(0))
            for (std::size_t i = 0; i < Size.value_size; ++i)
                transposed[i * Size.keys + key] = Scalar(0);
    detail::multiply_rows_of<Size.keys, Size.value_size, false, Scalar>(
        result_gradient.data, result_gradient.stride, 1, {transposed, Size.keys}, {scores, Size.keys},
        Size.queries);
    if constexpr (Drop::drops)
        drop(scores, scores, Size.scores());
    if constexpr (Size.is_biased) {
        detail::attention_softmax_gradient<Size>(probabilities, scores, Scalar(1));
        if (bias_gradient != nullptr)
            map(
                Size.scores(), bias_gradient, [](auto sum, auto each) { return sum + each; },
                static_cast<const Scalar*>(bias_gradient), static_cast<const Scalar*>(scores));
        const Vector<Scalar> scales = broadcast(head.scale);
        map(
            Size.scores(), scores, [scales](const Vector<Scalar>& g) { return scales * g; },
            static_cast<const Scalar*>(scores));
    } else {
        detail::attention_softmax_gradient<Size>(probabilities, scores, head.scale);
    }
    const Scalar* const score_gradient = scores;
    if (gradients.key.data != nullptr)
        detail::multiply_rows_of<Size.key_size, Size.queries, Adds>(score_gradient, 1, Size.keys, head.query,
                                                                    gradients.key, Size.keys);
    if (gradients.query.data != nullptr) {
        const Rows<const Scalar> key =
            with_finite_padding<Size.key_size>(head.key, head.mask, Size.keys, transposed);
        detail::multiply_rows_of<Size.key_size, Size.keys>(score_gradient, Size.keys, 1, key, gradients.query,
                                                           Size.queries);
    }
}

} // namespace burin::kernels
