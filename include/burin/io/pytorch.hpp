#pragma once

#include "burin/core/half.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/select_tensors.hpp"
#include "burin/io/convention.hpp"
#include "burin/io/match_modules.hpp"
#include "burin/io/model_metadata.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/save.hpp"
#include "burin/io/torch_modules.hpp"
#include "burin/layers/recurrent_options.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::io {

/// How a file's modules are matched with a network's layers.
enum class By {
    name,  ///< A layer is called as in PyTorch's `Sequential`, by its place, or as `names` has it.
    order, ///< By kinds and shapes; those that are alike in the order of the numbers in their names.
};

/// A state dict of PyTorch in safetensors: names and layouts of its tensors.
///
///     io::load("resnet.safetensors", model, io::PyTorch{.names = {{"0", "conv1"}, {"1", "bn1"}}});
struct PyTorch {
    /// What the names of all its tensors begin with, such as `encoder.`; what does not begin so is not read.
    std::string prefix{};
    /// What a place of Burin's is called: `{"0", "features.0"}` also renames `0.weight`. Of several the
    /// longest counts. Recurrent layers that are given one name are the layers of one stack, `_l0`, `_l1`, ….
    std::map<std::string, std::string> names{};
    By by = By::name;
    /// What is in the file and not meant: patterns of names, as `*.attn.mask`, in which `*` stands for any
    /// characters and `?` for one.
    std::vector<std::string> ignore{};
    /// Whether a Flatten sees images as PyTorch's convolutions make them, [channels, height, width]. A module
    /// that puts channels last before it flattens wants false.
    bool channels_first = true;
};

