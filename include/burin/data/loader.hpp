#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/sample_stream.hpp"
#include "burin/data/source.hpp"
#include "burin/training/workers.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

struct LoaderOptions {
    std::size_t workers = 1; ///< Threads beside that of the caller; 0: it loads them itself, as it asks, or
                             ///< those of a `Fit{.threads = n}` do.
    std::size_t ahead = 4;   ///< Most batches that are ready, or being made, before they are asked for.
};

/// Leaves samples as they are.
struct KeepSamples {};

/// Some samples with their targets, one after the other: a data set of one batch.
template <class Target, class Scalar>
class LoadedBatch {
  public:
    using TargetType = Target;
    using ScalarType = Scalar;

    LoadedBatch(Shape shape, std::size_t target_size, std::size_t capacity, bool has_weights)
        : shape_(shape), target_size_(target_size), inputs_(capacity * shape.size()),
          targets_(capacity * target_size), weights_(has_weights ? capacity : 0), numbers_(capacity) {}

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    Shape input_shape() const noexcept { return shape_; }
    std::size_t target_size() const noexcept { return target_size_; }
    bool has_weights() const noexcept { return !weights_.empty(); }

    /// All inputs and all targets, sample after sample.
    std::span<const Scalar> inputs() const noexcept { return {inputs_.data(), size_ * shape_.size()}; }
    std::span<const Target> targets() const noexcept { return {targets_.data(), size_ * target_size_}; }
    /// Of sample `row`, which is below size().
    std::span<const Scalar> input(std::size_t row) const noexcept {
        return {inputs_.data() + row * shape_.size(), shape_.size()};
    }
    std::span<const Target> target(std::size_t row) const noexcept {
        return {targets_.data() + row * target_size_, target_size_};
    }
    Scalar weight(std::size_t row) const noexcept { return has_weights() ? weights_[row] : Scalar(1); }
    /// Its number in the source.
    std::size_t number(std::size_t row) const noexcept { return numbers_[row]; }

    /// Throws Error unless every label is less than `classes`, or the one that is ignored.
    void check_labels(std::size_t classes, IgnoredLabel ignored = {}) const
        requires std::is_same_v<Target, Label>
    {
        for (std::size_t row = 0; row < size_; ++row)
            for (const Label label : target(row))
                if (label >= classes && !ignored.matches(label))
                    throw Error("Loader: sample " + std::to_string(numbers_[row]) +
                                ": expected a label below " + std::to_string(classes) + ", got " +
                                std::to_string(label));
    }

    /// @cond
    std::span<Scalar> input_to_fill(std::size_t row) noexcept {
        return {inputs_.data() + row * shape_.size(), shape_.size()};
    }
    std::span<Target> target_to_fill(std::size_t row) noexcept {
        return {targets_.data() + row * target_size_, target_size_};
    }
    void set_weight(std::size_t row, Scalar weight) noexcept { weights_[row] = weight; }
    void set_number(std::size_t row, std::size_t number) noexcept { numbers_[row] = number; }
    void set_size(std::size_t size) noexcept { size_ = size; }
    /// @endcond

  private:
    Shape shape_;
    std::size_t target_size_;
    std::vector<Scalar> inputs_;
    std::vector<Target> targets_;
    std::vector<Scalar> weights_;
    std::vector<std::size_t> numbers_;
    std::size_t size_ = 0;
};

namespace detail {

/// Which samples are in a batch, and how they get there. `claim` is called for one batch after the other,
/// `fill` by several threads at a time; `first` is the place of the batch's first sample in the epoch.
template <class Source>
class Feed {
  public:
    Feed(const Source& source, const LoadOrder& order) : source_(&source), load_(order) {
        // As `fit` orders an epoch.
        const RandomStream stream{order.seed, Purpose::shuffling,
                                  static_cast<std::uint32_t>(order.epoch + 1)};
        if constexpr (requires { source.epoch_order(stream, order.shuffle); }) {
            order_ = source.epoch_order(stream, order.shuffle);
        } else {
            order_.resize(source.size());
            std::iota(order_.begin(), order_.end(), std::size_t{0});
            if (order.shuffle)
                burin::shuffle(order_, stream);
        }
    }

    std::size_t size() const noexcept { return order_.size(); }
    void skip(std::size_t) noexcept {}
    template <class Batch>
    void claim(std::size_t first, Batch& batch) const noexcept {
        for (std::size_t row = 0; row < batch.size(); ++row)
            batch.set_number(row, order_[first + row]);
    }
    template <class Batch, class Workers>
    void fill(std::size_t first, Batch& batch, Workers& workers) const {
        workers.for_each(batch.size(), [&](std::size_t row) {
            const std::size_t number = batch.number(row);
            read(number, first + row, batch.input_to_fill(row), batch.target_to_fill(row));
            if (batch.has_weights())
                if constexpr (requires { source_->weight(number); })
                    batch.set_weight(row, source_->weight(number));
        });
    }

