#pragma once

#include "burin/core/within_memory.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/io/model_metadata.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/session_metadata.hpp"
#include "burin/io/storage.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
/// nothing. A file of `expected` metadata must have the same. Returns the file's.
template <class Scalar>
safetensors::Metadata read(const std::string& path, std::span<const safetensors::Slot> slots,
                           const safetensors::Metadata& expected = {}) {
    std::map<std::string_view, const safetensors::Slot*> by_name;
    std::size_t most_bytes = 8 + safetensors::max_header_bytes;
    for (const safetensors::Slot& slot : slots) {
        by_name[slot.name] = &slot;
        most_bytes += slot.bytes.size();
    }
    const std::vector<std::byte> bytes = safetensors::read_bytes(path, most_bytes);
    safetensors::Metadata metadata;
    std::vector<safetensors::Tensor> tensors = safetensors::parse(bytes, path, &metadata);
    std::vector<std::vector<Scalar>> wide;
    for (safetensors::Tensor& tensor : tensors) {
        const auto slot = by_name.find(tensor.name);
        if (slot == by_name.end() || slot->second->shape != tensor.shape)
            continue;
        if (tensor.dtype == safetensors::dtype_of<float16>)
            wide.push_back(widened<float16, Scalar>(tensor.bytes));
        else if (tensor.dtype == safetensors::dtype_of<bfloat16>)
            wide.push_back(widened<bfloat16, Scalar>(tensor.bytes));
        else
            continue;
        tensor.dtype = safetensors::dtype_of<Scalar>;
        tensor.bytes = std::as_bytes(std::span(wide.back()));
    }
    safetensors::detail::Problems problems(path);
    if (!expected.empty())
        compare_metadata(expected, metadata, problems);
    safetensors::detail::compare(tensors, slots, problems);
    problems.throw_if_any();
    safetensors::detail::copy_into(tensors, slots);
    return metadata;
}

/// Steps and epochs that a program can have taken.
inline void check_counters(const std::string& path, std::uint64_t steps, std::uint64_t epochs,
                           std::uint64_t most_epochs) {
    constexpr std::uint64_t most_steps = std::numeric_limits<std::int64_t>::max();
    if (steps > most_steps || epochs > most_epochs)
        throw Error(path + ": tensor 'training.step_and_epoch': expected at most " +
                    std::to_string(most_steps) + " steps and " + std::to_string(most_epochs) +
                    " epochs, got " + std::to_string(steps) + " and " + std::to_string(epochs));
}

template <class Net, class Scalar>
void write_tensors(const std::string& path, const std::vector<Scalar>& elements,
                   const safetensors::Metadata& metadata) {
    std::vector<safetensors::Tensor> tensors;
    for_each_tensor<Net>(elements.data(), elements.size(), "", collect_tensors(tensors));
    safetensors::write(path, tensors, metadata);
}

} // namespace detail

struct SaveOptions {
    Storage storage = Storage::full;
};

/// Writes a model's parameters as safetensors, under the names `0.weight`, `0.bias`, …. A Dense weight has
/// the shape [inputs, outputs], as in Keras (PyTorch's is the transpose). With
/// `{.storage = io::Storage::float16}` (or `bfloat16`) the file is half as large. What makes probabilities of
/// the outputs (`Model::links`) is in the file's metadata. Throws Error if the file can't be written, or the
/// numbers not be stored; what was there before then stays.
template <class Net, class Scalar>
void save(const std::string& path, const Model<Net, Scalar>& model, const SaveOptions& options = {}) {
    within_memory(path, [&] {
        const std::vector<Scalar> elements =
            detail::row_major<Net>(model.parameters().data(), stored_count<Net>);
        const safetensors::Metadata metadata = detail::model_metadata(model);
        switch (options.storage) {
        case Storage::full:
            return detail::write_tensors<Net>(path, elements, metadata);
        case Storage::float16:
            return detail::write_tensors<Net>(path, detail::narrowed<float16, Net, Scalar>(elements, path),
                                              metadata);
        case Storage::bfloat16:
            return detail::write_tensors<Net>(path, detail::narrowed<bfloat16, Net, Scalar>(elements, path),
                                              metadata);
        }
    });
}

/// Reads a model's parameters, F16 and BF16 too. Of a file that does not say what makes probabilities of the
/// outputs, as those of other programs, the model does not know it. Throws one Error with everything that
/// does not agree; the model then stays as it is.
template <class Net, class Scalar>
void load(const std::string& path, Model<Net, Scalar>& model) {
    within_memory(path, [&] {
        std::vector<Scalar> elements(stored_count<Net>);
        std::vector<safetensors::Slot> slots;
        detail::for_each_tensor<Net>(elements.data(), elements.size(), "", detail::collect_slots(slots));
        const auto links = detail::links_in<Net>(detail::read<Scalar>(path, slots), path);
        from_row_major<Net>(elements.data(), model.parameters().data());
        model.set_links(links);
    });
}

/// Writes a training session: the parameters as above, the optimizer's state, how far it got, and in the
/// file's metadata what it is: the network, the loss and the optimizer with their options, seed, batch size,
/// scalar and whether it shuffles.
template <class Net, class Scalar, class Options>
void save(const std::string& path, const Session<Net, Scalar, Options>& session) {
    within_memory(path, [&] {
        const std::array<std::uint64_t, 2> counters{session.trainer().steps(), session.epoch()};
        std::vector<std::vector<Scalar>> vectors{
            detail::row_major<Net>(session.model().parameters().data(), stored_count<Net>)};
        const std::span<const Scalar> state = session.trainer().optimizer_state();
        for (std::size_t offset = 0; offset < state.size(); offset += trained_count<Net>)
            vectors.push_back(detail::row_major<Net>(state.data() + offset, trained_count<Net>));
        std::vector<safetensors::Tensor> tensors;
        detail::for_each_tensor_of_session<Net>(vectors, counters, detail::collect_tensors(tensors));
        safetensors::write(path, tensors, detail::session_metadata(session));
    });
}

/// Reads a training session, which then goes on with the same bits as if it had never stopped. Throws one
/// Error with everything in which the file is not this session's, and with counters that none can reach; the
/// session then stays as it is. Only the learning rate may be another, since it is changed in the middle of
/// trainings; the session keeps its own. A file that does not say what it is the session of is refused.
template <class Net, class Scalar, class Options>
void load(const std::string& path, Session<Net, Scalar, Options>& session) {
    within_memory(path, [&] {
        std::array<std::uint64_t, 2> counters{};
        const std::span<Scalar> state = session.trainer().optimizer_state();
        constexpr std::size_t count = trained_count<Net>;
        std::vector vectors(count == 0 ? 1 : 1 + state.size() / count, std::vector<Scalar>(count));
        vectors[0].resize(stored_count<Net>);
        std::vector<safetensors::Slot> slots;
        detail::for_each_tensor_of_session<Net>(vectors, counters, detail::collect_slots(slots));
        detail::read<Scalar>(path, slots, detail::session_metadata(session));
        detail::check_counters(path, counters[0], counters[1], session.most_epochs);
        from_row_major<Net>(vectors[0].data(), session.model().parameters().data());
        for (std::size_t i = 1; i < vectors.size(); ++i)
            from_row_major<Net>(vectors[i].data(), state.data() + (i - 1) * count, count);
        session.trainer().resume(counters[0]);
        session.resume({.epoch = static_cast<std::size_t>(counters[1])});
    });
}

} // namespace burin::io
