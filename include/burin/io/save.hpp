#pragma once

#include "burin/core/within_memory.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/io/convention.hpp"
#include "burin/io/foreign_file.hpp"
#include "burin/io/model_metadata.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/session_metadata.hpp"
#include "burin/io/session_state.hpp"
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

struct SaveOptions {
    Storage storage = Storage::full;
};

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

/// The tensors of a training session: `vectors` are its parameters and the optimizer's vectors, each
/// row-major, `extra` is what else the optimizer remembers, and `position` and `counters` say how far it got.
/// Format 1 had no position and no extra.
template <class Net, class State, class Visit>
void for_each_tensor_of_session(State& state, Visit visit, bool is_first_format = false) {
    using Scalar = typename std::remove_const_t<State>::Value;
    for (std::size_t i = 0; i < state.vectors.size(); ++i)
        for_each_tensor<Net>(state.vectors[i].data(), state.vectors[i].size(),
                             i == 0 ? "" : "optimizer." + std::to_string(i - 1) + ".", visit);
    if (!state.extra.empty())
        visit(std::string("optimizer.extra"), std::string(safetensors::dtype_of<Scalar>),
              std::vector<std::size_t>{state.extra.size()}, std::span(state.extra));
    if (!is_first_format)
        visit(std::string("training.position"), std::string("U64"),
              std::vector<std::size_t>{state.position.size()}, std::span(state.position));
    visit(std::string("training.step_and_epoch"), std::string("U64"), std::vector<std::size_t>{2},
          std::span(state.counters));
}

template <class Net, class Optimizer, class Scalar>
struct SessionTensors {
    using Value = Scalar;
    static constexpr std::size_t count = trained_count<Net>, state_vectors = Optimizer::state_vectors,
                                 extra_count = optimizers::state_size<Optimizer, Net> - state_vectors * count;

    std::vector<std::vector<Scalar>> vectors;
    std::vector<Scalar> extra;
    StoredPosition position{};
    std::array<std::uint64_t, 2> counters{};

    /// Room to read into.
    SessionTensors()
        : vectors(1 + (count > 0 ? state_vectors : 0), std::vector<Scalar>(count)), extra(extra_count) {
        vectors[0].resize(stored_count<Net>);
    }
    /// Those of a session.
    template <class SessionType>
    explicit SessionTensors(const SessionType& session)
        : vectors{row_major<Net>(session.model().parameters().data(), stored_count<Net>)},
          position(stored(session.position())), counters{session.trainer().steps(), session.epoch()} {
        const std::span<const Scalar> state = session.trainer().optimizer_state();
        for (std::size_t i = 0; i < state_vectors && count > 0; ++i)
            vectors.push_back(row_major<Net>(state.data() + i * count, count));
        extra.assign(state.end() - static_cast<std::ptrdiff_t>(extra_count), state.end());
    }

    /// Puts the tensors where a session has them.
    template <class SessionType>
    void put_into(SessionType& session) const {
        from_row_major<Net>(vectors[0].data(), session.model().parameters().data());
        Scalar* const state = session.trainer().optimizer_state().data();
        for (std::size_t i = 1; i < vectors.size(); ++i)
            from_row_major<Net>(vectors[i].data(), state + (i - 1) * count, count);
        std::copy(extra.begin(), extra.end(), state + state_vectors * count);
        session.trainer().resume(counters[0]);
    }
};

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
                nearest_finite<Stored>(elements[tensor.offset + i], path, tensor.name().view(), i);
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

/// A file of at most `most_data` bytes of tensors, which point into its bytes.
struct Content {
    explicit Content(const std::string& path, std::size_t most_data)
        : bytes(read(path, 8 + safetensors::max_header_bytes + most_data)),
          tensors(safetensors::parse(bytes, path, &metadata)) {}

    safetensors::Metadata metadata;
    std::vector<std::byte> bytes;
    std::vector<safetensors::Tensor> tensors;

  private:
    static std::vector<std::byte> read(const std::string& path, std::size_t limit) {
        refuse_foreign_format(path);
        return safetensors::read_bytes(path, limit);
    }
};

inline std::size_t bytes_of(std::span<const safetensors::Slot> slots) {
    std::size_t sum = 0;
    for (const safetensors::Slot& slot : slots)
        sum += slot.bytes.size();
    return sum;
}

