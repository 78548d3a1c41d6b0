#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/error.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/text.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/training/history.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin {

namespace fitting {

/// What a callback is told, and what it may ask for. A callback is any copyable type with some of
///
///     template <class Context> void on_fit_begin(Context& context);
///     template <class Context> void on_epoch_begin(Context& context);
///     template <class Context> void on_batch_end(Context& context);
///     template <class Context> void on_epoch_end(Context& context);
///     template <class Context> void on_fit_end(Context& context);
///
/// They are called in the order of `Fit{.callbacks = std::tuple{…}}`, those with `static constexpr bool
/// runs_last = true` after the others. What must survive in a checkpoint goes through
///
///     void save(callbacks::State& state) const;
///     void load(const callbacks::State& state);
///     std::string state_key() const; // Optional: of what it is; a session with another key begins anew.
///
/// One that does not go with every Fit says so to whoever compiles it, by `template <class Fit> static
/// constexpr Sentence reject()`: why not, or nothing.
///
/// One that looks into batches has, beside these, what is called in the midst of a step, when an output is
/// computed and nothing is updated yet, and may not throw; `rows` samples, whose inputs and targets are in
/// `samples` (see Samples):
///
///     template <class Context, class Samples, std::size_t Output, class Scalar>
///     void on_outputs(Context& context, const Samples& samples, std::integral_constant<std::size_t, Output>,
///                     const Scalar* outputs, std::size_t rows) noexcept;
///
/// In `on_fit_begin` a callback forgets an earlier run, unless `is_continued()`: then the run goes on that a
/// checkpoint or `pause()` interrupted.
template <class Session>
class CallbackContext {
  public:
    explicit CallbackContext(Session& session) noexcept : session_(&session) {}

    Session& session() noexcept { return *session_; }
    auto& model() noexcept { return session_->model(); }
    auto& trainer() noexcept { return session_->trainer(); }

    /// The epoch that is trained, 1 being the first, and the last of this run.
    std::size_t epoch() const noexcept { return run().epoch + 1; }
    std::size_t epochs() const noexcept { return session_->position().last_epoch; }
    /// Batches and samples of this epoch that were trained, and how many it has.
    std::size_t batch() const noexcept { return run().batch; }
    std::size_t batches() const noexcept {
        return (sample_count() + Session::batch_size - 1) / Session::batch_size;
    }
    std::size_t samples() const noexcept {
        const std::size_t done = run().batch * Session::batch_size;
        return done < sample_count() ? done : sample_count();
    }
    std::size_t sample_count() const noexcept { return run().samples; }
    /// Steps that were trained in all.
    std::uint64_t step() const noexcept { return session_->trainer().steps(); }
    bool is_continued() const noexcept { return session_->is_continued(); }

    /// Loss and metrics of what was trained of this epoch; at its end also those of the validation data.
    std::vector<NamedValue> values() const { return session_->values(); }
    /// One of them. Throws Error, which says what there is, if nothing of that name was measured.
    double value(std::string_view name) const {
        std::string there;
        for (const NamedValue& each : values()) {
            if (each.name == name)
                return each.value;
            there += (there.empty() ? "" : ", ") + each.name;
        }
        throw Error("fit: expected a loss or metric that is measured (" + there + "), got '" +
                    std::string(name) + "'");
    }
    /// Whether each epoch ends with validation, and what there is then.
    bool has_validation() const noexcept { return session_->has_validation(); }
    std::vector<std::string> names() const {
        std::vector<std::string> names = session_->measured_names();
        for (std::size_t i = 0, count = names.size(); has_validation() && i < count; ++i)
            names.push_back("val_" + names[i]);
        return names;
    }
    /// The epochs of this run that are done; in `on_epoch_end` with the one that ends.
    const History& history() const noexcept { return session_->history(); }

    double learning_rate() const noexcept {
        const auto& optimizer = std::as_const(*session_).trainer().optimizer;
        if constexpr (optimizers::has_learning_rate<std::remove_cvref_t<decltype(optimizer)>>)
            return static_cast<double>(optimizers::learning_rate(optimizer));
        else
            return 0;
    }
    /// Also for the steps that follow, unless a schedule sets it again. Throws Error for what a
    /// schedule may not give either.
    void set_learning_rate(double rate) {
        if (!(std::isfinite(rate) && rate >= 0))
            throw Error("fit: set_learning_rate: expected a finite number of at least 0, got " +
                        std::to_string(rate));
        optimizers::learning_rate(trainer().optimizer) = rate;
    }