  private:
    template <class Input, class Target>
    void read(std::size_t number, [[maybe_unused]] std::size_t place, Input input, Target target) const {
        // Another stream than what the loader itself changes samples with.
        constexpr std::uint64_t of_source = std::uint64_t{1} << 32;
        if constexpr (requires(const RandomStream& stream) { source_->read(number, input, target, stream); })
            if (load_.augment)
                return source_->read(number, input, target,
                                     stream_of(sample_stream(load_.seed, load_.epoch, place), of_source));
        read_sample(*source_, number, input, target);
    }

    const Source* source_;
    LoadOrder load_;
    std::vector<std::size_t> order_;
};

template <ReadsInTurn Source>
class Feed<Source> {
  public:
    Feed(const Source& source, const LoadOrder& order)
        : source_(&source), cursor_(source.open(order)), input_(source.input_shape().size()),
          target_(source.target_size()) {}

    std::size_t size() const { return source_->size(); }
    void skip(std::size_t samples) {
        while (samples-- > 0)
            require(cursor_.next(std::span(input_), std::span(target_)));
    }
    template <class Batch>
    void claim(std::size_t, Batch& batch) {
        for (std::size_t row = 0; row < batch.size(); ++row)
            batch.set_number(row, require(cursor_.next(batch.input_to_fill(row), batch.target_to_fill(row))));
    }
    template <class Batch, class Workers>
    void fill(std::size_t, Batch&, Workers&) const noexcept {}

  private:
    std::size_t require(std::size_t number) const {
        if (number == no_sample)
            throw Error("Loader: expected a source of " + std::to_string(source_->size()) +
                        " samples, as it says, got less");
        return number;
    }

    const Source* source_;
    decltype(std::declval<const Source&>().open(LoadOrder{})) cursor_;
    std::vector<typename Source::ScalarType> input_;
    std::vector<typename Source::TargetType> target_;
};

/// What is wrong with what shall change the samples of a source.
template <class Source, class Augment>
struct ExaminedSampleAugment {
    static constexpr Sentence problem = [] {
        using Input = std::span<typename Source::ScalarType>;
        using Target = std::span<typename Source::TargetType>;
        if constexpr (
            std::is_same_v<Augment, KeepSamples> ||
            requires(const Augment& augment, Input input, Target target, const RandomStream& stream) {
                augment(input, target, stream);
            } ||
            requires(const Augment& augment, Input input, const RandomStream& stream) {
                augment(input, stream);
            })
            return Sentence{};
        else if constexpr (requires(const Augment& augment, const Shape& shape) { augment.of(shape); })
            return Sentence("data::Loader: expected transforms with the shape of a sample, as in "
                            "`augment.of(Shape(32, 32, 3))`, got them without");
        else
            return burin::detail::misuse<Augment>(
                "data::Loader", "what changes a sample, called as `(input, stream)` or `(input, target, "
                                "stream)`");
    }();
};

template <class Source>
bool has_weights(const Source& source) {
    if constexpr (requires { source.has_weights(); })
        return source.has_weights();
    else
        return false;
}

} // namespace detail

/// The batches of an epoch, one after the other, in the same order and of the same bits at any number of
/// workers. Its threads end with it.
template <class Source, class Augment>
class LoadedBatches {
  public:
    using Batch = LoadedBatch<typename Source::TargetType, typename Source::ScalarType>;

    LoadedBatches(const Source& source, const Augment& augment, const LoadOrder& order,
                  const LoaderOptions& options)
        : augment_(&augment), order_(order), feed_(source, order), size_(feed_.size()),
          next_to_make_(order.first_batch), next_to_give_(order.first_batch) {
        count_ = size_ / order.batch_size + (size_ % order.batch_size > 0);
        feed_.skip(std::min(size_, std::min(order.first_batch, count_) * order.batch_size));
        // The one that the caller looks at, and those ahead of it.
        const std::size_t slots = options.workers == 0 ? 1 : std::max<std::size_t>(options.ahead, 1) + 1;
        for (std::size_t i = 0; i < slots; ++i)
            slots_.push_back({Batch(source.input_shape(), source.target_size(),
                                    std::min(order.batch_size, size_), detail::has_weights(source)),
                              {},
                              false});
        threads_.reserve(options.workers);
        try {
            for (std::size_t i = 0; i < options.workers; ++i)
                threads_.emplace_back([this] { work(); });
        } catch (const std::system_error& error) {
            stop();
            throw Error("Loader: expected " + std::to_string(options.workers) + " threads, got " +
                        std::to_string(threads_.size()) + ": " + error.what());
        }
    }
    LoadedBatches(const LoadedBatches&) = delete;
    LoadedBatches& operator=(const LoadedBatches&) = delete;
    ~LoadedBatches() { stop(); }

