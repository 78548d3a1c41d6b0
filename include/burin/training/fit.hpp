#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/training/fit_options.hpp"
#include "burin/training/history.hpp"
#include "burin/training/misused_fit.hpp"
#include "burin/training/model.hpp"
#include "burin/training/objective.hpp"
#include "burin/training/session.hpp"

namespace burin {

/// Trains a model on data: epochs over the shuffled samples, batch by batch, the last one possibly smaller.
///
/// A sample of a network of several inputs has them one after the other. One loss an output:
/// `losses::PerOutput`; a sample's targets are then those of each output one after the other, labels among
/// them as numbers. Returns the loss and metrics of each epoch. Throws Error if the data do not fit the
/// network, or if an input, a target or a weight is no finite number (unless `allow_not_finite`).
template <class Net, class Scalar, class Data, class Options = Fit<>>
History fit(Model<Net, Scalar>& model, const Data& data, const Options& options = {}) {
    if constexpr (!detail::fit_is_right<Options>)
        return static_cast<void>(core::DiagnosisOf<detail::ExaminedFit<Options>>{}), History{};
    else if constexpr (!fitting::loss_fits<Net, decltype(Options::loss)>)
        return static_cast<void>(core::DiagnosisOf<detail::ExaminedLoss<Net, decltype(Options::loss)>>{}),
               History{};
    else if constexpr (!detail::AugmentOf<Net, Options, Scalar>::problem.empty())
        return static_cast<void>(core::DiagnosisOf<detail::AugmentOf<Net, Options, Scalar>>{}), History{};
    else
        return Session<Net, Scalar, Options>(model, options).run(data);
}

/// Not for networks as values: they have no parameters. Refused with a sentence that says so.
template <class Net, class Data, class Options = Fit<>>
    requires engine::is_network_form<Net>
History fit(const Net&, const Data&, const Options& = {}) {
    return static_cast<void>(core::DiagnosisOf<detail::NoModel<"fit", Net>>{}), History{};
}

} // namespace burin
