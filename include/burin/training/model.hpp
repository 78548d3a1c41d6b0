#pragma once

#include "burin/graph/parameters.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace burin {

/// A network with its parameters, on the heap: what `fit`, `evaluate`, `predict`, `save` and `load` work on.
template <class Net, class Scalar = float>
class Model {
  public:
    using Network = Net;

    /// Initialised as Keras does: Glorot uniform weights, zero biases.
    explicit Model(std::uint64_t seed = 0) : Model(initializers::Default{}, seed) {}

    template <class Initializer>
        requires(!std::integral<Initializer>)
    explicit Model(const Initializer& initializer, std::uint64_t seed = 0) {
        initialize(*parameters_, initializer, seed);
    }

    Parameters<Net, Scalar>& parameters() noexcept { return *parameters_; }
    const Parameters<Net, Scalar>& parameters() const noexcept { return *parameters_; }

    /// The tensor called `name`, as in `0.weight`, its elements counted row-major; empty if there is none.
    TensorView<Scalar> operator[](std::string_view name) noexcept { return (*parameters_)[name]; }
    TensorView<const Scalar> operator[](std::string_view name) const noexcept {
        return std::as_const(*parameters_)[name];
    }

  private:
    std::unique_ptr<Parameters<Net, Scalar>> parameters_ = std::make_unique<Parameters<Net, Scalar>>();
};

} // namespace burin
