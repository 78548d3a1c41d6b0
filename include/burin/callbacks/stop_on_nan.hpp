#pragma once

#include "burin/core/error.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/training/check_values.hpp"
#include "burin/training/objective.hpp"

#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <type_traits>

namespace burin::callbacks {

/// Ends the training with an Error as soon as the loss is no finite number, before a checkpoint can have what
/// comes of it, and says where it began: the epoch, the batch, and the first layer whose output was not
/// finite, or the parameters that an update before has spoilt. As Keras's TerminateOnNaN.
///
///     callbacks::StopOnNaN: epoch 3, batch 17: expected a finite loss, got nan; the first output that is not
///     finite is that of layer `2` `Dense<10>`
///
/// While all is well it costs a look at each batch's outputs. The layer is found by running the batch once
/// more as in inference: what only training does, such as dropout, is not in it.
struct StopOnNaN {
    std::string cause{}; ///< What it found; empty: nothing.

    /// Called before the update, with the parameters that gave the outputs. May not throw.
    template <class Context, class SamplesType, std::size_t Output, class Scalar>
    void on_outputs(Context& context, const SamplesType& samples, std::integral_constant<std::size_t, Output>,
                    const Scalar* outputs, std::size_t rows) noexcept {
        using Net = typename std::remove_cvref_t<decltype(context.model())>::NetworkType;
        constexpr std::size_t size = output_shape<Net, Output>.size();
        if (!cause.empty() || burin::detail::are_finite(std::span(outputs, rows * size)))
            return;
        find_in_parameters<Net>(context.model().parameters());
        if (cause.empty()) {
            using Loss = std::remove_cvref_t<decltype(context.trainer().loss)>;
            constexpr std::size_t batch = std::remove_cvref_t<decltype(context.session())>::batch_size;
            find_in_layers<Net, Loss, batch, Scalar>(context.model().parameters(), samples);
        }
    }

    template <class Context>
    void on_fit_begin(Context&) {
        cause.clear();
    }
    template <class Context>
    void on_batch_end(Context& context) {
        const auto& trainer = context.trainer();
        const auto loss = static_cast<double>(fitting::reduce_outputs(trainer.loss, trainer.last_losses()));
        if (cause.empty() && std::isfinite(loss))
            return;
        if (cause.empty())
            cause = "all outputs are finite, so that targets or weights of samples are too large";
        fail(context, "expected a finite loss, got " + std::to_string(loss));
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        // No batch of this epoch comes behind its last update.
        find_in_parameters<typename std::remove_cvref_t<decltype(context.model())>::NetworkType>(
            context.model().parameters());
        if (!cause.empty())
            fail(context, "expected finite parameters");
    }

  private:
    template <class Context>
    [[noreturn]] void fail(Context& context, const std::string& what) const {
        throw Error("callbacks::StopOnNaN: epoch " + std::to_string(context.epoch()) + ", batch " +
                    std::to_string(context.batch()) + ": " + what + "; " + cause);
    }

    template <class Net, class Scalar>
    void find_in_parameters(const Parameters<Net, Scalar>& parameters) {
        const std::span<const Scalar> all = parameters.all();
        if (burin::detail::are_finite(all))
            return;
        for (const ParameterTensor& tensor : parameter_tensors<Net>)
            if (tensor.offset < all.size() &&
                !burin::detail::are_finite(all.subspan(tensor.offset, tensor.spec.shape.size()))) {
                cause = "`" + std::string(tensor.name().view()) +
                        "` is not finite since an update; a smaller learning rate, or `clip_norm`, may help";
                return;
            }
    }

    template <class PlanType, std::size_t Batch, class Scalar>
    struct Observer {
        std::size_t* node; ///< Of the first step whose output is not finite.

        template <std::size_t StepIndex, class FrameType>
        void after(const FrameType& frame) const noexcept {
            constexpr auto& step = PlanType::program.steps[StepIndex];
            constexpr auto& nodes = PlanType::graph.nodes;
            constexpr std::size_t last = step.kind == passes::StepKind::forward ? step.computed() : step.node;
            if (*node == passes::none && !burin::detail::are_finite(std::span(
                                             engine::result_of<PlanType, Batch, Scalar, StepIndex>(frame),
                                             frame.rows * nodes[last].shape.size())))
                *node = step.node;
        }
    };

    template <class Net, class Loss, std::size_t Batch, class Scalar, class SamplesType>
    void find_in_layers(const Parameters<Net, Scalar>& parameters, const SamplesType& samples) {
        using N = engine::Network<Net>;
        for (std::size_t i = 0; i < N::input_count; ++i)
            if (!burin::detail::are_finite(
                    std::span(samples.inputs[i], samples.rows * N::input_shapes[i].size()))) {
                cause = "an input of the batch is not finite";
                return;
            }
        using PlanType =
            engine::Plan<typename N::Type, recipes::inference.with(fitting::links_of<Net, Loss>)>;
        using ArenaType = engine::Arena<PlanType, Batch, Scalar>;
        const std::unique_ptr<ArenaType> arena(new (std::nothrow) ArenaType);
        std::size_t node = passes::none;
        if (arena != nullptr) {
            engine::Frame<typename N::Type, Scalar> frame;
            frame.inputs = samples.inputs;
            frame.parameters = parameters;
            frame.arena = arena->data();
            frame.rows = samples.rows;
            engine::execute<PlanType, Batch, Scalar>(frame, burin::detail::NoLoss{},
                                                     Observer<PlanType, Batch, Scalar>{&node});
        }
        if (node == passes::none) {
            cause = "the outputs are not finite, but all layers' are in inference";
            return;
        }
        const passes::LoweredNode& layer = PlanType::graph.nodes[node];
        cause = "the first output that is not finite is that of layer `" +
                std::string(layer.place.text().view()) + "` `" + std::string(layer.rules->name().view()) +
                "`";
    }
};

} // namespace burin::callbacks
