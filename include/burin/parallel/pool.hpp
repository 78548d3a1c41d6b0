#pragma once

#include "burin/core/error.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#ifdef BURIN_HAS_TBB
// oneTBB includes the compiler's intrinsics, of which g++ 12 warns unless that is turned off where it reads
// them.
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif

/// Work on all cores: one pool of threads, oneTBB's, for everything in Burin that runs in parallel. Programs
/// have it that are built with the dependency `burin-parallel` (CMake: `burin::parallel`), or by hand with
/// `-DBURIN_HAS_TBB` and `-ltbb`; in others all of this runs on the thread that calls. What is computed is
/// the same at any number of threads.
///
///     std::vector<double> losses = parallel::map(models.size(), [&](std::size_t i) {
///         return evaluate(*models[i], test)["loss"];
///     });
namespace burin::parallel {

/// No more threads than these can be asked for.
inline constexpr std::size_t most_threads = 1024;

/// Whether there is more than the thread that calls.
#ifdef BURIN_HAS_TBB
inline constexpr bool has_pool = true;
#else
inline constexpr bool has_pool = false;
#endif

namespace detail {

/// What this thread asked for; 0 if nothing.
inline thread_local std::size_t asked_threads = 0;
/// Whether this thread is at work for a `for_each`.
inline thread_local bool is_at_work = false;

/// A value for as long as this lives.
template <class T>
class Kept {
  public:
    Kept(T& variable, T value) noexcept : variable_(variable), before_(std::exchange(variable, value)) {}
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    ~Kept() { variable_ = before_; }

  private:
    T& variable_;
    T before_;
};

inline std::size_t checked_threads(std::size_t count) {
    if (count < 1 || count > most_threads)
        throw Error("parallel: expected 1 to " + std::to_string(most_threads) + " threads, got " +
                    std::to_string(count));
    return count;
}

/// Those that the environment's BURIN_THREADS says, else as many as there are cores.
inline std::size_t usual_threads() {
#ifdef BURIN_HAS_TBB
    static const std::size_t count = [] {
        const char* const text = std::getenv("BURIN_THREADS");
        if (text == nullptr)
            return static_cast<std::size_t>(std::max(tbb::info::default_concurrency(), 1));
        const std::string_view digits(text);
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc{} || end != digits.data() + digits.size() || number < 1 ||
            number > most_threads)
            throw Error("BURIN_THREADS: expected a number of threads from 1 to " +
                        std::to_string(most_threads) + ", got " + core::quoted(digits));
        return number;
    }();
    return count;
#else
    return 1;
#endif
}

#ifdef BURIN_HAS_TBB
/// Calls `call(context)` as often as there are workers, at the same time as far as there are threads for
/// them. Threads beyond the workers are there for what is nested. `own`, if there is one, is where threads
/// wait that are kept for such calls.
inline void run_in_pool(std::size_t workers, std::size_t threads, const void* context,
                        void (*call)(const void*), tbb::task_arena* own = nullptr) {
    const auto all = [=] {
        tbb::parallel_for(
            std::size_t{0}, workers,
            [=](std::size_t) {
                const Kept<bool> at_work(is_at_work, true);
                call(context);
            },
            tbb::simple_partitioner());
    };
    if (is_at_work) {
        // A thread that waits for its part must not begin with something else meanwhile, on top of what it is
        // in the middle of.
        tbb::this_task_arena::isolate(all);
        return;
    }
    if (own != nullptr)
        return own->execute(all);
    std::optional<tbb::global_control> more_than_cores;
    if (threads > static_cast<std::size_t>(std::max(tbb::info::default_concurrency(), 1)))
        more_than_cores.emplace(tbb::global_control::max_allowed_parallelism, threads);
    tbb::task_arena arena(static_cast<int>(threads));
    arena.execute(all);
}
#endif

/// Runs `job` as often as there are workers, in the pool if there is one.
template <class Job>
void run_workers([[maybe_unused]] std::size_t workers, [[maybe_unused]] std::size_t threads, const Job& job) {
#ifdef BURIN_HAS_TBB
    if (workers > 1)
        return run_in_pool(workers, threads, &job,
                           [](const void* context) { (*static_cast<const Job*>(context))(); });
#endif
    job();
}

/// Hands out 0, 1, …, count - 1 in this order to whoever asks, and none behind one that failed: so the
/// first failure is the same whoever was faster.
class Indices {
  public:
    explicit Indices(std::size_t count) noexcept : end_(count) {}

