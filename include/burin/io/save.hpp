#pragma once

#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/storage.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace burin::io {

namespace detail {

inline std::vector<std::size_t> extents(const Shape& shape) {
    return {shape.extents.begin(), shape.extents.begin() + static_cast<std::ptrdiff_t>(shape.rank)};
}

/// Calls visit(name, dtype, shape, elements) for every tensor of the network that is in the first `count`
/// elements of the vector of all, row-major in `data`.
template <class Net, class Scalar, class Visit>
void for_each_tensor(Scalar* data, std::size_t count, const std::string& prefix, Visit visit) {
    using Value = std::remove_const_t<Scalar>;
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.offset < count)
            visit(prefix + std::string(tensor.name().view()), std::string(safetensors::dtype_of<Value>),
                  extents(tensor.spec.shape),
                  std::span<Scalar>(data + tensor.offset, tensor.spec.shape.size()));
}

/// The first `count` elements of all, as files have them: row-major.
template <class Net, class Scalar>
std::vector<Scalar> row_major(const Scalar* stored, std::size_t count) {
    std::vector<Scalar> elements(count);
    to_row_major<Net>(stored, elements.data(), count);
    return elements;
}

/// Everything that a training session remembers: `vectors` are its parameters and the optimizer's state, each
/// row-major, and `counters` say how far it got.
template <class Net, class Vectors, class Counters, class Visit>
void for_each_tensor_of_session(Vectors& vectors, Counters& counters, Visit visit) {
    for (std::size_t i = 0; i < vectors.size(); ++i)
        for_each_tensor<Net>(vectors[i].data(), vectors[i].size(),
                             i == 0 ? "" : "optimizer." + std::to_string(i - 1) + ".", visit);
    visit(std::string("training.step_and_epoch"), std::string("U64"), std::vector<std::size_t>{2},
          std::span(counters));
}

inline auto collect_tensors(std::vector<safetensors::Tensor>& tensors) {
    return [&tensors](std::string name, std::string dtype, std::vector<std::size_t> shape, auto elements) {
        tensors.push_back({std::move(name), std::move(dtype), std::move(shape), std::as_bytes(elements)});
    };
}

inline auto collect_slots(std::vector<safetensors::Slot>& slots) {
    return [&slots](std::string name, std::string dtype, std::vector<std::size_t> shape, auto elements) {
        slots.push_back(
            {std::move(name), std::move(dtype), std::move(shape), std::as_writable_bytes(elements)});
    };
}

/// The elements of all tensors of a network, each to the nearest 16-bit number. Throws Error for what has
/// none.
template <class Stored, class Net, class Scalar>
std::vector<Stored> narrowed(std::span<const Scalar> elements, const std::string& path) {
    std::vector<Stored> result(elements.size());
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        for (std::size_t i = 0; i < tensor.spec.shape.size(); ++i)
            result[tensor.offset + i] =
                narrow_finite<Stored>(elements[tensor.offset + i], path, tensor.name().view(), i);
    return result;
}

template <class Stored, class Scalar>
std::vector<Scalar> widened(std::span<const std::byte> bytes) {
    std::vector<Scalar> elements(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < elements.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        elements[i] = static_cast<Scalar>(static_cast<float>(stored));
    }
    return elements;
}

/// Reads a file into slots of Scalar. Tensors that it has in half the bits are widened, which changes
/// nothing.
template <class Scalar>
void read(const std::string& path, std::span<const safetensors::Slot> slots) {
    const std::vector<std::byte> bytes = safetensors::read_bytes(path);
    std::vector<safetensors::Tensor> tensors = safetensors::parse(bytes, path);
    std::vector<std::vector<Scalar>> wide;
    for (safetensors::Tensor& tensor : tensors) {
        if (tensor.dtype == safetensors::dtype_of<float16>)
            wide.push_back(widened<float16, Scalar>(tensor.bytes));
        else if (tensor.dtype == safetensors::dtype_of<bfloat16>)
            wide.push_back(widened<bfloat16, Scalar>(tensor.bytes));
        else
            continue;
        const auto fits = [&](const safetensors::Slot& slot) {
            return slot.name == tensor.name && slot.shape == tensor.shape;
        };
        if (std::any_of(slots.begin(), slots.end(), fits)) {
            tensor.dtype = safetensors::dtype_of<Scalar>;
            tensor.bytes = std::as_bytes(std::span(wide.back()));
        }
    }
    safetensors::read_into(tensors, slots, path);
}

