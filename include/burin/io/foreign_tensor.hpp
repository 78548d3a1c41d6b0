#pragma once

#include "burin/graph/network.hpp"
#include "burin/io/feature_order.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// Tensors as another library has them, and where their elements are among a network's.
namespace burin::io::detail {

/// An axis of a foreign tensor: element i is `stride` · order[i] behind the first.
struct ForeignAxis {
    std::size_t extent = 1;
    std::size_t stride = 0;
    FeatureOrder order{};
};

/// A foreign tensor, or so many rows of it, whose elements are elements of one of Burin's tensors.
struct ForeignPart {
    std::size_t offset = 0; ///< Of Burin's tensor in the vector of all, row-major.
    std::vector<ForeignAxis> axes;

    /// Calls visit(index) for each element, in the order of the foreign tensor, with its place in the vector
    /// of all.
    template <class Visit>
    void for_each(Visit&& visit, std::size_t axis = 0, std::size_t from = 0) const {
        if (axis == axes.size()) {
            visit(offset + from);
            return;
        }
        const ForeignAxis& along = axes[axis];
        for (std::size_t i = 0; i < along.extent; ++i)
            for_each(visit, axis + 1, from + along.stride * (along.order.empty() ? i : along.order[i]));
    }
};

enum class ForeignKind {
    copied,
    added,   ///< To what another has brought; written as zeros.
    counter, ///< Not read; written as the whole number 0.
};

struct ForeignTensor {
    std::string name; ///< Behind the module's.
    std::vector<std::size_t> shape;
    std::vector<ForeignPart> parts{}; ///< Along the first axis.
    ForeignKind kind = ForeignKind::copied;
};

/// What has a name of its own in the other library, and its tensors.
struct ForeignModule {
    std::string place; ///< Of Burin's layer, for messages.
    std::string name;  ///< As the other library would call it.
    bool is_recurrent = false;
    std::vector<ForeignTensor> tensors{};
};

/// A name of a module and one behind it.
inline std::string joined(const std::string& module, const std::string& name) {
    return module.empty() || name.empty() ? module + name : module + "." + name;
}

/// One of Burin's tensors and where it is in the vector of all, row-major.
struct OwnTensor {
    const ParameterSpec* spec = nullptr;
    std::size_t offset = 0;

    explicit operator bool() const { return spec != nullptr; }
};

/// Elements as they are, but for the order of the last axis.
inline ForeignTensor as_it_is(std::string name, const OwnTensor& tensor, const FeatureOrder& order = {},
                              ForeignKind kind = ForeignKind::copied) {
    const Shape& shape = tensor.spec->shape;
    ForeignTensor result{std::move(name), {}, {{tensor.offset, {}}}, kind};
    std::size_t stride = shape.size();
    for (std::size_t axis = 0; axis < shape.rank; ++axis) {
        stride /= shape[axis];
        result.shape.push_back(shape[axis]);
        result.parts[0].axes.push_back({shape[axis], stride});
    }
    if (shape.rank > 0)
        result.parts[0].axes.back().order = order;
    return result;
}

/// [kernel…, a, b] as [b, a, kernel…]: of Dense and convolutions a is inputs and b outputs, of transposed
/// convolutions the other way round.
inline ForeignTensor last_axes_first(std::string name, const OwnTensor& tensor, const FeatureOrder& a = {},
                                     const FeatureOrder& b = {}) {
    ForeignTensor result = as_it_is(std::move(name), tensor, b);
    result.parts[0].axes[result.shape.size() - 2].order = a;
    const auto move_axes = [](auto& axes) {
        std::rotate(axes.begin(), axes.end() - 2, axes.end());
        std::swap(axes[0], axes[1]);
    };
    move_axes(result.shape);
    move_axes(result.parts[0].axes);
    return result;
}

/// [kernel…, channels, multiplier] as [channels · multiplier, 1, kernel…].
inline ForeignTensor depthwise(std::string name, const OwnTensor& tensor) {
    ForeignTensor result = as_it_is(std::move(name), tensor);
    auto& axes = result.parts[0].axes;
    const std::size_t filters = tensor.spec->shape.last() * tensor.spec->shape[tensor.spec->shape.rank - 2];
    axes.resize(axes.size() - 2);
    axes.insert(axes.begin(), {ForeignAxis{filters, 1}, ForeignAxis{1, 0}});
    result.shape.clear();
    for (const ForeignAxis& axis : axes)
        result.shape.push_back(axis.extent);
    return result;
}

/// [spatial…, channels] as [channels, spatial…].
inline ForeignTensor channels_first(std::string name, const OwnTensor& tensor) {
    ForeignTensor result = as_it_is(std::move(name), tensor);
    std::rotate(result.shape.begin(), result.shape.end() - 1, result.shape.end());
    auto& axes = result.parts[0].axes;
    std::rotate(axes.begin(), axes.end() - 1, axes.end());
    return result;
}

/// Tensors of the same shape but for the first axis, one below the other.
inline ForeignTensor stacked(std::string name, std::vector<ForeignTensor> tensors) {
    ForeignTensor result = std::move(tensors.front());
    result.name = std::move(name);
    for (std::size_t i = 1; i < tensors.size(); ++i) {
        result.shape[0] += tensors[i].shape[0];
        result.parts.push_back(std::move(tensors[i].parts[0]));
    }
    return result;
}

} // namespace burin::io::detail
