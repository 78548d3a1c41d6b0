#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/graph/network.hpp"
#include "burin/training/check_values.hpp"
#include "burin/training/objective.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin {

namespace fitting {

/// Data whose batches are prepared elsewhere, as those of data::Loader: `data.batches(Data::Order{.seed = …,
/// .epoch = …, .batch_size = …, .shuffle = …, .augment = …, .first_batch = …})` has a member `next()`, which
/// gives a pointer to the next batch, itself a data set, or null.
template <class Data>
concept PreparesBatches = requires(const Data& data) { data.batches(typename Data::Order{}); };

/// The samples of one batch before they are trained on, which `Fit{.augment = …}` may change: row-major,
/// sample after sample. `weights` is empty where the data have none.
template <class Net, class Loss, class Scalar>
struct TrainingBatch {
    template <std::size_t Output>
    using Target = losses::TargetOf<LossAt<Loss, Output>, Scalar>;
    using Targets = typename decltype([]<std::size_t... I>(std::index_sequence<I...>) {
        return std::type_identity<std::tuple<std::span<Target<I>>...>>{};
    }(std::make_index_sequence<Objective<Loss>::count>{}))::type;

    static constexpr auto& input_shapes = engine::Network<Net>::input_shapes;

    std::array<std::span<Scalar>, engine::Network<Net>::input_count> inputs{};
    Targets targets{};
    std::span<Scalar> weights{};
    std::size_t rows = 0;
};

} // namespace fitting

namespace detail {

/// Targets of one sample: those of each output one after the other.
template <class Net, class Loss>
inline constexpr auto target_sizes = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::size_t, sizeof...(I)>{
        losses::target_size<fitting::LossAt<Loss, I>>(output_shape<Net, I>)...};
}(std::make_index_sequence<fitting::Objective<Loss>::count>{});

/// Below what number the labels of an output must be: that of its classes, or 2 where a loss takes labels for
/// probabilities of 0 and 1. 0 if its targets are no labels.
template <class Net, class Loss, class DataTarget, std::size_t Output>
inline constexpr std::size_t label_count = [] {
    using L = fitting::LossAt<Loss, Output>;
    if constexpr (std::is_same_v<losses::TargetOf<L, float>, Label>)
        return engine::Network<Net>::output_shapes[Output].last();
    else
        return std::size_t(std::is_same_v<DataTarget, Label> && losses::link_of<L> == Link::sigmoid ? 2 : 0);
}();

/// Throws Error unless every target that is a label is one of those that there are, or ignored.
template <class Net, class Loss, class Data>
void check_labels(const Data& data, const Loss& loss, const std::string& who) {
    using Target = typename Data::TargetType;
    const auto ignored_by = [&]<std::size_t Output>() {
        return losses::ignored_label(fitting::Objective<Loss>::template get<Output>(loss));
    };
    if constexpr (std::is_same_v<Target, Label> && fitting::Objective<Loss>::count == 1) {
        if constexpr (label_count<Net, Loss, Target, 0> > 0)
            data.check_labels(label_count<Net, Loss, Target, 0>, ignored_by.template operator()<0>());
    } else {
        const auto check = [&](std::size_t first, std::size_t count, std::size_t labels,
                               IgnoredLabel ignored) {
            for (std::size_t i = 0; labels > 0 && i < data.size(); ++i)
                for (const auto value : data.target(i).subspan(first, count)) {
                    const auto label = static_cast<double>(value);
                    const bool is_whole =
                        std::abs(label) <= static_cast<double>(no_label) && label == std::floor(label);
                    if (!is_whole || (!ignored.matches(core::to_label(label)) &&
                                      !(label >= 0 && label < static_cast<double>(labels))))
                        throw Error(who + ": sample " + std::to_string(i) + ": expected a label below " +
                                    std::to_string(labels) + ", got " + std::to_string(label));
                }
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            constexpr auto& sizes = target_sizes<Net, Loss>;
            std::size_t first = 0;
            ((check(first, sizes[I], label_count<Net, Loss, Target, I>, ignored_by.template operator()<I>()),
              first += sizes[I]),
             ...);
        }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
    }
}