namespace detail {

template <class LayerType>
constexpr bool goes_backwards_of() {
    if constexpr (requires { LayerType::is_recurrent; })
        return LayerType::template has<GoBackwards>;
    else
        return false;
}

template <class... Layers>
constexpr auto goes_backwards_in(const boost::hana::basic_tuple<Layers...>*) {
    return std::array<bool, sizeof...(Layers)>{goes_backwards_of<typename Layers::type>()...};
}

/// Of each node, whether it is a recurrent layer that begins at the end of a sequence.
template <class Net>
inline constexpr auto goes_backwards =
    goes_backwards_in(static_cast<std::remove_cvref_t<engine::OpTypes<Net>>*>(nullptr));

/// The name that `names` gives: that of the longest key with which `name` begins, segment by segment.
inline std::string mapped(const std::string& name, const std::map<std::string, std::string>& names,
                          std::set<std::string>& used) {
    for (std::size_t end = name.size();; end = name.rfind('.', end - 1)) {
        if (end == std::string::npos)
            return name;
        if (const auto found = names.find(name.substr(0, end)); found != names.end()) {
            used.insert(found->first);
            return joined(found->second, end == name.size() ? "" : name.substr(end + 1));
        }
        if (end == 0)
            return name;
    }
}

/// A tensor as it is called in a file, with its module's name and prefix.
struct TorchTensor {
    std::string name;
    const ForeignTensor* tensor;
};

/// The tensors that a file has, under the names that `convention` gives them.
inline std::vector<TorchTensor> torch_tensors(std::vector<ForeignModule>& modules, const PyTorch& convention,
                                              safetensors::detail::Problems& problems) {
    std::vector<TorchTensor> result;
    std::set<std::string> used, once;
    std::map<std::string, std::size_t> layers;
    for (ForeignModule& module : modules) {
        const std::size_t layer = module.is_recurrent && convention.by == By::name
                                      ? layers[mapped(module.name, convention.names, used)]++
                                      : 0;
        for (ForeignTensor& tensor : module.tensors) {
            if (layer > 0)
                tensor.name.replace(tensor.name.find("_l0") + 2, 1, std::to_string(layer));
            const std::string own = joined(module.name, tensor.name);
            std::string name =
                convention.prefix + (convention.by == By::name ? mapped(own, convention.names, used) : own);
            if (!once.insert(name).second)
                problems.add("names: expected each once, got " + safetensors::detail::named(name) + " twice");
            result.push_back({std::move(name), &tensor});
        }
    }
    for (const auto& [own, other] : convention.names)
        if (convention.by == By::name && !used.contains(own))
            problems.add("names: expected places of layers with parameters, got " + core::quoted(own));
    if (convention.by == By::order && !convention.names.empty())
        problems.add("names: expected none where modules are matched by order");
    return result;
}

/// One number of a tensor in any of the dtypes that state dicts have.
inline double number_at(const safetensors::Tensor& tensor, std::size_t index) {
    const auto read = [&]<class Stored>(Stored stored) {
        std::memcpy(&stored, tensor.bytes.data() + index * sizeof(Stored), sizeof(Stored));
        if constexpr (core::Half<Stored>)
            return static_cast<double>(static_cast<float>(stored));
        else
            return static_cast<double>(stored);
    };
    if (tensor.dtype == safetensors::dtype_of<float>)
        return read(float());
    if (tensor.dtype == safetensors::dtype_of<double>)
        return read(double());
    return tensor.dtype == safetensors::dtype_of<float16> ? read(float16()) : read(bfloat16());
}

inline bool has_numbers(const safetensors::Tensor& tensor) {
    for (const std::string_view dtype : {safetensors::dtype_of<float>, safetensors::dtype_of<double>,
                                         safetensors::dtype_of<float16>, safetensors::dtype_of<bfloat16>})
        if (tensor.dtype == dtype)
            return true;
    return false;
}

/// Tensors of which a file has those of a cell (LSTMCell, GRUCell, RNNCell) are called so.
inline void name_cells(std::span<const safetensors::Tensor> tensors, std::span<TorchTensor> expected) {
    std::set<std::string_view> names;
    for (const safetensors::Tensor& tensor : tensors)
        names.insert(tensor.name);
    for (TorchTensor& each : expected)
        if (each.name.ends_with("_l0") && !names.contains(each.name)) {
            const std::string_view of_cell = std::string_view(each.name).substr(0, each.name.size() - 3);
            if (is_of_cell(of_cell.substr(of_cell.rfind('.') + 1)) && names.contains(of_cell))
                each.name.resize(of_cell.size());
        }
}

/// Adds to `problems` each tensor that is missing, of another shape or dtype, or not expected.
inline void compare_torch(std::span<const safetensors::Tensor> tensors, std::span<const TorchTensor> expected,
                          const PyTorch& convention, safetensors::detail::Problems& problems) {
    using safetensors::detail::shape_text, safetensors::detail::tensor_named;
    std::map<std::string_view, const safetensors::Tensor*> found;
    for (const safetensors::Tensor& tensor : tensors)
        found[tensor.name] = &tensor;
    std::set<std::string_view> names;
    std::size_t missing = 0, unexpected = 0;
    for (const TorchTensor& each : expected) {
        names.insert(each.name);
        const auto of_file = found.find(each.name);
        if (each.tensor->kind == ForeignKind::counter)
            continue;
        if (of_file == found.end()) {
            ++missing;
            problems.add("missing " + tensor_named(each.name) + " " + shape_text(each.tensor->shape));
        } else if (const safetensors::Tensor& tensor = *of_file->second;
                   tensor.shape != each.tensor->shape || !has_numbers(tensor)) {
            problems.add(tensor_named(each.name) + ": expected F32, F64, F16 or BF16 " +
                         shape_text(each.tensor->shape) + ", got " + tensor.dtype + " " +
                         shape_text(tensor.shape));
        }
    }
    const auto is_meant = [&](const std::string& name) {
        return name.starts_with(convention.prefix) &&
               std::none_of(convention.ignore.begin(), convention.ignore.end(),
                            [&](const std::string& pattern) { return engine::fits_pattern(name, pattern); });
    };
    for (const safetensors::Tensor& tensor : tensors)
        if (!names.contains(tensor.name) && is_meant(tensor.name)) {
            ++unexpected;
            problems.add("unexpected " + tensor_named(tensor.name) + " " + tensor.dtype + " " +
                         shape_text(tensor.shape));
        }
    if (missing == 0 || unexpected == 0)
        return;
    // What all have before the names that are expected, as `module.` of DataParallel.
    const std::string& first = tensors.front().name;
    for (std::size_t dot = first.find('.'); dot != std::string::npos; dot = first.find('.', dot + 1)) {
        const std::string prefix = first.substr(0, dot + 1);
        if (std::all_of(expected.begin(), expected.end(), [&](const TorchTensor& each) {
                return each.tensor->kind == ForeignKind::counter || found.contains(prefix + each.name);
            })) {
            problems.end_with("all are there behind '" + core::printable(prefix, 200) +
                              "', which may be the `prefix`");
            return;
        }
    }
    if (convention.by == By::name)
        problems.end_with("other names can be given by `names`, or .by = io::By::order");
}

/// Copies tensors to their places among row-major elements. Throws Error with all that does not agree; then
/// some elements may have been changed.
template <std::floating_point Scalar>
void read_torch(std::span<const safetensors::Tensor> tensors, std::span<const TorchTensor> expected,
                std::span<Scalar> elements, safetensors::detail::Problems& problems) {
    std::map<std::string_view, const safetensors::Tensor*> found;
    for (const safetensors::Tensor& tensor : tensors)
        found[tensor.name] = &tensor;
    for (const TorchTensor& each : expected) {
        if (each.tensor->kind == ForeignKind::counter)
            continue;
        const safetensors::Tensor& tensor = *found[each.name];
        const bool adds = each.tensor->kind == ForeignKind::added;
        std::size_t index = 0, too_large = 0;
        for (const ForeignPart& part : each.tensor->parts)
            part.for_each([&](std::size_t at) {
                const double number = number_at(tensor, index++);
                const bool fits = !(std::abs(number) > double(std::numeric_limits<Scalar>::max())) ||
                                  !std::isfinite(number);
                too_large += !fits;
                const Scalar value = fits ? static_cast<Scalar>(number) : Scalar(0);
                elements[at] = adds ? elements[at] + value : value;
            });
        if (too_large > 0)
            problems.add(safetensors::detail::tensor_named(each.name) + ": expected numbers that are " +
                         std::string(safetensors::dtype_of<Scalar>) + ", got " + std::to_string(too_large) +
                         " that are larger");
    }
    problems.throw_if_any();
}

/// The tensors of a file that belong to a network whose nodes these are, put to their places among row-major
/// elements of all its tensors.
template <std::floating_point Scalar>
void load_torch(std::span<const passes::LoweredNode> nodes, std::span<const bool> backwards,
                std::span<const safetensors::Tensor> tensors, const safetensors::Metadata& metadata,
                const std::string& path, const PyTorch& convention, std::span<Scalar> elements) {
    if (const std::string_view format = format_in(metadata); format == burin_format)
        throw Error(path +
                    ": expected a state dict of PyTorch, got a file of Burin's: load(path, model) reads it");
    else if (!format.empty() && format != pytorch_format)
        throw Error(path + ": expected a state dict of PyTorch, 'format' 'pt' or none, got " +
                    core::quoted(format));
    constexpr std::size_t most_problems = 1000;
    safetensors::detail::Problems problems(path, most_problems);
    TorchModules torch(nodes, backwards, convention.channels_first);
    for (const std::string& problem : torch.problems)
        problems.add(problem);
    if (convention.by == By::order) {
        std::vector<safetensors::Tensor> meant;
        for (const safetensors::Tensor& tensor : tensors)
            if (std::none_of(
                    convention.ignore.begin(), convention.ignore.end(),
                    [&](const std::string& pattern) { return engine::fits_pattern(tensor.name, pattern); }))
                meant.push_back(tensor);
        match_modules(torch.modules, meant, convention.prefix, problems);
    }
    auto expected = torch_tensors(torch.modules, convention, problems);
    name_cells(tensors, expected);
    // By order, what does not fit has been told already.
    if (convention.by == By::name || problems.empty())
        compare_torch(tensors, expected, convention, problems);
    problems.throw_if_any();
    read_torch(tensors, std::span<const TorchTensor>(expected), elements, problems);
}

/// The bytes of a foreign tensor of a network's elements.
template <class Stored>
std::vector<std::byte> bytes_of(const ForeignTensor& tensor, std::span<const Stored> elements) {
    if (tensor.kind == ForeignKind::counter)
        return std::vector<std::byte>(sizeof(std::int64_t));
    std::size_t size = 1;
    for (const std::size_t extent : tensor.shape)
        size *= extent;
    std::vector<std::byte> bytes(size * sizeof(Stored));
    if (tensor.kind == ForeignKind::added)
        return bytes;
    std::byte* next = bytes.data();
    for (const ForeignPart& part : tensor.parts)
        part.for_each([&](std::size_t at) {
            std::memcpy(next, &elements[at], sizeof(Stored));
            next += sizeof(Stored);
        });
    return bytes;
}

template <class Stored>
void save_torch(std::span<const passes::LoweredNode> nodes, std::span<const bool> backwards,
                const std::string& path, const PyTorch& convention, std::span<const Stored> elements,
                safetensors::Metadata metadata) {
    if (convention.by == By::order)
        throw Error(path + ": expected names to write, got io::By::order, which is for reading");
    safetensors::detail::Problems problems(path);
    TorchModules torch(nodes, backwards, convention.channels_first);
    for (const std::string& problem : torch.problems)
        problems.add(problem);
    const auto named = torch_tensors(torch.modules, convention, problems);
    problems.throw_if_any();
    std::vector<std::vector<std::byte>> bytes;
    std::vector<safetensors::Tensor> tensors;
    for (const auto& [name, tensor] : named) {
        bytes.push_back(bytes_of(*tensor, elements));
        const bool is_counter = tensor->kind == ForeignKind::counter;
        tensors.push_back({name, is_counter ? "I64" : std::string(safetensors::dtype_of<Stored>),
                           tensor->shape, bytes.back()});
    }
    metadata[std::string(format_key)] = pytorch_format;
    safetensors::write(path, tensors, metadata);
}

} // namespace detail

