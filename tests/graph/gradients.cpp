#include "support/networks.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

using namespace burin;

namespace {

/// A network with random parameters and inputs, and the made-up loss Σ cᵢ · sin(yᵢ) of all its outputs.
template <class Net, std::size_t Batch = 4>
struct Subject {
    using N = engine::Network<Net>;
    using PlanType = engine::Plan<Net, recipes::training>;

    std::unique_ptr<Parameters<Net, double>> parameters = std::make_unique<Parameters<Net, double>>();
    std::unique_ptr<Gradients<Net, double>> gradients = std::make_unique<Gradients<Net, double>>();
    std::unique_ptr<engine::Arena<PlanType, Batch, double>> arena =
        std::make_unique<engine::Arena<PlanType, Batch, double>>();
    std::vector<std::vector<double>> inputs;
    engine::Frame<Net, double> frame;

    explicit Subject(std::size_t rows) {
        const auto values = random_numbers(parameter_count<Net>, 1, -0.7, 0.7);
        std::copy(values.begin(), values.end(), parameters->data());
        for (std::size_t i = 0; i < N::input_count; ++i)
            inputs.push_back(random_numbers(Batch * N::input_shapes[i].size(), static_cast<unsigned>(2 + i)));
        for (std::size_t i = 0; i < N::input_count; ++i)
            frame.inputs[i] = inputs[i].data();
        frame.parameters = parameters->data();
        frame.gradients = gradients->data();
        frame.arena = arena->data();
        frame.rows = rows;
        frame.seed = 7;
        frame.step = 3;
    }

    template <class Observer = burin::detail::NoObserver>
    double run(Observer&& observer = {}) {
        double loss = 0;
        engine::execute<PlanType, Batch, double>(
            frame,
            [&](auto output, const double* values, double* gradient, std::size_t rows) {
                const std::size_t count = output_shape<Net, output.value>.size() * rows;
                for (std::size_t i = 0; i < count; ++i) {
                    const double factor = static_cast<double>(i % 3 + 1);
                    const double value = values[i];
                    loss += factor * std::sin(value);
                    gradient[i] = factor * std::cos(value);
                }
            },
            observer);
        return loss;
    }
};

} // namespace

TEST_CASE_TEMPLATE("execute: parameter gradients of whole networks match central differences", Net,
                   ALL_NETWORKS) {
    Subject<Net> subject(3);
    subject.run();
    const auto analytic = subject.gradients->values;
    const std::size_t count = parameter_count<Net>;
    // Every parameter of small networks, a few hundred spread over large ones.
    const std::size_t stride = std::max<std::size_t>(1, count / 400);
    double worst = 0;
    for (std::size_t i = 0; i < count; i += stride) {
        double& parameter = subject.parameters->values[i];
        const double kept = parameter, step = 1e-5;
        parameter = kept + step;
        const double above = subject.run();
        parameter = kept - step;
        const double below = subject.run();
        parameter = kept;
        const double numeric = (above - below) / (2 * step);
        const double error = std::abs(numeric - analytic[i]) / std::max(1.0, std::abs(numeric));
        INFO("parameter " << i << ": central differences " << numeric << ", backward pass " << analytic[i]);
        CHECK(error < 1e-6);
        worst = std::max(worst, error);
    }
    MESSAGE("worst relative error " << worst);
}

namespace {

/// After every step, fills all memory of the arena that no value alive then occupies with signalling garbage.
template <class Net, std::size_t Batch>
struct PoisonDead {
    using PlanType = engine::Plan<Net, recipes::training>;
    static constexpr auto& memory = PlanType::template memory<Batch, double>;

    template <std::size_t StepIndex, class FrameType>
    void after(const FrameType& frame) const noexcept {
        std::array<bool, engine::Arena<PlanType, Batch, double>::count + 1> alive{};
        for (std::size_t piece = 0; piece < PlanType::liveness.count; ++piece) {
            const auto& lifetime = PlanType::liveness.lifetimes[piece];
            if (lifetime.first <= StepIndex && StepIndex < lifetime.last)
                for (std::size_t i = 0; i < lifetime.size * Batch; ++i)
                    alive[memory.offsets[piece] + i] = true;
        }
        for (std::size_t i = 0; i + 1 < alive.size(); ++i)
            if (!alive[i])
                frame.arena[i] = std::nan("");
    }
};

} // namespace

TEST_CASE_TEMPLATE("plan_memory: no live buffer is overwritten, and no dead one is read", Net, ALL_NETWORKS) {
    Subject<Net> subject(4);
    const double loss = subject.run();
    const auto gradients = subject.gradients->values;
    std::fill(subject.arena->values.begin(), subject.arena->values.end(), std::nan(""));
    subject.gradients->values.fill(std::nan(""));
    const double poisoned = subject.run(PoisonDead<Net, 4>{});
    CHECK(loss == poisoned);
    for (std::size_t i = 0; i < parameter_count<Net>; ++i) {
        INFO("gradient " << i);
        REQUIRE(gradients[i] == subject.gradients->values[i]);
    }
}

TEST_CASE_TEMPLATE("execute: fewer rows give the same as a plan for just as many", Net, networks::Chain,
                   networks::Siamese, networks::Nested) {
    Subject<Net, 4> large(1);
    Subject<Net, 1> small(1);
    small.inputs = large.inputs;
    for (std::size_t i = 0; i < small.inputs.size(); ++i)
        small.frame.inputs[i] = small.inputs[i].data();
    CHECK(large.run() == small.run());
    CHECK(large.gradients->values == small.gradients->values);
}
