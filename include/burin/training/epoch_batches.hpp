#pragma once

#include "burin/core/random.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/workers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace burin::detail {

/// Which batches of an epoch, in which order.
struct EpochOrder {
    std::uint64_t seed = 0;
    std::size_t epoch = 0;
    std::size_t batch_size = 0;
    bool shuffle = true;
    std::size_t first_batch = 0;
};

/// The batches of one epoch, one after the other.
///
/// The order is a function of seed and epoch alone. Data may have one of their own, as
/// `data::BalancedBatches` has: as many numbers of samples as there are samples.
template <class Data>
class EpochBatches {
  public:
    EpochBatches(const Data& data, const EpochOrder& order)
        : data_(&data), rows_(order_of(data, order)), batch_size_(order.batch_size),
          next_(order.first_batch * order.batch_size) {}

    /// The next batch, if there is one.
    template <class Workers = fitting::InTurn>
    bool next(Workers&& = {}) noexcept {
        first_ = next_;
        next_ += batch_size_;
        return first_ < rows_.size();
    }

    /// Copies its samples, as many at a time as `workers` like. Returns how many there are.
    template <class Buffer, class Workers = fitting::InTurn>
    std::size_t put_into(Buffer& buffer, Workers&& workers = {}) const {
        const std::size_t count = std::min(batch_size_, rows_.size() - first_);
        workers.for_each(count, [&](std::size_t row) { buffer.put(row, *data_, rows_[first_ + row]); });
        return count;
    }

  private:
    static std::vector<std::size_t> order_of(const Data& data, const EpochOrder& order) {
        const RandomStream stream{order.seed, Purpose::shuffling,
                                  static_cast<std::uint32_t>(order.epoch + 1)};
        if constexpr (requires { data.epoch_order(stream, order.shuffle); }) {
            return data.epoch_order(stream, order.shuffle);
        } else {
            std::vector<std::size_t> rows(data.size());
            std::iota(rows.begin(), rows.end(), std::size_t{0});
            if (order.shuffle)
                shuffle(rows, stream);
            return rows;
        }
    }

    const Data* data_;
    std::vector<std::size_t> rows_;
    std::size_t batch_size_, first_ = 0, next_;
};

/// Those that are prepared elsewhere.
template <fitting::PreparesBatches Data>
class EpochBatches<Data> {
  public:
    EpochBatches(const Data& data, const EpochOrder& order)
        : batches_(data.batches(typename Data::Order{.seed = order.seed,
                                                     .epoch = order.epoch,
                                                     .batch_size = order.batch_size,
                                                     .shuffle = order.shuffle,
                                                     .first_batch = order.first_batch})) {}

    /// What prepares them only as they are asked for may let `workers` do it.
    template <class Workers = fitting::InTurn>
    bool next(Workers&& workers = {}) {
        if constexpr (requires { batches_.next(workers); })
            loaded_ = batches_.next(workers);
        else
            loaded_ = batches_.next();
        return loaded_ != nullptr;
    }

    /// The batch as a data set.
    const auto& loaded() const noexcept { return *loaded_; }

    template <class Buffer, class Workers = fitting::InTurn>
    std::size_t put_into(Buffer& buffer, Workers&& workers = {}) const {
        workers.for_each(loaded_->size(), [&](std::size_t row) { buffer.put(row, *loaded_, row); });
        return loaded_->size();
    }

  private:
    using Batches = decltype(std::declval<const Data&>().batches(typename Data::Order{}));

    Batches batches_;
    decltype(std::declval<Batches&>().next()) loaded_ = nullptr;
};

} // namespace burin::detail