/// Throws Error where a label is the blank of a loss that has one, which stands for no label.
template <class Net, class Loss, class Data>
void check_blanks(const Data& data, const Loss& loss, const std::string& who) {
    const auto check = [&](std::size_t first, std::size_t count, const auto& own) {
        if constexpr (requires { own.blank; })
            for (std::size_t i = 0; i < data.size(); ++i)
                for (const auto label : data.target(i).subspan(first, count))
                    if (core::to_label(static_cast<double>(label)) == own.blank)
                        throw Error(who + ": sample " + std::to_string(i) +
                                    ": expected labels other than the blank, got " +
                                    std::to_string(own.blank));
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        constexpr auto& sizes = target_sizes<Net, Loss>;
        std::size_t first = 0;
        ((check(first, sizes[I], fitting::Objective<Loss>::template get<I>(loss)), first += sizes[I]), ...);
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
}

/// Throws Error unless the samples are such as the network takes.
template <class Net, class Data>
void check_shape(const Data& data, std::string_view caller) {
    using N = ::burin::engine::Network<Net>;
    const std::string who(caller);
    if (data.input_shape().size() != engine::Network<Net>::sample_size) {
        Text<128> expected, found;
        for (std::size_t i = 0; i < N::input_count; ++i)
            expected.append(i == 0 ? "" : " and ").append(N::input_shapes[i]);
        found.append(data.input_shape());
        throw Error(who + ": expected samples of shape " + std::string(expected.view()) + ", got " +
                    std::string(found.view()));
    }
}

/// The same, and that there are any.
template <class Net, class Data>
void check_samples(const Data& data, std::string_view caller) {
    if (data.empty())
        throw Error(std::string(caller) + ": expected at least one sample, got an empty data set");
    check_shape<Net>(data, caller);
}

/// Why a loss can't compare outputs with labels; empty if it can.
template <class Loss>
constexpr Sentence describe_labels(const Shape& output) {
    Sentence sentence;
    if (std::is_same_v<losses::TargetOf<Loss, float>, Label> || losses::link_of<Loss> == Link::sigmoid ||
        losses::target_size<Loss>(output) == 0)
        return sentence;
    sentence.append(losses::answer_of<Loss> == losses::Answer::one_class   ? "expected a distribution"
                    : losses::answer_of<Loss> == losses::Answer::yes_or_no ? "expected targets of -1 and 1"
                                                                           : "expected numbers as targets");
    sentence.append(", as in a Dataset<float>, got labels; for those use ");
    return sentence.append(output.last() > 1 ? "SparseCategoricalCrossentropy"
                                             : "BinaryCrossentropy, or SparseCategoricalCrossentropy with an "
                                               "output for each class");
}

template <class Net, class Loss, class Target>
struct ExaminedTargets {
    static constexpr Sentence problem = [] {
        Sentence sentence;
        if constexpr (std::is_same_v<Target, Label> && fitting::loss_fits<Net, Loss>)
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                ((sentence = sentence.empty() ? of_output<Net>(I, describe_labels<fitting::LossAt<Loss, I>>(
                                                                      output_shape<Net, I>))
                                              : sentence),
                 ...);
            }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
        return sentence;
    }();
};

/// Throws Error unless the labels are such as the loss compares.
template <class Net, class Loss, class Data>
void check_all_labels(const Data& data, const Loss& loss, const std::string& who) {
    check_labels<Net>(data, loss, who);
    check_blanks<Net>(data, loss, who);
}

/// Throws Error unless the samples are such as the network takes and the loss compares, and unless it has a
/// weight for each class if for any. The labels of batches that are prepared elsewhere are looked at as they
/// come.
template <class Net, class Loss, class Data>
void check_data(const Data& data, const Loss& loss, std::string_view caller) {
    [[maybe_unused]] const core::DiagnosisOf<ExaminedTargets<Net, Loss, typename Data::TargetType>>
        targets_fit;
    const std::string who(caller);
    check_samples<Net>(data, caller);
    std::size_t targets = 0;
    for (const std::size_t size : target_sizes<Net, Loss>)
        targets += size;
    if (data.target_size() != targets)
        throw Error(who + ": expected " + std::to_string(targets) + " targets a sample, got " +
                    std::to_string(data.target_size()));
    if constexpr (!fitting::PreparesBatches<Data>)
        check_all_labels<Net>(data, loss, who);
    check_loss_options<Net>(loss, who);
    check_class_weights<Net>(loss, who);
}

