#pragma once

#include "burin/core/printable.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/select_tensors.hpp"
#include "burin/io/convention.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/save.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io {

/// Which tensors of a model are read: those whose names fit one of these patterns, in which `*` stands for
/// any characters and `?` for one.
struct Part {
    std::vector<std::string> names;
};

/// Reads some of a model's parameters from a file of any other: what was learnt of much data is where
/// training on few begins.
///
///     io::load("pretrained.safetensors", model, io::Part{{"0.*", "1.*"}});   // all but the head
///
/// The tensors that fit must be the same in both, by name, shape and dtype (F16 and BF16 are widened); all
/// others stay as they are in the model, and are not read from the file. What makes probabilities of the
/// outputs stays the model's, too. Throws one Error with everything that does not agree, also for a pattern
/// that no tensor of the model fits; the model then stays as it is.
template <class Net, class Scalar>
void load(const std::string& path, Model<Net, Scalar>& model, const Part& part) {
    core::within_memory(path, [&] {
        const auto fits = [&](std::string_view name) {
            return std::any_of(part.names.begin(), part.names.end(), [&](const std::string& pattern) {
                return engine::fits_pattern(name, pattern);
            });
        };
        std::vector<Scalar> elements = detail::row_major<Net>(model.parameters().data(), stored_count<Net>);
        std::vector<safetensors::Slot> slots;
        detail::for_each_tensor<Net>(elements.data(), elements.size(), "", detail::collect_slots(slots));
        safetensors::detail::Problems problems(path);
        for (const std::string& pattern : part.names)
            if (std::none_of(slots.begin(), slots.end(),
                             [&](const auto& slot) { return engine::fits_pattern(slot.name, pattern); }))
                problems.add("expected a pattern that tensors of the model fit, got " +
                             burin::core::quoted(pattern));
        if (part.names.empty())
            problems.add("expected patterns of names, got none");
        std::erase_if(slots, [&](const auto& slot) { return !fits(slot.name); });
        // Of a file of another model the size is not known; it is the file's that memory is bounded by.
        detail::Content content(path, std::numeric_limits<std::size_t>::max() / 2);
        detail::check_is_burins(content.metadata, path);
        std::erase_if(content.tensors, [&](const auto& tensor) { return !fits(tensor.name); });
        detail::copy_tensors<Scalar>(content.tensors, slots, problems);
        from_row_major<Net>(elements.data(), model.parameters().data());
    });
}

} // namespace burin::io