    std::optional<std::size_t> next() noexcept {
        const std::size_t index = next_.fetch_add(1, std::memory_order_acq_rel);
        if (index < end_.load(std::memory_order_acquire))
            return index;
        return std::nullopt;
    }

    void fail(std::size_t index, std::exception_ptr error) {
        const std::lock_guard lock(mutex_);
        if (index < failed_) {
            failed_ = index;
            error_ = std::move(error);
            end_.store(index, std::memory_order_release);
        }
    }

    void rethrow() {
        const std::lock_guard lock(mutex_);
        if (error_ != nullptr)
            std::rethrow_exception(std::exchange(error_, nullptr));
    }

  private:
    std::atomic<std::size_t> next_{0};
    std::atomic<std::size_t> end_;
    std::mutex mutex_;
    std::size_t failed_ = std::numeric_limits<std::size_t>::max();
    std::exception_ptr error_;
};

} // namespace detail

/// How many threads work at once for the one that asks: those that a `Threads` of its own says, else those of
/// the environment variable BURIN_THREADS, else as many as there are cores. 1 without oneTBB. Throws Error if
/// the variable is no number of threads.
inline std::size_t threads() {
#ifdef BURIN_HAS_TBB
    if (detail::is_at_work)
        return static_cast<std::size_t>(std::max(tbb::this_task_arena::max_concurrency(), 1));
#endif
    return detail::asked_threads > 0 ? detail::asked_threads : detail::usual_threads();
}

/// For as long as it lives, what this thread has done in parallel is done by so many threads: more than there
/// are cores if need be, and one where there is no oneTBB. Throws Error unless they are 1 to 1024. Within the
/// `work` of a `for_each` it changes nothing: what is nested there shares the threads of that one.
///
///     const parallel::Threads two(2);
class Threads {
  public:
  explicit Threads(std::size_t count)
#ifdef BURIN_HAS_TBB
      : asked_(detail::asked_threads, detail::checked_threads(count)){}
#else
        : asked_(detail::asked_threads, std::min<std::size_t>(detail::checked_threads(count), 1)) {
    }
#endif

        private : detail::Kept<std::size_t> asked_;
};

/// Calls `work(i)` for each i below `count`, on all threads, smaller ones begun first. Whatever it throws is
/// thrown here when all threads are done: of several exceptions that of the lowest i, all i below which have
/// been worked off. `work` is called from several threads at once, and may call `for_each` itself.
template <class Work>
void for_each(std::size_t count, Work&& work) {
    detail::Indices indices(count);
    const auto work_off = [&] {
        while (const auto index = indices.next())
            try {
                work(*index);
            } catch (...) {
                indices.fail(*index, std::current_exception());
            }
    };
    const std::size_t all = threads();
    detail::run_workers(std::min(count, all), all, work_off);
    indices.rethrow();
}

/// The results of `work(i)` for each i below `count`, in this order. As `for_each` otherwise.
template <class Work>
auto map(std::size_t count, Work&& work) {
    using Result = std::remove_cvref_t<std::invoke_result_t<Work&, std::size_t>>;
    std::vector<std::optional<Result>> results(count);
    for_each(count, [&](std::size_t i) { results[i].emplace(work(i)); });
    std::vector<Result> values;
    values.reserve(count);
    for (auto& result : results)
        values.push_back(std::move(*result));
    return values;
}

} // namespace burin::parallel