/// Reads a state dict that PyTorch saved as safetensors, `safetensors.torch.save_file(module.state_dict(),
/// path)`, in F32, F64, F16 or BF16. Matrices are transposed, kernels have their channels put last, the two
/// biases of LSTM and SimpleRNN are added, the packed projections of attention parted, counters of BatchNorm
/// left; and behind a Flatten of an image, or before a Reshape to one, the weights of the Dense layer are put
/// into the order of Burin's images. docs/state-dicts.md has the table.
///
/// Throws one Error with all tensors that are missing, not expected or of another shape; the model then stays
/// as it is. A file of Burin's is refused, and so is a pickle, of which nothing is run.
template <class Net, class Scalar>
void load(const std::string& path, Model<Net, Scalar>& model, const PyTorch& convention) {
    core::within_memory(path, [&] {
        // What else is in the file is not known; it is the file's size that memory is bounded by.
        const detail::Content content(path, std::numeric_limits<std::size_t>::max() / 2);
        std::vector<Scalar> elements(stored_count<Net>);
        detail::load_torch<Scalar>(engine::Network<Net>::graph.nodes, detail::goes_backwards<Net>,
                                   content.tensors, content.metadata, path, convention, elements);
        const auto links = detail::links_in<Net>(content.metadata, path);
        from_row_major<Net>(elements.data(), model.parameters().data());
        model.set_links(links);
    });
}

/// Writes a model as a state dict of PyTorch, which the module of the same layers reads with
/// `module.load_state_dict(safetensors.torch.load_file(path), strict=True)`. Of two biases that Burin has as
/// one, the second is zeros. Throws Error as the other `save` does, and for layers that PyTorch has not.
template <class Net, class Scalar>
void save(const std::string& path, const Model<Net, Scalar>& model, const PyTorch& convention,
          const SaveOptions& options = {}) {
    core::within_memory(path, [&] {
        const std::vector<Scalar> elements =
            detail::row_major<Net>(model.parameters().data(), stored_count<Net>);
        const auto write = [&]<class Stored>(const std::vector<Stored>& stored) {
            detail::save_torch<Stored>(engine::Network<Net>::graph.nodes, detail::goes_backwards<Net>, path,
                                       convention, stored, detail::model_metadata(model));
        };
        switch (options.storage) {
        case Storage::full:
            return write(elements);
        case Storage::float16:
            return write(detail::narrowed<float16, Net, Scalar>(elements, path));
        case Storage::bfloat16:
            return write(detail::narrowed<bfloat16, Net, Scalar>(elements, path));
        }
    });
}

} // namespace burin::io