    /// The next batch, which stays as it is until the next call; null behind the last one. Throws Error where
    /// the batch could not be made, for the same batch at any number of workers.
    ///
    /// Without workers of its own the loader lets those that are given make it: `for_each(count, work)`.
    template <class Workers = fitting::InTurn>
    const Batch* next(Workers&& workers = {}) {
        if (next_to_give_ >= count_)
            return nullptr;
        Slot& slot = slots_[next_to_give_ % slots_.size()];
        if (threads_.empty()) {
            make(next_to_give_, slot, [] {}, workers);
        } else {
            std::unique_lock lock(mutex_);
            // What was looked at until now may be filled anew.
            given_ = next_to_give_;
            room_.notify_one();
            ready_.wait(lock, [&] { return slot.is_ready; });
            slot.is_ready = false;
        }
        if (slot.error) {
            const std::exception_ptr error = std::exchange(slot.error, nullptr);
            stop();
            next_to_give_ = count_;
            std::rethrow_exception(error);
        }
        ++next_to_give_;
        return &slot.batch;
    }

    /// How many batches the epoch has.
    std::size_t count() const noexcept { return count_; }

  private:
    struct Slot {
        Batch batch;
        std::exception_ptr error;
        bool is_ready;
    };

    /// Makes batch `index`, the next one; `claimed` is called when another thread may begin with the one
    /// behind it.
    template <class Claimed, class Workers>
    void make(std::size_t index, Slot& slot, Claimed claimed, Workers& workers) noexcept {
        try {
            const std::size_t first = index * order_.batch_size;
            slot.batch.set_size(std::min(order_.batch_size, size_ - first));
            feed_.claim(first, slot.batch);
            claimed();
            feed_.fill(first, slot.batch, workers);
            if (order_.augment)
                augment(slot.batch, first, workers);
        } catch (const Error&) {
            slot.error = std::current_exception();
        } catch (const std::bad_alloc&) {
            slot.error = std::make_exception_ptr(Error("Loader: expected what fits into memory, got more"));
        } catch (const std::exception& error) {
            slot.error = std::make_exception_ptr(
                Error("Loader: batch " + std::to_string(index) + ": " + error.what()));
        } catch (...) {
            slot.error = std::make_exception_ptr(
                Error("Loader: batch " + std::to_string(index) + ": an exception of an unknown kind"));
        }
    }

    /// `first` is the place of the batch's first sample in the epoch.
    template <class Workers>
    void augment(Batch& batch, [[maybe_unused]] std::size_t first, [[maybe_unused]] Workers& workers) const {
        if constexpr (!std::is_same_v<Augment, KeepSamples>)
            workers.for_each(batch.size(), [&](std::size_t row) {
                const RandomStream stream = sample_stream(order_.seed, order_.epoch, first + row);
                if constexpr (requires {
                                  (*augment_)(batch.input_to_fill(row), batch.target_to_fill(row), stream);
                              })
                    (*augment_)(batch.input_to_fill(row), batch.target_to_fill(row), stream);
                else
                    (*augment_)(batch.input_to_fill(row), stream);
            });
    }

    /// What a worker does until all batches are made.
    void work() noexcept {
        for (;;) {
            std::unique_lock turn(turn_);
            const std::size_t index = next_to_make_;
            if (index >= count_)
                return;
            Slot& slot = slots_[index % slots_.size()];
            {
                std::unique_lock lock(mutex_);
                room_.wait(lock, [&] { return is_stopping_ || index < given_ + slots_.size(); });
                if (is_stopping_)
                    return;
            }
            ++next_to_make_;
            fitting::InTurn alone;
            make(index, slot, [&] { turn.unlock(); }, alone);
            // A source that failed is not asked again.
            if (turn.owns_lock()) {
                next_to_make_ = count_;
                turn.unlock();
            }
            const std::unique_lock lock(mutex_);
            slot.is_ready = true;
            ready_.notify_one();
        }
    }

    void stop() noexcept {
        {
            const std::unique_lock lock(mutex_);
            is_stopping_ = true;
        }
        room_.notify_all();
        for (std::thread& thread : threads_)
            thread.join();
        threads_.clear();
    }