/// Copies the pieces of one sample to the places of `row` in buffers of pieces of these sizes.
template <std::size_t Index = 0, class Sample, std::size_t Count, class Buffers>
void scatter(const Sample& sample, const std::array<std::size_t, Count>& sizes, std::size_t row,
             Buffers& buffers, std::size_t first = 0) {
    if constexpr (Index < Count) {
        auto& buffer = std::get<Index>(buffers);
        using Value = typename std::remove_cvref_t<decltype(buffer)>::value_type;
        const auto piece = sample.subspan(first, sizes[Index]);
        std::transform(piece.begin(), piece.end(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(row * sizes[Index]), [](auto value) {
                           if constexpr (std::is_same_v<Value, Label> &&
                                         !std::is_same_v<decltype(value), Label>)
                               return core::to_label(static_cast<double>(value));
                           else
                               return static_cast<Value>(value);
                       });
        scatter<Index + 1>(sample, sizes, row, buffers, first + sizes[Index]);
    }
}

/// Room for the inputs of one batch, each input's samples one after the other.
template <class Net, class Scalar>
class InputBuffer {
    using N = engine::Network<Net>;

  public:
    explicit InputBuffer(std::size_t batch) {
        for (std::size_t i = 0; i < N::input_count; ++i)
            inputs_[i].resize(batch * sizes[i]);
    }

    /// Copies a sample, all its inputs one after the other, to place `row`.
    template <class Value>
    void put(std::size_t row, std::span<const Value> sample) {
        scatter(sample, sizes, row, inputs_);
    }

    /// Zeros for what is not finite in a sample that does not count: its gradients are products with 0.
    void make_finite(std::size_t row) noexcept {
        for (std::size_t i = 0; i < N::input_count; ++i)
            for (Scalar& value : std::span(inputs_[i]).subspan(row * sizes[i], sizes[i]))
                value = std::isfinite(value) ? value : Scalar(0);
    }

    /// The first `rows` samples of each input, to be changed.
    std::array<std::span<Scalar>, N::input_count> spans(std::size_t rows) noexcept {
        std::array<std::span<Scalar>, N::input_count> result;
        for (std::size_t i = 0; i < N::input_count; ++i)
            result[i] = std::span(inputs_[i]).first(rows * sizes[i]);
        return result;
    }

    std::array<const Scalar*, N::input_count> pointers() const noexcept {
        std::array<const Scalar*, N::input_count> result{};
        for (std::size_t i = 0; i < N::input_count; ++i)
            result[i] = inputs_[i].data();
        return result;
    }

  private:
    static constexpr std::array<std::size_t, N::input_count> sizes = [] {
        std::array<std::size_t, N::input_count> result{};
        for (std::size_t i = 0; i < N::input_count; ++i)
            result[i] = N::input_shapes[i].size();
        return result;
    }();

    std::array<std::vector<Scalar>, N::input_count> inputs_;
};

/// Room for one batch of samples, gathered from wherever they are.
template <class Net, class Loss, class Scalar>
class BatchBuffer {
    using SamplesType = Samples<Net, Loss, Scalar>;
    static constexpr auto& sizes = target_sizes<Net, Loss>;

  public:
    explicit BatchBuffer(std::size_t batch) : inputs_(batch), weights_(batch) {
        std::size_t output = 0;
        std::apply([&](auto&... targets) { (targets.resize(batch * sizes[output++]), ...); }, targets_);
    }

    /// Copies sample `index` of `data` to place `row`.
    template <class Data>
    void put(std::size_t row, const Data& data, std::size_t index) {
        inputs_.put(row, data.input(index));
        scatter(data.target(index), sizes, row, targets_);
        weights_[row] = static_cast<Scalar>(data.weight(index));
        // Rows may be put by several threads.
        if (row == 0)
            weighted_ = data.has_weights();
        if (weights_[row] == Scalar(0))
            inputs_.make_finite(row);
    }

    SamplesType samples(std::size_t rows) const noexcept {
        SamplesType samples;
        samples.inputs = inputs_.pointers();
        samples.targets = std::apply(
            [](const auto&... targets) { return typename SamplesType::Targets{targets.data()...}; },
            targets_);
        samples.weights = weighted_ ? weights_.data() : nullptr;
        samples.rows = rows;
        return samples;
    }

    fitting::TrainingBatch<Net, Loss, Scalar> to_change(std::size_t rows) noexcept {
        fitting::TrainingBatch<Net, Loss, Scalar> batch;
        batch.inputs = inputs_.spans(rows);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((std::get<I>(batch.targets) = std::span(std::get<I>(targets_)).first(rows * sizes[I])), ...);
        }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
        if (weighted_)
            batch.weights = std::span(weights_).first(rows);
        batch.rows = rows;
        return batch;
    }

  private:
    using Targets = typename decltype([]<std::size_t... I>(std::index_sequence<I...>) {
        return std::type_identity<std::tuple<std::vector<typename SamplesType::template Target<I>>...>>{};
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{}))::type;

    InputBuffer<Net, Scalar> inputs_;
    Targets targets_;
    std::vector<Scalar> weights_;
    bool weighted_ = false;
};

} // namespace detail
} // namespace burin