/// Copies tensors into slots of Scalar. Those in half the bits are widened, which changes nothing. Throws
/// Error with the `problems` that there are already and all that does not agree.
template <class Scalar>
void copy_tensors(std::vector<safetensors::Tensor>& tensors, std::span<const safetensors::Slot> slots,
                  safetensors::detail::Problems& problems) {
    std::map<std::string_view, const safetensors::Slot*> by_name;
    for (const safetensors::Slot& slot : slots)
        by_name[slot.name] = &slot;
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
    safetensors::detail::compare(tensors, slots, problems);
    problems.throw_if_any();
    safetensors::detail::copy_into(tensors, slots);
}

/// Writes a model's tensors, and others behind them.
template <class Net, class Scalar>
void save_model(const std::string& path, const Model<Net, Scalar>& model, const SaveOptions& options,
                std::vector<safetensors::Tensor> others = {}, safetensors::Metadata metadata = {}) {
    const std::vector<Scalar> elements = row_major<Net>(model.parameters().data(), stored_count<Net>);
    metadata.merge(model_metadata(model));
    metadata.emplace(format_key, burin_format);
    const auto write = [&](const auto& stored) {
        std::vector<safetensors::Tensor> tensors;
        for_each_tensor<Net>(stored.data(), stored.size(), "", collect_tensors(tensors));
        tensors.insert(tensors.end(), others.begin(), others.end());
        safetensors::write(path, tensors, metadata);
    };
    switch (options.storage) {
    case Storage::full:
        return write(elements);
    case Storage::float16:
        return write(narrowed<float16, Net, Scalar>(elements, path));
    case Storage::bfloat16:
        return write(narrowed<bfloat16, Net, Scalar>(elements, path));
    }
}

/// Room for a model's tensors, as files have them.
template <class Net, class Scalar>
struct ModelTensors {
    std::vector<Scalar> elements = std::vector<Scalar>(stored_count<Net>);
    std::vector<safetensors::Slot> slots;

    ModelTensors() { for_each_tensor<Net>(elements.data(), elements.size(), "", collect_slots(slots)); }

    /// Takes those of a file, and then gives them to the model.
    void read(const std::string& path, std::vector<safetensors::Tensor>& tensors,
              const safetensors::Metadata& metadata, Model<Net, Scalar>& model) {
        safetensors::detail::Problems problems(path);
        copy_tensors<Scalar>(tensors, slots, problems);
        const auto links = links_in<Net>(metadata, path);
        from_row_major<Net>(elements.data(), model.parameters().data());
        model.set_links(links);
    }
};

} // namespace detail

/// Writes a model's parameters as safetensors, under the names `0.weight`, `0.bias`, …. A Dense weight has
/// the shape [inputs, outputs], as in Keras (PyTorch's is the transpose). With
/// `{.storage = io::Storage::float16}` (or `bfloat16`) the file is half as large. What makes probabilities of
/// the outputs (`Model::links`) is in the file's metadata. Throws Error if the file can't be written, or the
/// numbers not be stored; what was there before then stays.
template <class Net, class Scalar>
void save(const std::string& path, const Model<Net, Scalar>& model, const SaveOptions& options = {}) {
    core::within_memory(path, [&] { detail::save_model(path, model, options); });
}

/// Reads a model's parameters, F16 and BF16 too, of a file that says that it is Burin's. Of one that does not
/// say what makes probabilities of the outputs, the model does not know it. Throws one Error with everything
/// that does not agree; the model then stays as it is.
template <class Net, class Scalar>
void load(const std::string& path, Model<Net, Scalar>& model) {
    core::within_memory(path, [&] {
        detail::ModelTensors<Net, Scalar> of_model;
        detail::Content content(path, detail::bytes_of(of_model.slots));
        detail::check_is_burins(content.metadata, path);
        if (content.metadata.contains(std::string(detail::pipeline_key)))
            throw Error(path + ": expected a model alone, got one with a pipeline: read both with load(path, "
                               "model, pipeline)");
        of_model.read(path, content.tensors, content.metadata, model);
    });
}

/// The same of a file that does not say whose it is, and has Burin's names and layouts.
template <class Net, class Scalar>
void load(const std::string& path, Model<Net, Scalar>& model, Burin) {
    core::within_memory(path, [&] {
        detail::ModelTensors<Net, Scalar> of_model;
        detail::Content content(path, detail::bytes_of(of_model.slots));
        of_model.read(path, content.tensors, content.metadata, model);
    });
}