    const Augment* augment_;
    LoadOrder order_;
    detail::Feed<Source> feed_;
    std::size_t size_, count_ = 0;
    std::vector<Slot> slots_; ///< Batch i is made in slot i % slots_.size().

    std::mutex turn_; ///< Held while a batch is claimed, so that sources are read in their order.
    std::size_t next_to_make_;

    std::mutex mutex_; ///< For what follows.
    std::condition_variable room_, ready_;
    std::size_t given_ = order_.first_batch; ///< Batches before this one are no longer looked at.
    bool is_stopping_ = false;

    std::size_t next_to_give_; ///< The caller's.
    std::vector<std::thread> threads_;
};

/// Loads and augments samples on other threads while a network is trained on those before:
///
/// ```cpp
/// const data::Loader loader(train, {.workers = 2}, [](std::span<float> image, const RandomStream& stream) {
///     if (stream.uniform(0) < 0.5)
///         std::reverse(image.begin(), image.end());
/// });
/// fit(model, loader, Fit{.batch_size = batch<32>, .epochs = 20});
/// ```
///
/// The source is a Dataset, or any type with `TargetType`, `ScalarType`, `size()`, `input_shape()`,
/// `target_size()` that ReadsByNumber or ReadsInTurn; `has_weights()` and `weight(number)` if it has weights,
/// and `epoch_order(stream, shuffle)`, the numbers of an epoch, if that is another than all of them mixed;
/// and `read(number, input, target, stream)` if it augments samples itself, before they have their shape. It
/// is copied into the loader. The augmentation is called for every sample, as `(input, stream)` or `(input,
/// target, stream)`, by several threads at a time; what it draws from the stream depends on seed, epoch and
/// the sample's place in the epoch's order alone. So batches have the same bits at any number of workers, and
/// those of a source that is not augmented are the same that `fit` makes of it without a loader.
///
/// The memory is that of `ahead + 1` batches. An exception of the source or the augmentation comes out of the
/// training as Error, where its batch would have been trained on.
///
/// Without `fit`, batches are taken one by one:
///
/// ```cpp
/// auto batches = loader.batches({.seed = 1, .epoch = 0, .batch_size = 32});
/// while (const auto* batch = batches.next())
///     use(batch->inputs(), batch->targets(), batch->size());
/// ```
template <class Source, class Augment = KeepSamples>
    requires ReadsByNumber<Source> || ReadsInTurn<Source>
class Loader {
  public:
    using Order = LoadOrder;
    using TargetType = typename Source::TargetType;
    using ScalarType = typename Source::ScalarType;

    explicit Loader(Source source, LoaderOptions options = {}, Augment augment = {})
        : source_(std::move(source)), options_(options), augment_(std::move(augment)) {
        [[maybe_unused]] const core::DiagnosisOf<detail::ExaminedSampleAugment<Source, Augment>> augment_fits;
        constexpr std::size_t most_workers = 1024, most_ahead = 65'536;
        if (options.workers > most_workers || options.ahead > most_ahead)
            throw Error("Loader: expected at most " + std::to_string(most_workers) + " workers and " +
                        std::to_string(most_ahead) + " batches ahead, got " +
                        std::to_string(options.workers) + " and " + std::to_string(options.ahead));
    }

    std::size_t size() const { return source_.size(); }
    bool empty() const { return source_.size() == 0; }
    Shape input_shape() const { return source_.input_shape(); }
    std::size_t target_size() const { return source_.target_size(); }
    bool has_weights() const { return detail::has_weights(source_); }
    const Source& source() const noexcept { return source_; }
    const LoaderOptions& options() const noexcept { return options_; }

    /// The batches of an epoch, the last one possibly smaller. The loader must outlive them; several may be
    /// under way. Throws Error for a batch size of 0 and if there is no memory or thread.
    LoadedBatches<Source, Augment> batches(const LoadOrder& order = {}) const {
        if (order.batch_size == 0)
            throw Error("Loader: expected batches of at least 1 sample, got 0");
        return core::within_memory(
            "Loader", [&] { return LoadedBatches<Source, Augment>(source_, augment_, order, options_); });
    }

  private:
    Source source_;
    LoaderOptions options_;
    Augment augment_;
};

template <class Source, class Augment>
Loader(Source, LoaderOptions, Augment) -> Loader<Source, Augment>;
template <class Source>
Loader(Source, LoaderOptions) -> Loader<Source, KeepSamples>;
template <class Source>
Loader(Source) -> Loader<Source, KeepSamples>;

} // namespace burin::data
