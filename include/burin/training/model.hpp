#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/error.hpp"
#include "burin/core/fixed_string.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace burin {

namespace detail {

template <class T>
concept InitializerLike = requires(const T& initializer, float* values, RandomStream stream) {
    initializer.template fill<float>(values, Shape{}, Fans{}, stream);
};

template <class T>
struct NoInitializer {
    static constexpr Sentence problem = misuse<T>("ModelOptions", "an initializer");
};

template <class T>
struct NoModelOptions {
    static constexpr Sentence problem = misuse<T>("Model", "options, as in `Model<Net> model({.seed = 1})`");
};

template <class T>
struct NoNamedOptions {
    static constexpr Sentence problem{"Model: expected the name of the options, as in "
                                      "`ModelOptions{.initializer = ...}`, got braces alone"};
};

/// An initializer in braces without a name, whose type nothing can deduce.
struct UnnamedInitializer {
    template <class T>
        requires(!std::is_same_v<T, initializers::Default>)
    constexpr UnnamedInitializer(const T&) {
        static_cast<void>(core::DiagnosisOf<NoNamedOptions<T>>{});
    }
};

struct UnnamedModelOptions {
    UnnamedInitializer initializer;
    std::uint64_t seed = 0;
};

/// A network given where a `Model` is expected.
template <FixedString Function, class T>
struct NoModel {
    static constexpr Sentence problem =
        misuse<T>(Function.view(), "a `Model`, which has the parameters of a network: `Model<Net> model;`");
};

} // namespace detail

/// What the parameters of a `Model` begin with: as in Keras, Glorot uniform weights and zero biases, if
/// nothing else is said. An initializer of another type needs the name of these options:
///
///     Model<Net> model({.seed = 1});
///     Model<Net> other(ModelOptions{.initializer = initializers::HeNormal{}, .seed = 1});
template <class Initializer = initializers::Default>
struct ModelOptions {
    Initializer initializer{};
    std::uint64_t seed = 0;
};

/// A network with its parameters, on the heap: what `fit`, `evaluate`, `predict`, `save` and `load` work on.
///
/// While nobody changes a model, threads may share it, each with a Predictor of its own (`predict` and
/// `evaluate` make one). What changes it (`fit`, a Trainer, `load`) is for one thread alone.
template <class Net, class Scalar = float>
class Model {
  public:
    using NetworkType = Net;

    template <class Initializer = initializers::Default>
    explicit Model(const ModelOptions<Initializer>& options = {}) {
        if constexpr (detail::InitializerLike<Initializer>)
            initialize(*parameters_, options.initializer, options.seed);
        else
            static_cast<void>(core::DiagnosisOf<detail::NoInitializer<Initializer>>{});
    }

    // Refuses anything else in one sentence.
    template <class T, class... More>
    explicit Model(const T&, const More&...) {
        static_cast<void>(core::DiagnosisOf<detail::NoModelOptions<T>>{});
    }

    explicit Model(const detail::UnnamedModelOptions&) {}

    /// A model of these parameters, which it takes over. Throws Error if there are none.
    explicit Model(std::unique_ptr<Parameters<Net, Scalar>> parameters) : parameters_(std::move(parameters)) {
        if (parameters_ == nullptr)
            throw Error("Model: expected parameters, got a null pointer");
    }

    Parameters<Net, Scalar>& parameters() noexcept { return *parameters_; }
    const Parameters<Net, Scalar>& parameters() const noexcept { return *parameters_; }

    /// The tensor called `name`, as in `0.weight`, its elements counted row-major; empty if there is none.
    engine::TensorView<Scalar> operator[](std::string_view name) noexcept { return (*parameters_)[name]; }
    engine::TensorView<const Scalar> operator[](std::string_view name) const noexcept {
        return std::as_const(*parameters_)[name];
    }

    /// What turns each output into probabilities, by the loss that `fit` trained with; nothing is known of a
    /// model that was not trained.
    const std::optional<engine::Links<engine::Network<Net>::output_count>>& links() const noexcept {
        return links_;
    }
    void set_links(const std::optional<engine::Links<engine::Network<Net>::output_count>>& links) noexcept {
        links_ = links;
    }

  private:
    std::optional<engine::Links<engine::Network<Net>::output_count>> links_;
    std::unique_ptr<Parameters<Net, Scalar>> parameters_ =
        core::within_memory("Model", [] { return std::make_unique<Parameters<Net, Scalar>>(); });
};

/// So that a network given as a value is refused as such.
template <class Net>
    requires engine::is_network_form<Net>
Model(Net) -> Model<Net>;

} // namespace burin
