// Numbers too small to be normalized: 0 in every kind of run on x86-64, and the caller's arithmetic stays as
// it was. Elsewhere only that the runs agree.
#include "burin/embedded.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

using namespace burin;

namespace {

#if defined(__SSE2__)
constexpr bool become_zero = true;
unsigned control() {
    return __builtin_ia32_stmxcsr() & ~0x3Fu; // Without the flags of what has happened.
}
void set_control(unsigned bits) {
    __builtin_ia32_ldmxcsr(bits);
}
constexpr unsigned both = 1u << 15 | 1u << 6, results_only = 1u << 15;
#else
constexpr bool become_zero = false;
unsigned control() {
    return 0;
}
void set_control(unsigned) {}
constexpr unsigned both = 0, results_only = 0;
#endif

bool none_is_subnormal(std::span<const float> numbers) {
    return std::ranges::none_of(numbers, [](float x) { return std::fpclassify(x) == FP_SUBNORMAL; });
}

/// Runs a function with the control bits that programs have, with those of a guard around all, and with half
/// of them; each is as it was afterwards.
template <class Function>
void check_control(Function function) {
    const unsigned before = control();
    for (const unsigned bits : {0u, both, results_only}) {
        set_control(before | bits);
        const unsigned own = control();
        function();
        const unsigned after = control();
        set_control(before);
        CHECK(own == after);
    }
}

constexpr float tiny = 1e-39F, small = 1e-30F;

} // namespace

TEST_CASE(
    "Predictor, Streamer, Trainer: products too small are 0, and the caller's arithmetic is left alone") {
    // Two dense layers, so that what is subnormal on the way is an operand too.
    using Net = Sequential<Input<1, 2>, Conv1D<3, 1, Causal>, Conv1D<2, 1, Causal>>;
    using Loss = losses::MeanSquaredError;
    Parameters<Net> parameters;
    parameters["0.weight"][0] = 1e-10F; // For the first input, whose product is too small,
    parameters["0.weight"][3] = 1;      // and for the second, which is so itself.
    for (std::size_t i = 0; i < 6; ++i)
        parameters["1.weight"][i] = 1e5F;
    const std::array<float, 2> inputs{small, 0}, subnormal{0, tiny}, targets{};

    const auto check = [&](const auto& run) {
        check_control([&] {
            const std::array<float, 2> first = run(inputs), second = run(subnormal);
            for (const std::array<float, 2>& y : {first, second})
                CHECK(y == std::array<float, 2>{});
        });
    };
    if (become_zero) {
        Predictor<Net> brief;
        check([&](const std::array<float, 2>& x) {
            const auto y = brief(parameters, x);
            return std::array{y[0], y[1]};
        });
        Predictor<Net, 3> batch;
        check([&](const std::array<float, 2>& x) {
            const auto y = batch.run(parameters, {x.data()}, 1)[0];
            return std::array{y[0], y[1]};
        });
        check([&](const std::array<float, 2>& x) {
            std::array<float, 2> y{};
            batch(parameters, x, y);
            return y;
        });
        Streamer<Net> streamer;
        check([&](const std::array<float, 2>& x) {
            const auto y = streamer(parameters, x);
            return std::array{y[0], y[1]};
        });
        // Pieces of a block, of a network that is not brief: two sequences.
        const auto two = std::make_unique<Streamer<Net, 1, 2>>();
        check([&](const std::array<float, 2>& x) {
            const std::array<float, 8> pieces{0, 0, 0, 0, x[0], x[1], x[0], x[1]};
            std::array<float, 8> y{};
            CHECK((*two)(parameters, pieces, std::span<float>(y)).size() == 8);
            return std::array{y[4], y[7]};
        });
        const auto trainer = std::make_unique<Trainer<Net, Loss, optimizers::SGD, 3>>(parameters);
        check([&](const std::array<float, 2>& x) {
            std::array<float, 2> y{};
            decltype(trainer)::element_type::SamplesType samples;
            samples.inputs = {x.data()};
            samples.targets = {targets.data()};
            samples.rows = 1;
            trainer->gradients(samples, [&](auto, const float* outputs, std::size_t) {
                std::copy_n(outputs, 2, y.begin());
            });
            return y;
        });
    }
    volatile float number = 2e-38F;
    CHECK(number * 0.1F > 0);
}