/// Writes a training session: the parameters as above, the optimizer's state, how far it got, also within an
/// epoch, what that has measured, the history, what callbacks remember, the settings that changed on the way;
/// and in the file's metadata what it is: the network, and loss, optimizer and schedule with their options,
/// seed, batch size, scalar and whether it shuffles.
template <class Net, class Scalar, class Options>
void save(const std::string& path, const Session<Net, Scalar, Options>& session) {
    core::within_memory(path, [&] {
        const detail::SessionTensors<Net, decltype(Options::optimizer), Scalar> state(session);
        const detail::Numbers numbers = detail::numbers_of(session);
        std::vector<safetensors::Tensor> tensors, lists;
        detail::for_each_tensor_of_session<Net>(state, detail::collect_tensors(tensors));
        for (const auto& [name, values] : numbers)
            lists.push_back({name,
                             std::string(safetensors::dtype_of<double>),
                             {values.size()},
                             std::as_bytes(std::span(values))});
        tensors.insert(tensors.end() - 2, lists.begin(), lists.end());
        safetensors::Metadata metadata = detail::session_metadata(session);
        metadata.emplace(detail::metrics_key, detail::metrics_text(session));
        safetensors::write(path, tensors, metadata);
    });
}

/// Reads a training session, which then goes on with the same bits as if it had never stopped: `run` with the
/// same data finishes the run that was under way. Throws one Error with everything in which the file is not
/// this session's, and with places that no training can reach; the session then stays as it is.
///
/// The run that a file is of ends `Fit{.epochs}` epochs after the one that it began at, as this session's
/// options have it: with more than the file's it goes on further, also where it was finished; with fewer than
/// are done it is finished, after the epoch that is under way. One that a callback stopped stays so.
///
/// Only the learning rate may be another than the one with which the file's session was made, and then stays;
/// else it is what it had become. Callbacks may be others: those of a type that the file knows take their
/// state; metrics too, but not in the middle of an epoch. Format 1, of files that know of no place within an
/// epoch and no callbacks, is read too. A file that does not say what it is the session of is refused.
template <class Net, class Scalar, class Options>
void load(const std::string& path, Session<Net, Scalar, Options>& session) {
    core::within_memory(path, [&] {
        detail::SessionTensors<Net, decltype(Options::optimizer), Scalar> state;
        std::vector<safetensors::Slot> slots;
        detail::for_each_tensor_of_session<Net>(state, detail::collect_slots(slots));
        detail::Content content(path, detail::bytes_of(slots) + detail::most_number_bytes);
        const bool is_first_format = detail::is_first_format(content.metadata);
        if (is_first_format) {
            slots.clear();
            detail::for_each_tensor_of_session<Net>(state, detail::collect_slots(slots), true);
        }
        const detail::Numbers numbers = detail::take_numbers(content.tensors, slots);
        safetensors::detail::Problems problems(path);
        detail::compare_metadata(detail::session_metadata(session), content.metadata, problems);
        detail::copy_tensors<Scalar>(content.tensors, slots, problems);
        const fitting::Position position = detail::with_end_of_run(
            path,
            detail::position_in(path, state.counters, state.position, session.batch_size,
                                session.most_epochs),
            detail::numbers_called(detail::run_name, numbers), session.options().epochs, session.most_epochs);
        const std::vector<double> measured = detail::numbers_called(detail::measured_name, numbers);
        if (position.batch > 0) {
            detail::check_metrics(path, session, content.metadata);
            detail::check_count(path, "metrics", measured.size(), session.measured().size());
        }
        std::vector<double> settings = detail::settings_of(session);
        if (!is_first_format) {
            const std::vector<double> of_file = detail::numbers_called(detail::settings_name, numbers);
            detail::check_count(path, "settings", of_file.size(), settings.size());
            settings = detail::settings_to_go_on(session, of_file);
        }
        History history = detail::history_in(numbers);
        const auto callbacks = detail::staged_callbacks(path, session, numbers);

        for (const auto& commit : callbacks)
            commit();
        state.put_into(session);
        detail::set_settings(session, settings);
        session.resume(position, std::move(history), measured);
    });
}

} // namespace burin::io
