#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/products/input_gradient.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/narrow_forward.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/weight_gradient.hpp"
#include "burin/kernels/products/weight_gradient_of_few.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace burin::kernels {

// The products of a layer with a weight matrix w [K, N], which lies in panels (see `Panels`). All other
// matrices are row-major.

/// Memory is mapped in pages of so many bytes or more. A first-level table of them has 64 entries; so many
/// samples of x that are nearly or more than a page apart leave room for the rows of dy.
inline constexpr std::size_t page_bytes = this_machine.page_bytes;

/// So many samples go into one running sum of a weight gradient: longer ones are made of such.
inline constexpr std::size_t summed_samples = 512;

template <class Scalar>
inline constexpr std::size_t paged_samples = 256 / sizeof(Scalar);

/// From how many samples on the weight gradient of [inputs, outputs] is made of packed blocks; 0 if never. It
/// pays where the rows of x are long, and for fewer panels and samples with tiles of twelve rows, which read
/// twice as many elements of each.
template <class Scalar>
constexpr std::size_t packed_from(std::size_t inputs, std::size_t outputs) {
    constexpr bool tall = vector_registers >= 32;
    const std::size_t row_bytes = inputs * sizeof(Scalar);
    if (width<Scalar> == 1 || outputs < (tall ? 4 : 12) * width<Scalar> || row_bytes < 1024)
        return 0;
    return tall || row_bytes >= 2048 ? 16 : paged_samples<Scalar>;
}

namespace detail {

/// A weight matrix of [K, N] in panels.
template <std::size_t K, std::size_t N, class Scalar>
constexpr PanelView<Scalar> in_panels(Scalar* data) noexcept {
    constexpr Panels panels = kernels::panels<std::remove_const_t<Scalar>>(N);
    return {data, panels.width, panels.last, panels.width * K};
}

/// A row-major matrix of N columns, seen panel by panel.
template <std::size_t N, class Scalar>
constexpr PanelView<Scalar> row_major(Scalar* data) noexcept {
    return {data, N, N, panels<std::remove_const_t<Scalar>>(N).width};
}

/// One row, for all rows.
template <std::size_t N, class Scalar>
constexpr PanelView<Scalar> repeated_row(Scalar* data) noexcept {
    return {data, 0, 0, panels<std::remove_const_t<Scalar>>(N).width};
}

/// The product of two rows.
template <std::size_t K, class Scalar>
[[gnu::always_inline]] inline Scalar dot(const Scalar* a, const Scalar* b) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = K / lanes;
    if constexpr (has_narrow_vectors && 2 * K == lanes) {
        return narrow_dot(a, b);
    } else if constexpr (vectors == 0 && loads_exact_rows) {
        return reduce_add<Scalar>(load_partial(a, K) * load_partial(b, K));
    } else if constexpr (vectors == 0 || vectors > 8) {
        return sum<Scalar>(K, [](const auto& x, const auto& y) { return x * y; }, a, b);
    } else {
        // As many sums as there are vectors for: four at most.
        constexpr std::size_t chains = vectors < 4 ? vectors : 4;
        Vector<Scalar> sums[chains];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < vectors; ++v) {
            const Vector<Scalar> x = load(a + v * lanes), y = load(b + v * lanes);
            sums[v % chains] = v < chains ? x * y : fma(x, y, sums[v % chains]);
        }
        if constexpr (constexpr std::size_t rest = K % lanes; rest > 0)
            sums[0] = fma(load_partial(a + K - rest, rest), load_partial(b + K - rest, rest), sums[0]);
        for (std::size_t c = chains; c > 1; c = (c + 1) / 2)
            for (std::size_t i = 0; i < c / 2; ++i)
                sums[i] = sums[i] + sums[c - 1 - i];
        return reduce_add<Scalar>(sums[0]);
    }
}

/// A weight gradient of so many samples at a time.
template <std::size_t N, std::size_t Elements, class Scalar, class Rows>
[[gnu::always_inline]] inline void multiply_in_parts(Product<Scalar, Form::weight_gradient> part, Rows rows,
                                                     std::size_t samples) noexcept {
    constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
    for (std::size_t left = part.depth;; left -= part.depth) {
        part.depth = std::min(left, samples);
        multiply<N, any, Elements>(part, rows, StoreSum{});
        if (left == part.depth)
            return;
        part.skip_depth(part.depth);
        part.start = {part.result.data, part.result.row, part.result.last_row, part.result.panel};
    }
}

/// More than `summed_samples`, by code that is shared. The product is a copy: one that is passed on by
/// reference would be in memory for all code around the call.
template <std::size_t N, class Scalar>
[[gnu::noinline]] void multiply_many_samples(Product<Scalar, Form::weight_gradient> product,
                                             std::size_t rows) noexcept {
    multiply_in_parts<N, shared_elements>(product, rows, summed_samples);
}

/// A weight gradient of any number of samples: all at once if they are few enough, for which the product must
/// not be changed, and its start be known where it is inlined.
template <std::size_t N, std::size_t Elements, class Scalar, class Rows>
[[gnu::always_inline]] inline void multiply_samples(const Product<Scalar, Form::weight_gradient>& product,
                                                    Rows rows) noexcept {
    constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
    if (product.depth > summed_samples) [[unlikely]]
        multiply_many_samples<N>(product, rows);
    else
        multiply<N, any, Elements>(product, rows, StoreSum{});
}

} // namespace detail

