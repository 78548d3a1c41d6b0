#pragma once

#include "burin/parallel/pool.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace burin::parallel {

/// Threads of the pool that stay together, for pieces of work so small that to gather them each time would
/// cost more: for a millisecond after each piece they wait for the next one without sleeping. One caller at a
/// time.
///
///     parallel::Team team(2);
///     team.for_each(4, [&](std::size_t part) { … });
///
/// Within the `work` of a `for_each`, or of another team, it is as large as its share of those threads.
class Team {
  public:
    /// With 0, as many as `parallel::threads()` says. Throws Error if they are more than 1024.
    explicit Team(std::size_t count = 0)
        : threads_(count == 0 ? parallel::threads() : detail::checked_threads(count)) {
#ifdef BURIN_HAS_TBB
        if (detail::is_at_work)
            threads_ = std::min(threads_, parallel::threads());
        if (threads_ > 1 && !detail::is_at_work) {
            if (threads_ > static_cast<std::size_t>(std::max(tbb::info::default_concurrency(), 1)))
                more_than_cores_.emplace(tbb::global_control::max_allowed_parallelism, threads_);
            arena_.emplace(static_cast<int>(threads_));
        }
#else
        threads_ = 1;
#endif
    }
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    /// How many threads work at once, that of the caller among them.
    std::size_t threads() const noexcept { return threads_; }

    /// Calls `work(i)` for each i below `count`, and returns when all is done. In calls of the same count the
    /// same i goes to the same thread, which may have what it needs in its cache, unless that thread is late.
    /// Of several exceptions that of the lowest i is thrown.
    template <class Work>
    void for_each(std::size_t count, const Work& work) {
        if (threads_ == 1 || count < 2) {
            for (std::size_t i = 0; i < count; ++i)
                work(i);
            return;
        }
#ifdef BURIN_HAS_TBB
        Blocks blocks(count, std::min(threads_, count));
        const auto take_part = [&] {
            const int slot = tbb::this_task_arena::current_thread_index();
            blocks.work_off(static_cast<std::size_t>(std::max(slot, 0)), work);
        };
        const auto call = [](const void* context) { (*static_cast<const decltype(take_part)*>(context))(); };
        detail::run_in_pool(blocks.workers(), threads_, &take_part, call, arena_ ? &*arena_ : nullptr);
        blocks.rethrow();
#endif
    }

  private:
    /// Up to 64 runs of neighbouring indices, each for one thread.
    class Blocks {
      public:
        Blocks(std::size_t count, std::size_t workers) noexcept
            : count_(count), blocks_(std::min<std::size_t>(count, 64)), workers_(workers) {}

        std::size_t workers() const noexcept { return workers_; }

        /// First those at the place of this worker, then whatever is left.
        template <class Work>
        void work_off(std::size_t worker, const Work& work) {
            const std::size_t home = worker % workers_ * blocks_ / workers_;
            for (std::size_t i = 0; i < blocks_; ++i) {
                const std::size_t block = (home + i) % blocks_;
                const std::uint64_t bit = std::uint64_t{1} << block;
                if ((taken_.load(std::memory_order_relaxed) & bit) == 0 &&
                    (taken_.fetch_or(bit, std::memory_order_acq_rel) & bit) == 0)
                    run(block, work);
            }
        }

        void rethrow() {
            if (error_ != nullptr)
                std::rethrow_exception(std::exchange(error_, nullptr));
        }

      private:
        template <class Work>
        void run(std::size_t block, const Work& work) {
            for (std::size_t i = block * count_ / blocks_; i < (block + 1) * count_ / blocks_; ++i)
                try {
                    work(i);
                } catch (...) {
                    const std::lock_guard lock(mutex_);
                    if (i < failed_) {
                        failed_ = i;
                        error_ = std::current_exception();
                    }
                    return;
                }
        }

        std::size_t count_, blocks_, workers_;
        std::atomic<std::uint64_t> taken_{0};
        std::mutex mutex_;
        std::size_t failed_ = std::numeric_limits<std::size_t>::max();
        std::exception_ptr error_;
    };

    std::size_t threads_;
#ifdef BURIN_HAS_TBB
    std::optional<tbb::global_control> more_than_cores_;
    std::optional<tbb::task_arena> arena_;
#endif
};

} // namespace burin::parallel
