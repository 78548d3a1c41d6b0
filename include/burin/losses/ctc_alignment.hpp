#pragma once

#include "burin/core/label.hpp"
#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace burin::losses::detail {

/// All alignments of a sequence of labels to frames, by the forward-backward algorithm in log space. States
/// are the labels with a blank before, between and behind them; a frame stays in its state, goes to the next,
/// or to the next but one where that is another label.
///
/// Of the forward sums only those of every n-th frame, n about √Time, are kept, and between two of them they
/// are computed again when the backward pass comes there.
template <std::size_t Time, std::size_t Classes, std::size_t MaxLabels, class Scalar>
class CTCAlignment {
    using Vector = kernels::Vector<Scalar>;
    static constexpr std::size_t most_states = 2 * MaxLabels + 1;
    static constexpr Scalar none = -std::numeric_limits<Scalar>::infinity();
    static constexpr std::size_t segment = [] {
        std::size_t root = 1;
        while (root * root < Time)
            ++root;
        return root;
    }();
    static constexpr std::size_t segments = (Time + segment - 1) / segment;

    /// A number for each state, and two that are −∞ on either side.
    struct States {
        Scalar with_margin[most_states + 4];

        States() noexcept { std::fill_n(with_margin, most_states + 4, none); }
        Scalar* at(std::size_t state) noexcept { return with_margin + 2 + state; }
        const Scalar* at(std::size_t state) const noexcept { return with_margin + 2 + state; }
    };

  public:
    explicit CTCAlignment(Label blank) noexcept {
        labels_[0] = blank;
        std::fill_n(may_skip_to_, most_states + 2, none);
    }

    /// Adds a label and the blank behind it.
    void append(Label label) noexcept {
        const bool repeats = states_ > 1 && labels_[states_ - 2] == label;
        labels_[states_] = label;
        labels_[states_ + 1] = labels_[0];
        may_skip_to_[states_] = repeats ? none : Scalar(0);
        states_ += 2;
    }
    std::size_t label_count() const noexcept { return states_ / 2; }

    /// −log of the sum of all alignments; infinite if there is none.
    template <bool KeepsForward>
    Scalar loss(const Scalar* z) noexcept {
        States forward;
        for (std::size_t t = 0; t < Time; ++t) {
            forward = step(z, t, forward);
            if constexpr (KeepsForward)
                if (t % segment == 0)
                    kept_[t / segment] = forward;
        }
        const Vector last(*forward.at(states_ - 1));
        const Vector before(states_ > 1 ? *forward.at(states_ - 2) : none);
        return -kernels::first_lane<Scalar>(log_add(last, before, Vector(none)));
    }

    /// The gradient of the loss by the logits, times `scale`, after `loss<true>` of the same. It may be the
    /// place of the logits.
    void write_gradient(const Scalar* z, Scalar* gradient, Scalar loss, Scalar scale) noexcept {
        States within[segment];
        // The sums of what follows a state, without the frame itself; and with it.
        States backward, with_frame;
        *backward.at(states_ - 1) = 0;
        if (states_ > 1)
            *backward.at(states_ - 2) = 0;
        for (std::size_t t = Time; t-- > 0;) {
            if (t + 1 == Time || t % segment == segment - 1) {
                const std::size_t first = t / segment * segment;
                within[0] = kept_[t / segment];
                for (std::size_t k = 1; first + k <= t; ++k)
                    within[k] = step(z, first + k, within[k - 1]);
            }
            read_frame(z, t);
            write_frame(within[t % segment], backward, loss, scale, gradient + t * Classes);
            kernels::map<Scalar>(
                states(), with_frame.at(0), [](const Vector& b, const Vector& e) { return b + e; },
                static_cast<const Scalar*>(backward.at(0)), emissions_);
            kernels::map<Scalar>(
                states(), backward.at(0),
                [](const Vector& stay, const Vector& next, const Vector& skip, const Vector& may) {
                    return log_add(stay, next, skip + may);
                },
                static_cast<const Scalar*>(with_frame.at(0)), static_cast<const Scalar*>(with_frame.at(1)),
                static_cast<const Scalar*>(with_frame.at(2)), may_skip_to_ + 2);
        }
    }

  private:
    /// log (e^a + e^b + e^c), −∞ if all are.
    static Vector log_add(const Vector& a, const Vector& b, const Vector& c) noexcept {
        const Vector nothing(none);
        const Vector most = kernels::max_or_nan(a, kernels::max_or_nan(b, c));
        const Vector sum = kernels::exp(a - most) + kernels::exp(b - most) + kernels::exp(c - most);
        return kernels::select(most == nothing, nothing, most + kernels::log(sum));
    }

    /// How many states there are. Where they are fewer than a vector's lanes the compiler is to know that:
    /// g++ else warns of whole vectors of them, which there are not.
    std::size_t states() const noexcept {
        if (states_ > most_states)
            __builtin_unreachable();
        return states_;
    }

    /// The log-probability of each state's label, and of each class, in a frame.
    void read_frame(const Scalar* z, std::size_t t) noexcept {
        kernels::log_softmax<Classes>(z + t * Classes, classes_, 1);
        for (std::size_t s = 0; s < states_; ++s)
            emissions_[s] = classes_[labels_[s]];
    }

    /// The forward sums of a frame from those of the frame before.
    States step(const Scalar* z, std::size_t t, const States& before) noexcept {
        read_frame(z, t);
        States now;
        if (t == 0) {
            std::copy_n(emissions_, std::min<std::size_t>(2, states_), now.at(0));
            return now;
        }
        kernels::map<Scalar>(
            states(), now.at(0),
            [](const Vector& stay, const Vector& last, const Vector& skip, const Vector& may,
               const Vector& frame) { return log_add(stay, last, skip + may) + frame; },
            before.at(0), before.with_margin + 1, before.with_margin, may_skip_to_, emissions_);
        return now;
    }

    /// p_k − (the probability that the frame is in a state of class k, given the labels), times `scale`.
    void write_frame(const States& forward, const States& backward, Scalar loss, Scalar scale,
                     Scalar* gradient) noexcept {
        const Vector total(loss), factor(scale);
        Scalar shares[most_states];
        kernels::map<Scalar>(
            states(), shares,
            [&](const Vector& a, const Vector& b) { return factor * kernels::exp(a + b + total); },
            forward.at(0), backward.at(0));
        kernels::map<Scalar>(
            Classes, gradient, [&](const Vector& log_p) { return factor * kernels::exp(log_p); },
            static_cast<const Scalar*>(classes_));
        for (std::size_t s = 0; s < states_; ++s)
            gradient[labels_[s]] -= shares[s];
    }

    std::size_t states_ = 1;
    Label labels_[most_states];
    Scalar may_skip_to_[most_states + 2]; ///< 0 or −∞, as nothing comes to a blank or a repeat like that.
    Scalar emissions_[most_states];
    Scalar classes_[Classes];
    States kept_[segments];
};

} // namespace burin::losses::detail
