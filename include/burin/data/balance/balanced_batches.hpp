#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/balance/class_counts.hpp"
#include "burin/data/dataset.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace burin::data {

/// A set from which `fit` takes the classes in turns, so that a batch has as many of each, or one more:
///
///     fit(model, data::BalancedBatches(train), Fit{.batch_size = batch<32>});
///
/// An epoch is as many samples as the set has. Each class is gone through in an order drawn for it, and again
/// from its beginning in another where it ends: of a small one each sample comes equally often, several
/// times, and of a large one some do not come in this epoch. What comes where is a function of seed, epoch
/// and place alone. With `Fit{.shuffle = false}` each class keeps its order. It is otherwise as the set,
/// whose memory it shares. Throws Error if a sample has several labels.
template <class Scalar = float>
class BalancedBatches : public Dataset<Label, Scalar> {
  public:
    BalancedBatches(Dataset<Label, Scalar> data) : Dataset<Label, Scalar>(std::move(data)) {
        core::within_memory("BalancedBatches", [&] {
            const std::vector<Label> labels = this->labels();
            if (!labels.empty())
                members_ = detail::members_of_classes(labels, "BalancedBatches");
            std::erase_if(members_, [](const auto& own) { return own.empty(); });
        });
    }

    BalancedBatches subset(std::size_t first, std::size_t count) const {
        return Dataset<Label, Scalar>::subset(first, count);
    }
    BalancedBatches subset(std::span<const std::size_t> indices) const {
        return Dataset<Label, Scalar>::subset(indices);
    }

    /// The numbers of the samples of an epoch, one after the other.
    std::vector<std::size_t> epoch_order(const RandomStream& stream, bool shuffles) const {
        std::vector<std::size_t> order(this->size());
        for (std::size_t c = 0; c < members_.size(); ++c) {
            std::vector<std::size_t> own = members_[c];
            for (std::size_t i = c, turn = 0; i < order.size(); i += members_.size(), ++turn) {
                const std::size_t place = turn % own.size();
                if (place == 0 && shuffles)
                    shuffle(own, of_pass(stream, c, turn / own.size()));
                order[i] = own[place];
            }
        }
        return order;
    }

  private:
    /// Each pass through each class of each epoch draws from numbers of its own: keyed by seed and epoch, and
    /// by class and pass.
    static RandomStream of_pass(const RandomStream& stream, std::size_t c, std::size_t pass) noexcept {
        const auto words = stream.block((std::uint64_t{c} << 32) + pass);
        return {(std::uint64_t{words[0]} << 32) + words[1], stream.purpose, words[2]};
    }

    std::vector<std::vector<std::size_t>> members_;
};
template <class Scalar>
BalancedBatches(Dataset<Label, Scalar>) -> BalancedBatches<Scalar>;

} // namespace burin::data
