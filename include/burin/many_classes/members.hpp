#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/losses/binary_crossentropy.hpp"
#include "burin/many_classes/relabelled.hpp"
#include "burin/parallel/pool.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/fit_options.hpp"
#include "burin/training/history.hpp"
#include "burin/training/model.hpp"
#include "burin/training/own_callbacks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::many_classes {

namespace detail {

/// The place of the largest of each row; of equal ones the first.
template <class Scalar>
std::vector<Label> largest_of_rows(const std::vector<Scalar>& values, std::size_t columns) {
    std::vector<Label> labels(values.size() / columns);
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * columns);
        labels[row] =
            static_cast<Label>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(columns)) - begin);
    }
    return labels;
}

} // namespace detail

/// Models that each answer one question with yes or no, all of one network type: what the strategies for many
/// classes are made of. The network has one output of one number, a logit or a margin: yes is above 0.
///
/// A member's initial weights, and its order of samples, depend on the seed and its number alone, so that the
/// members train on all cores with the same bits as on one. Each has copies of the options' callbacks, of
/// those given as pointers, too: what these point to stays as it is.
template <class Net, class Scalar = float>
class Members {
    static_assert(engine::Network<Net>::output_count == 1 && output_shape<Net>.size() == 1,
                  "a member of a many-class strategy is a network with one output of one number");
    static_assert(
        burin::detail::known_values<Net, 0> != core::Values::probabilities,
        "a member of a many-class strategy ends in a logit: leave out the Sigmoid, it is in the loss");

  public:
    using ModelType = Model<Net, Scalar>;

    std::vector<ModelType>& members() noexcept { return members_; }
    const std::vector<ModelType>& members() const noexcept { return members_; }

    /// What `fit` measured of each member.
    const std::vector<History>& histories() const noexcept { return histories_; }

    std::size_t class_count() const noexcept { return classes_; }

    /// The members' outputs for each sample: `[samples, members]`. Throws Error unless `fit` has trained
    /// them, or `io::load` has read them (or `set_links` says the loss of weights from elsewhere).
    template <class Inputs>
    std::vector<Scalar> scores(const Inputs& inputs) const {
        return columns_of([&](const ModelType& member) { return predict(member, inputs); });
    }

    /// Their probabilities of yes. Throws Error if they were trained with a loss that knows none.
    template <class Inputs>
    std::vector<Scalar> probabilities(const Inputs& inputs) const {
        return columns_of([&](const ModelType& member) { return burin::predict_proba(member, inputs); });
    }

  protected:
    Members(const char* name, std::size_t classes, std::size_t count, std::uint64_t seed)
        : name_(name), classes_(classes) {
        if (classes < 2)
            throw Error(std::string(name) + ": expected at least two classes, got " +
                        std::to_string(classes));
        members_.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            members_.emplace_back(ModelOptions{.seed = seed_of(seed, i)});
    }

    /// Trains each member on the samples for which `answer_of(member, label)` is 1 (yes) or 0 (no), not on
    /// those where it is -1. Throws Error if the data do not fit, have other than one label a sample or one
    /// that is no class, or if a member has none of both answers.
    template <class Data, class Options, class AnswerOf>
    void fit_members(const Data& data, const Options& options, const AnswerOf& answer_of) {
        static_assert(std::is_same_v<typename Data::TargetType, Label>,
                      "many-class strategies train on class labels");
        static_assert(
            std::is_same_v<decltype(Options::validation), fitting::NoValidation> ||
                std::is_same_v<decltype(Options::validation), HeldOut>,
            "the members have targets of their own: validate them with HeldOut, or the whole by itself");
        if (data.target_size() != 1)
            throw Error(std::string(name_) + ": expected one label a sample, got " +
                        std::to_string(data.target_size()));
        data.check_labels(classes_);
        histories_.assign(members_.size(), {});
        parallel::for_each(members_.size(), [&](std::size_t member) {
            core::within_memory(name_, [&] {
                std::vector<std::size_t> rows;
                std::vector<Target<Options>> targets;
                bool has[2] = {false, false};
                for (std::size_t i = 0; i < data.size(); ++i) {
                    const int answer = answer_of(member, static_cast<std::size_t>(data.target(i)[0]));
                    if (answer < 0)
                        continue;
                    has[answer] = true;
                    rows.push_back(i);
                    targets.push_back(target<Options>(answer));
                }
                if (!has[0] || !has[1])
                    throw Error(std::string(name_) + ": member " + std::to_string(member) +
                                ": expected samples of both kinds, got none of one");
                Options own = options;
                own.verbose = false;
                [[maybe_unused]] const auto owner = burin::detail::own_callbacks(own.callbacks);
                own.seed = seed_of(options.seed, member);
                histories_[member] =
                    fit(members_[member],
                        detail::Relabelled<Data, Target<Options>>(data, std::move(rows), std::move(targets)),
                        own);
            });
        });
    }

  private:
    static constexpr std::uint64_t seed_of(std::uint64_t seed, std::size_t member) noexcept {
        const core::Philox::Counter words = RandomStream{seed, Purpose::splitting, 0x6d656d62}.block(member);
        return std::uint64_t{words[0]} << 32 | words[1];
    }

    /// Losses that take no labels for one output (hinge) want -1 and 1.
    template <class Options>
    static constexpr bool takes_labels = losses::link_of<decltype(Options::loss)> == Link::sigmoid;
    template <class Options>
    using Target = std::conditional_t<takes_labels<Options>, Label, Scalar>;

    template <class Options>
    static Target<Options> target(int answer) noexcept {
        if constexpr (takes_labels<Options>)
            return static_cast<Label>(answer);
        else
            return static_cast<Scalar>(2 * answer - 1);
    }

    template <class Answers>
    std::vector<Scalar> columns_of(const Answers& answers_of) const {
        if (std::none_of(members_.begin(), members_.end(),
                         [](const ModelType& member) { return member.links().has_value(); }))
            throw Error(std::string(name_) +
                        ": expected a fitted strategy, got one that is not trained; call `fit`, "
                        "or load its members");
        return core::within_memory(name_, [&] {
            std::vector<std::vector<Scalar>> columns(members_.size());
            parallel::for_each(members_.size(),
                               [&](std::size_t member) { columns[member] = answers_of(members_[member]); });
            std::vector<Scalar> table(columns.size() * columns[0].size());
            for (std::size_t member = 0; member < columns.size(); ++member)
                for (std::size_t row = 0; row < columns[member].size(); ++row)
                    table[row * columns.size() + member] = columns[member][row];
            return table;
        });
    }

    const char* name_;
    std::size_t classes_;
    std::vector<ModelType> members_;
    std::vector<History> histories_;
};

/// How a strategy's members are trained if nothing is said.
using BinaryFit = Fit<losses::BinaryCrossentropy>;

} // namespace burin::many_classes