/// y = epilogue(x · w + b), with x [rows, K], b [N], y [rows, N].
/// The epilogue is a function of a vector and is applied while the sums are in registers. Where `SharesCode`,
/// small matrices that are not narrow have no code of their own: for many rows, which do not miss it. Where x
/// comes `FromOutside` it need not be in a cache.
template <std::size_t K, std::size_t N, bool HasBias, bool SharesCode = false, bool FromOutside = false,
          class Scalar, class Epilogue>
[[gnu::always_inline]] inline void dense_forward(const Scalar* x, const Scalar* w, const Scalar* bias,
                                                 Scalar* y, std::size_t rows, Epilogue epilogue) noexcept {
    if constexpr (N == 1) {
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar product = detail::dot<K>(x + row * K, w);
            const Vector<Scalar> sum = broadcast(HasBias ? product + *bias : product);
            y[row] = first_lane<Scalar>(epilogue(sum));
        }
        return;
    }
    if constexpr (detail::is_narrow<N, Scalar, Epilogue>() && K * N <= inlined_elements)
        if (rows == 1)
            return detail::narrow_forward<K, HasBias>(x, w, bias, y, epilogue);
    constexpr bool asks = FromOutside && width<Scalar> > 1 && K * N > inlined_row_elements;
    constexpr Form form = streams<Scalar>(K * N) ? Form::streams_right
                          : asks                 ? Form::streams_left
                                                 : Form::any;
    const auto product = [=]() __attribute__((always_inline)) {
        Product<Scalar, form> all;
        all.left = x;
        all.left_row = K;
        all.depth = K;
        all.right = detail::in_panels<K, N>(w);
        all.result = detail::row_major<N>(y);
        if constexpr (HasBias)
            all.start = detail::repeated_row<N>(bias);
        return all;
    };
    multiply_rows<N, K, SharesCode && !is_single_panel<Scalar>(N) ? shared_elements : K * N>(product, rows,
                                                                                             epilogue);
}

/// dw (+)= xᵀ · dy and db (+)= Σ_rows dy, with x [rows, K], dy [rows, N], db [N], dw as w.
template <std::size_t K, std::size_t N, bool HasBias, bool Accumulate, class Scalar>
[[gnu::always_inline]] inline void dense_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw,
                                                         Scalar* db, std::size_t rows) noexcept {
    constexpr std::size_t elements = is_single_panel<Scalar>(N) ? K * N : std::max(K * N, shared_elements);
    Product<Scalar, Form::weight_gradient> product;
    product.left = x;
    product.left_depth = K;
    product.depth = rows;
    product.right = detail::row_major<N>(dy);
    product.result = detail::in_panels<K, N>(dw);
    if constexpr (Accumulate)
        product.start = detail::in_panels<K, N>(static_cast<const Scalar*>(dw));
    constexpr Panels panels = kernels::panels<Scalar>(N);
    constexpr detail::ColumnKind kind = detail::column_kind(panels, width<Scalar>);
    if (rows > 0 && rows <= detail::few_samples) {
        if constexpr (elements <= inlined_elements)
            detail::weight_gradient_of_few_inlined<kind, Accumulate>(product, panels, K);
        else
            detail::weight_gradient_of_few_shared<kind, Accumulate>(product, panels, K);
    } else if constexpr (constexpr std::size_t from = packed_from<Scalar>(K, N); from > 0) {
        if (rows >= from)
            detail::weight_gradient_packed<kind, streams<Scalar>(K * N)>(product, panels, K);
        else
            detail::multiply_samples<N, elements>(product, K);
    } else if constexpr (K * sizeof(Scalar) > page_bytes / 2) {
        // A column of x has nearly every element on a page of its own.
        detail::multiply_in_parts<N, elements>(product, K, paged_samples<Scalar>);
    } else {
        detail::multiply_samples<N, elements>(product, detail::FixedRows<K>{});
    }

    if constexpr (HasBias && !is_single_panel<Scalar>(N)) {
        column_sums(dy, rows, N, db, Accumulate);
    } else if constexpr (HasBias) {
        // Column sums are the product with a row of ones, which knows how many columns there are.
        constexpr Scalar one = 1;
        product.left = &one;
        product.left_depth = 0;
        product.result = detail::row_major<N>(db);
        if constexpr (Accumulate)
            product.start = detail::repeated_row<N>(static_cast<const Scalar*>(db));
        detail::multiply_samples<N, elements>(product, detail::FixedRows<1>{});
    }
}

/// dx = derivative(dy · wᵀ, activated), with dy [rows, N], activated and dx [rows, K].
/// The derivative is a function of two vectors, gradient and activation; where it does not read the
/// activation, `activated` may be null. dx may be the same memory as activated.
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
[[gnu::always_inline]] inline void dense_input_gradient(const Scalar* dy, const Scalar* w,
                                                        const Scalar* activated, Scalar* dx, std::size_t rows,
                                                        Derivative derivative) noexcept {
    DenseGradient<Scalar> dense{dy, w, activated, dx, K, N, panels<Scalar>(N)};
    input_gradient<N, K * N>(dense, rows, derivative);
}

} // namespace burin::kernels
