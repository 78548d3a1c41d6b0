#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/half.hpp"
#include "burin/core/parameter.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/panels.hpp"

#include <cstddef>
#include <type_traits>

namespace burin {

namespace engine {

/// Where in the tensor's memory its element `index` is, counted row-major, on a machine whose vectors have so
/// many lanes.
constexpr std::size_t stored_index(const ParameterSpec& spec, std::size_t index, std::size_t lanes) {
    if (spec.layout == core::Layout::row_major)
        return index;
    const std::size_t columns = spec.shape.last();
    return kernels::panels_of(columns, lanes)
        .index(spec.shape.size() / columns, index / columns, index % columns);
}

/// The same on this machine; what is stored in half the bits lies as the kernels want it once it is widened.
template <class Scalar>
constexpr std::size_t stored_index(const ParameterSpec& spec, std::size_t index) {
    return stored_index(spec, index, kernels::this_machine.lanes<core::Computed<Scalar>>());
}

/// A tensor of a network, its elements counted row-major wherever they lie.
template <class Scalar>
class TensorView {
  public:
    constexpr TensorView() = default;
    constexpr TensorView(Scalar* data, const ParameterSpec& spec) : data_(data), spec_(spec) {}

    constexpr const Shape& shape() const noexcept { return spec_.shape; }
    constexpr std::size_t size() const noexcept { return data_ == nullptr ? 0 : spec_.shape.size(); }
    constexpr bool empty() const noexcept { return size() == 0; }
    /// `index` is less than size().
    constexpr Scalar& operator[](std::size_t index) const noexcept {
        BURIN_ASSERT(index < size(), "TensorView: expected an index below its size");
        return data_[stored_index<std::remove_const_t<Scalar>>(spec_, index)];
    }

  private:
    Scalar* data_ = nullptr;
    ParameterSpec spec_{};
};

} // namespace engine

/// Copies all tensors of a network from row-major elements, one tensor after the other, to where they lie.
/// Those that are in memory: vectors of an optimizer's state, for instance, have no place for what is not
/// trained.
template <class Net, class Scalar>
void from_row_major(const Scalar* elements, Scalar* stored, std::size_t count = stored_count<Net>) noexcept {
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        if (tensor.offset >= count)
            continue;
        const engine::TensorView<Scalar> view(stored + tensor.offset, tensor.spec);
        for (std::size_t i = 0; i < view.size(); ++i)
            view[i] = elements[tensor.offset + i];
    }
}

/// The other way round.
template <class Net, class Scalar>
void to_row_major(const Scalar* stored, Scalar* elements, std::size_t count = stored_count<Net>) noexcept {
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        if (tensor.offset >= count)
            continue;
        const engine::TensorView<const Scalar> view(stored + tensor.offset, tensor.spec);
        for (std::size_t i = 0; i < view.size(); ++i)
            elements[tensor.offset + i] = view[i];
    }
}

} // namespace burin
