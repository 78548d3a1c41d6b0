#include "burin/kernels/convolution/stream.hpp"

#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

using namespace burin;
using kernels::Convolution;

namespace {

struct Negated {
    template <class Vector>
    Vector operator()(Vector x) const noexcept {
        return -x;
    }
};

/// A causal convolution of a piece of a sequence.
constexpr Convolution causal(std::size_t steps, std::size_t channels, std::size_t filters, std::size_t kernel,
                             std::size_t dilation, std::size_t stride = 1, std::size_t groups = 1) {
    Convolution c;
    c.axes[2] = {steps, kernel, stride, dilation, (kernel - 1) * dilation, (steps + stride - 1) / stride};
    c.channels = channels;
    c.filters = filters;
    c.groups = groups;
    return c;
}

/// Output of filter f at a time of the whole sequence: what is before the sequence is 0.
template <class Scalar>
Scalar output_at(const Convolution& c, const Scalar* x, const std::vector<Scalar>& w, const Scalar* bias,
                 std::size_t time, std::size_t f) {
    const std::size_t channels = c.group_channels(), group = f / c.group_filters();
    Scalar sum = bias == nullptr ? 0 : bias[f];
    for (std::size_t k = 0; k < c.taps(); ++k) {
        const std::size_t back = (c.taps() - 1 - k) * c.axes[2].dilation;
        for (std::size_t d = 0; back <= time && d < channels; ++d)
            sum +=
                x[(time - back) * c.channels + group * channels + d] * w[(k * channels + d) * c.filters + f];
    }
    return -sum;
}

template <Convolution C, class Scalar, bool HasBias>
void run(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows, Scalar* scratch,
         Scalar* state) {
    kernels::stream_convolution<C, HasBias>(x, w, bias, y, rows, scratch, state, Negated{});
}

/// Pieces of two sequences, until their rings have gone round more than once; one of them then begins anew.
template <class Scalar>
void check_pieces(const Convolution& c, const Scalar* bias,
                  decltype(&run<Convolution{}, Scalar, true>) run_piece) {
    const std::size_t steps = c.axes[2].input, outputs = c.axes[2].output, stride = c.axes[2].stride;
    const std::size_t ring = kernels::ring_size(c), size = steps * c.channels, sequences = 2;
    const std::size_t pieces = 3 + 2 * kernels::remembered_steps(c) / steps;
    INFO(c.channels << " to " << c.filters << " in " << c.groups << " groups, kernel " << c.axes[2].kernel
                    << ", dilation " << c.axes[2].dilation << ", " << steps << " steps");
    const auto weights = random_numbers<Scalar>(c.depth() * c.filters, 1);
    // In an array of their own, so that what is read beyond them is found.
    std::vector<Scalar> packed = weights;
    if (c.groups == 1)
        kernels::pack_panels(packed.data(), c.depth(), c.filters);
    const auto x = random_numbers<Scalar>(sequences * pieces * size, 3);
    std::vector<Scalar> state(sequences * ring), scratch(kernels::stream_scratch(c));
    std::vector<Scalar> piece(sequences * size), y(sequences * outputs * c.filters);
    const auto check_piece = [&](std::size_t index, std::size_t last_began) {
        for (std::size_t s = 0; s < sequences; ++s)
            std::copy_n(x.data() + (s * pieces + index) * size, size, piece.data() + s * size);
        run_piece(piece.data(), packed.data(), bias, y.data(), sequences, scratch.data(), state.data());
        std::vector<Scalar> expected;
        for (std::size_t s = 0; s < sequences; ++s) {
            const std::size_t begin = s + 1 == sequences ? last_began : 0;
            for (std::size_t i = 0; i < outputs; ++i)
                for (std::size_t f = 0; f < c.filters; ++f)
                    expected.push_back(output_at(c, x.data() + (s * pieces + begin) * size, weights, bias,
                                                 (index - begin) * steps + i * stride, f));
        }
        check_close(std::span<const Scalar>(y), std::span<const Scalar>(expected),
                    sizeof(Scalar) == 4 ? 1e-5 : 1e-13);
    };
    for (std::size_t index = 0; index + 1 < pieces; ++index)
        check_piece(index, 0);
    std::fill_n(state.begin() + static_cast<std::ptrdiff_t>(ring), ring, Scalar(0));
    check_piece(pieces - 1, pieces - 1);
}

template <Convolution C, class Scalar = float, bool HasBias = true>
void check() {
    const auto bias = random_numbers<Scalar>(C.filters, 2);
    check_pieces<Scalar>(C, HasBias ? bias.data() : nullptr, run<C, Scalar, HasBias>);
}

} // namespace

TEST_CASE("stream_convolution: a step, of few and many channels") {
    check<causal(1, 1, 1, 2, 1)>();
    check<causal(1, 1, 8, 3, 1)>();
    check<causal(1, 3, 3, 3, 2)>();
    check<causal(1, 7, 7, 2, 4)>();
    check<causal(1, 8, 8, 3, 16)>();
    check<causal(1, 9, 5, 5, 3)>();
    check<causal(1, 16, 12, 4, 1)>();
    check<causal(1, 17, 17, 3, 7)>();
    check<causal(1, 5, 24, 3, 5)>();
    check<causal(1, 2, 40, 3, 1)>();
    check<causal(1, 3, 165, 2, 2)>();
    check<causal(1, 40, 4, 2, 3)>();
    check<causal(1, 1, 3, 64, 1)>();
    check<causal(1, 8, 8, 1, 1)>();
}

TEST_CASE("stream_convolution: numbers of twice the size, and no bias") {
    check<causal(1, 3, 4, 3, 2), double>();
    check<causal(1, 4, 3, 2, 1), double>();
    check<causal(1, 2, 7, 3, 1), double, false>();
    check<causal(1, 6, 6, 3, 2), float, false>();
    check<causal(4, 3, 5, 3, 2), double>();
}

TEST_CASE("stream_convolution: groups and strides") {
    check<causal(1, 6, 9, 3, 2, 1, 3)>();
    check<causal(1, 9, 9, 3, 4, 1, 9)>();
    check<causal(1, 16, 16, 4, 1, 1, 16)>();
    check<causal(1, 35, 35, 2, 2, 1, 35)>();
    check<causal(2, 3, 4, 3, 1, 2)>();
    check<causal(3, 4, 8, 2, 4, 3)>();
    check<causal(6, 3, 4, 3, 8, 3)>();
    check<causal(5, 6, 6, 3, 2, 1, 6)>();
    check<causal(4, 3, 4, 1, 1, 2)>();
}

TEST_CASE("stream_convolution: blocks, shorter and longer than what is remembered") {
    check<causal(2, 8, 8, 3, 1)>();
    check<causal(3, 3, 7, 3, 16)>();
    check<causal(7, 9, 16, 2, 5)>();
    check<causal(8, 16, 8, 3, 8)>();
    check<causal(16, 1, 17, 5, 2)>();
    check<causal(5, 2, 3, 4, 3)>();
}