template <class Net, class Scalar>
void write_tensors(const std::string& path, const std::vector<Scalar>& elements) {
    std::vector<safetensors::Tensor> tensors;
    for_each_tensor<Net>(elements.data(), elements.size(), "", collect_tensors(tensors));
    safetensors::write(path, tensors);
}

} // namespace detail

struct SaveOptions {
    Storage storage = Storage::full;
};

/// Writes a model's parameters as safetensors, under the names `0.weight`, `0.bias`, …. A Dense weight has
/// the shape [inputs, outputs], as in Keras (PyTorch's is the transpose). With
/// `{.storage = io::Storage::float16}` (or `bfloat16`) the file is half as large. Throws Error if the file
/// can't be written, or the numbers not be stored; what was there before then stays.
template <class Net, class Scalar>
void save(const std::string& path, const Model<Net, Scalar>& model, const SaveOptions& options = {}) {
    const std::vector<Scalar> elements = detail::row_major<Net>(model.parameters().data(), stored_count<Net>);
    switch (options.storage) {
    case Storage::full:
        return detail::write_tensors<Net>(path, elements);
    case Storage::float16:
        return detail::write_tensors<Net>(path, detail::narrowed<float16, Net, Scalar>(elements, path));
    case Storage::bfloat16:
        return detail::write_tensors<Net>(path, detail::narrowed<bfloat16, Net, Scalar>(elements, path));
    }
}

/// Reads a model's parameters, F16 and BF16 too. Throws one Error with everything that does not agree; the
/// model then stays as it is.
template <class Net, class Scalar>
void load(const std::string& path, Model<Net, Scalar>& model) {
    std::vector<Scalar> elements(stored_count<Net>);
    std::vector<safetensors::Slot> slots;
    detail::for_each_tensor<Net>(elements.data(), elements.size(), "", detail::collect_slots(slots));
    detail::read<Scalar>(path, slots);
    from_row_major<Net>(elements.data(), model.parameters().data());
}

/// Writes a training session: the parameters as above, the optimizer's state and how far it got.
template <class Net, class Scalar, class Options>
void save(const std::string& path, const Session<Net, Scalar, Options>& session) {
    const std::array<std::uint64_t, 2> counters{session.trainer().steps(), session.epoch()};
    std::vector<std::vector<Scalar>> vectors{
        detail::row_major<Net>(session.model().parameters().data(), stored_count<Net>)};
    const std::span<const Scalar> state = session.trainer().optimizer_state();
    for (std::size_t offset = 0; offset < state.size(); offset += trained_count<Net>)
        vectors.push_back(detail::row_major<Net>(state.data() + offset, trained_count<Net>));
    std::vector<safetensors::Tensor> tensors;
    detail::for_each_tensor_of_session<Net>(vectors, counters, detail::collect_tensors(tensors));
    safetensors::write(path, tensors);
}

/// Reads a training session, which then goes on with the same bits as if it had never stopped.
template <class Net, class Scalar, class Options>
void load(const std::string& path, Session<Net, Scalar, Options>& session) {
    std::array<std::uint64_t, 2> counters{};
    const std::span<Scalar> state = session.trainer().optimizer_state();
    constexpr std::size_t count = trained_count<Net>;
    std::vector vectors(count == 0 ? 1 : 1 + state.size() / count, std::vector<Scalar>(count));
    vectors[0].resize(stored_count<Net>);
    std::vector<safetensors::Slot> slots;
    detail::for_each_tensor_of_session<Net>(vectors, counters, detail::collect_slots(slots));
    detail::read<Scalar>(path, slots);
    from_row_major<Net>(vectors[0].data(), session.model().parameters().data());
    for (std::size_t i = 1; i < vectors.size(); ++i)
        from_row_major<Net>(vectors[i].data(), state.data() + (i - 1) * count, count);
    session.trainer().resume(counters[0]);
    session.resume(static_cast<std::size_t>(counters[1]));
}

} // namespace burin::io