TEST_CASE("Calibrator, QuantizedPredictor: the caller's arithmetic is left alone") {
    using Net = Sequential<Input<4, 3>, LSTM<5>, Dense<2>>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto x = random_numbers<float>(12, 1);
    const auto calibrator = std::make_unique<Calibrator<Net>>();
    check_control([&] { calibrator->observe(parameters.data(), {x.data()}, 1); });
    const auto network = quantize(parameters, calibrator->ranges());
    const auto predictor = std::make_unique<QuantizedPredictor<Net>>();
    std::array<std::int8_t, 12> inputs{};
    quantize(x, network.inputs[0], inputs);
    check_control([&] { CHECK((*predictor)(network, inputs).size() == 2); });
}

TEST_CASE("Streamer: states come to rest in silence") {
    using Net = Sequential<Input<1, 2>, LSTM<16, ReturnSequences>, GRU<8, ReturnSequences>,
                           Conv1D<4, 3, Causal>, SimpleRNN<5>>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    // With weights that let every state decay, but the cell's so slowly that rounding would keep it from 0.
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.spec.role == ParameterRole::weight)
            for (std::size_t i = 0; i < tensor.spec.shape.size(); ++i)
                parameters.values[tensor.offset + i] *= 0.3F;
    Streamer<Net> streamer;
    const auto noise = random_numbers<float>(40, 1);
    for (std::size_t t = 0; t < 20; ++t)
        streamer(parameters, std::span(noise).subspan(2 * t, 2));
    const std::array<float, 2> silence{};
    std::span<const float> y;
    for (int t = 0; t < 2000; ++t)
        y = streamer(parameters, silence);
    if (become_zero) {
        CHECK(std::ranges::count(y, 0.0F) == 5);
        // Whatever it remembers: its states are the first of its members.
        const auto* const memory = reinterpret_cast<const float*>(&streamer);
        CHECK(none_is_subnormal({memory, CarriedState<Net>::count}));
    }
}

TEST_CASE("what a Predictor gives of small numbers is what training sees, bit for bit") {
    using Net = Sequential<Input<9, 3>, LSTM<6, ReturnSequences>, LayerNorm<>, Tanh, Flatten, Dense<2>>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    auto x = random_numbers<float>(5 * 27, 1);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] *= std::pow(10.0F, -static_cast<float>(i % 45));
    const std::vector<float> targets(10);
    Predictor<Net, 5> predictor;
    const auto expected = predictor(parameters, x);
    const auto trainer =
        std::make_unique<Trainer<Net, losses::MeanSquaredError, optimizers::SGD, 5>>(parameters);
    decltype(trainer)::element_type::SamplesType samples;
    samples.inputs = {x.data()};
    samples.targets = {targets.data()};
    samples.rows = 5;
    trainer->gradients(samples, [&](auto, const float* outputs, std::size_t rows) {
        CHECK(std::equal(outputs, outputs + 2 * rows, expected.begin()));
    });
}

TEST_CASE("have_tiny: wherever the number is, and not for 0, infinities and what is none") {
    const auto check = [](auto scalar, auto limit) {
        using Scalar = decltype(scalar);
        for (std::size_t count = 1; count <= 4 * kernels::width<Scalar> + 1; ++count) {
            std::vector<Scalar> numbers(count, Scalar(limit));
            CHECK(!kernels::have_tiny(numbers.data(), count));
            for (const double harmless : {0.0, -0.0, HUGE_VAL, -HUGE_VAL, std::nan("")}) {
                std::fill(numbers.begin(), numbers.end(), Scalar(harmless));
                CHECK(!kernels::have_tiny(numbers.data(), count));
            }
            for (std::size_t i = 0; i < count; ++i)
                for (const Scalar least :
                     {std::nextafter(Scalar(limit), Scalar(0)), -std::numeric_limits<Scalar>::denorm_min()}) {
                    std::fill(numbers.begin(), numbers.end(), Scalar(1));
                    numbers[i] = least;
                    CHECK(kernels::have_tiny(numbers.data(), count) == become_zero);
                }
        }
    };
    check(float{}, 0x1p-63);
    check(double{}, 0x1p-511);
    CHECK(!kernels::have_tiny<float>(nullptr, 0));
}
