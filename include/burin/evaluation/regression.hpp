#pragma once

#include "burin/metrics/hosted/regression.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace burin::evaluation {

/// What a model of numbers answered, with the targets: collected once, and everything computed from it.
/// Errors are means over all elements, R² over the outputs.
struct NumberPredictions {
    std::size_t outputs = 1;         ///< Numbers of one sample.
    std::vector<double> predicted{}; ///< Sample after sample.
    std::vector<double> targets{};   ///< As many.
    std::vector<double> weights{};   ///< One a sample, or none for ones.

    double mean_absolute_error() const {
        return metrics::mean_absolute_error(targets, predicted, weight_of_each());
    }
    double mean_squared_error() const {
        return metrics::mean_squared_error(targets, predicted, weight_of_each());
    }
    double root_mean_squared_error() const {
        return metrics::root_mean_squared_error(targets, predicted, weight_of_each());
    }
    double mean_absolute_percentage_error() const {
        return metrics::mean_absolute_percentage_error(targets, predicted, weight_of_each());
    }
    double median_absolute_error() const {
        return metrics::median_absolute_error(targets, predicted, weight_of_each());
    }
    /// The mean of that of each output.
    double r_squared() const {
        double sum = 0;
        for (std::size_t output = 0; output < outputs; ++output)
            sum += metrics::r_squared(column(targets, output), column(predicted, output), weights);
        return sum / static_cast<double>(outputs);
    }

  private:
    std::vector<double> column(const std::vector<double>& values, std::size_t output) const {
        std::vector<double> result;
        for (std::size_t i = output; i < values.size(); i += outputs)
            result.push_back(values[i]);
        return result;
    }
    std::vector<double> weight_of_each() const {
        std::vector<double> result;
        for (const double each : weights)
            result.insert(result.end(), outputs, each);
        return result;
    }
};

/// The numbers that a model gives for a data set, with its targets. Throws Error if there are no samples, or
/// not as many targets as outputs.
template <class Net, class Scalar, class Data>
NumberPredictions regression(const Model<Net, Scalar>& model, const Data& data) {
    static_assert(
        engine::Network<Net>::output_count == 1,
        "evaluation::regression takes networks of one output; of several, give what predict gives for "
        "each to the functions of burin/metrics/hosted/regression.hpp");
    return core::within_memory("regression", [&] {
        constexpr std::size_t outputs = engine::Network<Net>::output_shapes[0].size();
        if (data.empty())
            throw Error("regression: expected at least one sample, got an empty data set");
        if (data.target_size() != outputs)
            throw Error("regression: expected " + std::to_string(outputs) + " targets a sample, got " +
                        std::to_string(data.target_size()));
        NumberPredictions result{.outputs = outputs};
        for (const Scalar number : predict(model, data))
            result.predicted.push_back(static_cast<double>(number));
        for (std::size_t i = 0; i < data.size(); ++i) {
            for (const auto target : data.target(i))
                result.targets.push_back(static_cast<double>(target));
            if (data.has_weights())
                result.weights.push_back(static_cast<double>(data.weight(i)));
        }
        return result;
    });
}

} // namespace burin::evaluation