    /// Ends the training: the epoch at the batch that was trained last (it is measured and told like any
    /// other), and the run with it.
    void stop() noexcept { session_->stop(); }
    /// Ends `run` after this batch or epoch, but not the training: the next `run`, of this session or of one
    /// that loads its checkpoint, goes on from there.
    void pause() noexcept { session_->pause(); }
    bool is_stopping() const noexcept { return session_->is_stopping(); }

  private:
    const auto& run() const noexcept { return session_->shown(); }

    Session* session_;
};

} // namespace fitting

namespace detail {

/// A callback that is given, or the one that a pointer is to; the pointer may be null.
template <class T>
constexpr auto callback_pointer(T& callback) noexcept {
    if constexpr (std::is_pointer_v<T>)
        return callback;
    else
        return &callback;
}

template <class T>
using CallbackOf = std::remove_pointer_t<T>;

/// Callbacks as a tuple: those that are given as one, or one alone.
template <class... Ts>
constexpr std::tuple<Ts...>& callback_tuple(std::tuple<Ts...>& callbacks) noexcept {
    return callbacks;
}
template <class... Ts>
constexpr const std::tuple<Ts...>& callback_tuple(const std::tuple<Ts...>& callbacks) noexcept {
    return callbacks;
}
template <class T>
constexpr std::tuple<T&> callback_tuple(T& callback) noexcept {
    return std::tuple<T&>(callback);
}

template <class T, class Context>
concept Callback = requires(T& callback, Context& context) { callback.on_fit_begin(context); } ||
                   requires(T& callback, Context& context) { callback.on_epoch_begin(context); } ||
                   requires(T& callback, Context& context) { callback.on_batch_end(context); } ||
                   requires(T& callback, Context& context) { callback.on_epoch_end(context); } ||
                   requires(T& callback, Context& context) { callback.on_fit_end(context); };

template <class T>
constexpr bool runs_last() {
    if constexpr (requires { T::runs_last; })
        return T::runs_last;
    else
        return false;
}

/// Calls visit(callback) for each, those that run last after the others.
template <class Callbacks, class Visit>
void for_each_callback(Callbacks& callbacks, Visit visit) {
    auto&& all = callback_tuple(callbacks);
    const auto pass = [&]<bool Last>(std::bool_constant<Last>) {
        const auto call = [&](auto& given) {
            if constexpr (runs_last<CallbackOf<std::remove_reference_t<decltype(given)>>>() == Last)
                if (auto* const callback = callback_pointer(given); callback != nullptr)
                    visit(*callback);
        };
        std::apply([&](auto&... each) { (call(each), ...); }, all);
    };
    pass(std::false_type{});
    pass(std::true_type{});
}

template <class Context>
using SessionOptions = std::remove_cvref_t<decltype(std::declval<Context&>().session().options())>;

template <class T, class Context>
struct ExaminedCallback {
    static constexpr Sentence problem = [] {
        if constexpr (requires { T::template reject<SessionOptions<Context>>(); })
            return Sentence(T::template reject<SessionOptions<Context>>());
        else if constexpr (Callback<T, Context>)
            return Sentence{};
        else if constexpr (
            requires { &T::operator(); } || requires(T& function, Context& context) { function(context); })
            return misuse<T>("Fit: .callbacks",
                             "a function inside of what says when to call it, as in `.callbacks = "
                             "callbacks::OnEpochEnd{[](auto& context) {…}}` (<burin/callbacks.hpp>)");
        else if constexpr (requires(T& list) { list.begin(), list.end(); })
            return misuse<T>("Fit: .callbacks",
                             "a tuple, since each callback has a type of its own, as in `.callbacks = "
                             "std::tuple{callbacks::EarlyStopping{}, &mine}`");
        else
            return misuse<T>(
                "Fit: .callbacks",
                "callbacks, each with on_fit_begin, on_epoch_begin, on_batch_end, on_epoch_end or "
                "on_fit_end, as in `.callbacks = std::tuple{callbacks::EarlyStopping{}}`");
    }();
};

/// Says of each that is no callback that it is none.
template <class Context, class... Ts>
constexpr void examine_callbacks(const std::tuple<Ts...>&) {
    (static_cast<void>(core::DiagnosisOf<ExaminedCallback<CallbackOf<std::remove_cvref_t<Ts>>, Context>>{}),
     ...);
}
template <class Context, class T>
constexpr void examine_callbacks(const T&) {
    static_cast<void>(core::DiagnosisOf<ExaminedCallback<CallbackOf<T>, Context>>{});
}

} // namespace detail
} // namespace burin
