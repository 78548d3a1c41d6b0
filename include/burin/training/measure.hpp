#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/core/label.hpp"
#include "burin/graph/network.hpp"
#include "burin/losses/binary_crossentropy.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/metrics/accuracy.hpp"
#include "burin/metrics/mean_absolute_error.hpp"
#include "burin/metrics/mean_iou.hpp"
#include "burin/metrics/metric.hpp"
#include "burin/metrics/per_output.hpp"
#include "burin/passes/links.hpp"
#include "burin/training/estimate_error.hpp"
#include "burin/training/history.hpp"
#include "burin/training/objective.hpp"

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin {

namespace fitting {

/// "The usual ones", those that fit the loss: accuracy where outputs are one class of several, or a yes or no
/// each; intersection over union for losses that compare masks; the mean absolute error for numbers, also for
/// those that a distribution or a median stands for; none for a loss that needs no target, or alone says what
/// is right, as those of embeddings and CTC. Of each output by itself, if there are several.
struct UsualMetrics {};

} // namespace fitting

namespace detail {

/// What a metric of an output sees: logits where the loss contains the link that makes it, unless it sees
/// what the network gives.
template <class Net, class Loss, std::size_t Output, bool SeesLogits>
inline constexpr metrics::Scores scores_of = [] {
    constexpr auto& graph = engine::Network<Net>::graph;
    constexpr std::size_t output = graph.outputs[Output];
    constexpr bool is_linked = SeesLogits && passes::linked_node(graph, output, losses::link_of<Loss>,
                                                                 Mode::inference) != passes::none;
    return metrics::Scores{.each_by_itself = losses::answer_of<Loss> == losses::Answer::yes_or_no,
                           .are_probabilities =
                               !is_linked && passes::values_of(graph)[output] == core::Values::probabilities};
}();

/// What an output is called before the names of its metrics: the node that the network names as its output;
/// `output_val` if that is `val`, which stands before what is measured on the validation set.
template <class Net>
std::string output_name(std::size_t output) {
    const auto& graph = engine::Network<Net>::graph;
    const auto node_name = [&](std::size_t index) {
        passes::Place place = graph.nodes[graph.outputs[index]].place;
        place.depth = place.depth > 0 ? 1 : 0;
        const std::string name(place.text().view());
        return name == "val" || name.starts_with("val_") ? "output_" + name : name;
    };
    std::string name = node_name(output);
    for (std::size_t before = 0; before < output; ++before)
        if (node_name(before) == name)
            return name + "_" + std::to_string(output);
    return name;
}

/// The intersection over union of masks. A single mask is judged by what it covers, its background is not
/// one.
template <Shape Output, class Loss>
auto overlap_metric(const Loss& loss) {
    constexpr std::size_t masks = Output.last() == 1 ? 2 : Output.last();
    metrics::MeanIoU<masks> metric{.ignore_index = losses::ignored_label(loss)};
    if (Output.last() == 1)
        metric.average = metrics::Average::binary;
    return metric;
}

/// The usual metric of one output, which ignores what its loss ignores, as a tuple.
template <class Net, class Loss, std::size_t Output>
auto usual_metrics([[maybe_unused]] const Loss& loss) {
    constexpr Shape shape = output_shape<Net, Output>;
    if constexpr (losses::target_size<Loss>(shape) == 0)
        return std::tuple<>{};
    else if constexpr (losses::answer_of<Loss> == losses::Answer::other) {
        if constexpr (has_estimate<Loss>)
            return std::tuple{EstimateError<Loss>{loss}};
        else
            return std::tuple<>{};
    } else if constexpr (losses::is_overlap<Loss> && (shape.rank > 1 || shape.last() == 1))
        return std::tuple{overlap_metric<shape>(loss)};
    else if constexpr (losses::answer_of<Loss> != losses::Answer::numbers)
        return std::tuple{metrics::Accuracy{.ignore_index = losses::ignored_label(loss)}};
    else
        return std::tuple<metrics::MeanAbsoluteError>{};
}

/// The metrics of each output, as a tuple of tuples: those that are given as one tuple, or one
/// alone, are of the first output.
template <class Net, class Loss, class... Metrics>
auto metrics_of_outputs(const Loss&, const std::tuple<Metrics...>& given) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::make_tuple(given, (static_cast<void>(I), std::tuple<>{})...);
    }(std::make_index_sequence<engine::Network<Net>::output_count - 1>{});
}
template <class Net, class Loss, metrics::Metric Metric>
auto metrics_of_outputs(const Loss& loss, const Metric& given) {
    return metrics_of_outputs<Net>(loss, std::tuple<Metric>{given});
}
template <class Net, class Loss, class... Each>
auto metrics_of_outputs(const Loss&, const metrics::PerOutput<Each...>& given) {
    static_assert(sizeof...(Each) == engine::Network<Net>::output_count,
                  "metrics::PerOutput takes as many metrics, or tuples of them, as the network has outputs");
    return given.outputs;
}
template <class Net, class Loss>
auto metrics_of_outputs(const Loss& loss, const fitting::UsualMetrics&) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::make_tuple(usual_metrics<Net, fitting::LossAt<Loss, I>, I>(
            fitting::Objective<Loss>::template get<I>(loss))...);
    }(std::make_index_sequence<engine::Network<Net>::output_count>{});
}

/// Whether metrics are told under the names of their outputs.
template <class Net, class Metrics>
inline constexpr bool names_outputs = engine::Network<Net>::output_count > 1;
template <class Net, class... Metrics>
inline constexpr bool names_outputs<Net, std::tuple<Metrics...>> = false;
template <class Net, metrics::Metric Metric>
inline constexpr bool names_outputs<Net, Metric> = false;

/// The loss that `evaluate` uses if none is given.
template <class Net, class Target>
auto usual_loss() {
    if constexpr (std::is_same_v<Target, Label> && engine::Network<Net>::output_shapes[0].last() == 1)
        return losses::BinaryCrossentropy{};
    else if constexpr (std::is_same_v<Target, Label>)
        return losses::SparseCategoricalCrossentropy{};
    else
        return losses::MeanSquaredError{};
}

/// Why a metric can't judge an output with targets of a type; empty if it can.
template <class Metric, Shape Output, class Scalar, class Target>
constexpr Sentence describe_metric() {
    Sentence reason;
    if constexpr (!requires(Metric metric, const Scalar* outputs, const Target* targets) {
                      metric.template update<Output>(outputs, targets, std::size_t(0));
                  })
        reason.append(std::is_same_v<Target, Label> ? "expected numbers as targets, got labels"
                                                    : "expected other targets than numbers");
    else if constexpr (requires { Metric::reject(Output); })
        reason = Metric::reject(Output);
    Sentence sentence;
    if (!reason.empty())
        sentence.append("metric `").append(Metric::name).append("`: ").append(reason.view());
    return sentence;
}

template <class Net, class Loss, class Scalar, class... Outputs>
struct ExaminedMetrics;
template <class Net, class Loss, class Scalar, class... Outputs>
struct ExaminedMetrics<Net, Loss, Scalar, std::tuple<Outputs...>> {
    template <std::size_t Output, class... Metrics>
    static constexpr Sentence describe(std::type_identity<std::tuple<Metrics...>>) {
        using Target = losses::TargetOf<fitting::LossAt<Loss, Output>, Scalar>;
        Sentence sentence;
        ((sentence = sentence.empty() ? describe_metric<Metrics, output_shape<Net, Output>, Scalar, Target>()
                                      : sentence),
         ...);
        return sentence;
    }
    static constexpr Sentence problem = [] {
        Sentence sentence;
        if constexpr (fitting::Objective<Loss>::count == sizeof...(Outputs))
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                ((sentence = sentence.empty() ? describe<I>(std::type_identity<Outputs>{}) : sentence), ...);
            }(std::index_sequence_for<Outputs...>{});
        return sentence;
    }();
};

/// A loss and metrics over the batches of an epoch: the samples' losses are summed up, the penalties
/// averaged.
template <class Net, class Loss, class Scalar, class Metrics = fitting::UsualMetrics, bool SeesLogits = true>
class Measure {
  public:
    explicit Measure(const Loss& loss, const Metrics& metrics = {})
        : loss_(&loss), metrics_(metrics_of_outputs<Net>(loss, metrics)) {
        for_each_output([](auto output, auto& own) {
            constexpr std::size_t index = decltype(output)::value;
            const auto set = [](auto& metric) {
                if constexpr (requires { metric.scores; }) {
                    constexpr auto& known = scores_of<Net, fitting::LossAt<Loss, index>, index, SeesLogits>;
                    metric.scores.each_by_itself |= known.each_by_itself;
                    metric.scores.are_probabilities |= known.are_probabilities;
                }
            };
            std::apply([&](auto&... each) { (set(each), ...); }, own);
        });
        reset();
    }

    void reset() {
        sums_ = {};
        penalty_ = 0;
        batches_ = 0;
        for_each_output([](auto, auto& own) { std::apply([](auto&... each) { (each.reset(), ...); }, own); });
    }

    /// Adds the losses of each output in one batch, and what the weights cost then.
    void add(const fitting::OutputSums<Loss, Scalar>& sums, Scalar penalty) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums_[i].total += static_cast<double>(sums[i].total);
            sums_[i].weight += static_cast<double>(sums[i].weight);
        }
        penalty_ += static_cast<double>(penalty);
        ++batches_;
    }

    /// `weights`, one a row, may be null; only those metrics see them that take them.
    template <std::size_t Output, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows, const Scalar* weights) {
        const auto add = [&]<class Metric>(Metric& metric) {
            constexpr Shape shape = output_shape<Net, Output>;
            constexpr std::size_t positions = std::is_same_v<Target, Label> ? shape.last() : 1;
            static_assert(losses::target_size<fitting::LossAt<Loss, Output>>(shape) ==
                                  shape.size() / positions ||
                              metrics::takes_any_targets<Metric>,
                          "this metric reads a target for each output, or a label for each position, and the "
                          "loss has others: leave it out, or give a metric of your own a member "
                          "`static constexpr bool takes_any_targets = true`");
            if constexpr (!describe_metric<Metric, shape, Scalar, Target>().empty())
                return; // Told above.
            else if constexpr (metrics::takes_weights<Metric>)
                metric.template update<shape>(outputs, targets, rows, weights);
            else
                metric.template update<shape>(outputs, targets, rows);
        };
        std::apply([&](auto&... each) { (add(each), ...); }, std::get<Output>(metrics_));
    }

    /// All that was added up, as numbers, and back. Numbers that are missing are 0.
    std::vector<double> state() const {
        std::vector<double> numbers{penalty_, static_cast<double>(batches_)};
        for (const auto& sum : sums_)
            numbers.insert(numbers.end(), {sum.total, sum.weight});
        for_each_output(
            [&](auto, const auto& own) {
                const auto append = [&](const auto& metric) {
                    if constexpr (requires { metric.state(); })
                        for (const double number : metric.state())
                            numbers.push_back(number);
                };
                std::apply([&](const auto&... each) { (append(each), ...); }, own);
            },
            metrics_);
        return numbers;
    }
    void restore(const std::vector<double>& numbers) {
        std::size_t at = 0;
        const auto next = [&] { return at < numbers.size() ? numbers[at++] : 0.0; };
        penalty_ = next();
        batches_ = static_cast<std::size_t>(metrics::to_count(next()));
        for (auto& sum : sums_) {
            sum.total = next();
            sum.weight = next();
        }
        for_each_output([&](auto, auto& own) {
            const auto take = [&](auto& metric) {
                if constexpr (requires { metric.restore(metric.state()); }) {
                    auto state = metric.state();
                    for (double& number : state)
                        number = next();
                    metric.restore(state);
                }
            };
            std::apply([&](auto&... each) { (take(each), ...); }, own);
        });
    }

    /// The names of what `append_to` appends.
    std::vector<std::string> names() const {
        std::vector<NamedValue> named;
        append(named, "loss", 0);
        if constexpr (names_outputs<Net, Metrics>)
            core::for_each_index<engine::Network<Net>::output_count>(
                [&](auto output) { append(named, loss_name<output.value>(), 0); });
        for_each_output(
            [&](auto output, const auto& own) {
                std::apply(
                    [&](const auto&... each) {
                        (append(named, start_of_name<output.value>().append(each.name), 0), ...);
                    },
                    own);
            },
            metrics_);
        std::vector<std::string> names;
        for (NamedValue& each : named)
            names.push_back(std::move(each.name));
        return names;
    }

    /// Appends `prefix` + name of each with its value: the loss first. As in Keras a `_1`, `_2`, … stands
    /// behind the second and third of one name.
    void append_to(std::vector<NamedValue>& values, const std::string& prefix = {}) const {
        const double penalty = batches_ == 0 ? 0 : penalty_ / static_cast<double>(batches_);
        append(values, prefix + "loss", fitting::reduce_outputs<Loss, double>(*loss_, sums_) + penalty);
        if constexpr (names_outputs<Net, Metrics>)
            core::for_each_index<engine::Network<Net>::output_count>([&](auto output) {
                append(values, prefix + output_name<Net>(output.value) + "_loss",
                       losses::reduce(fitting::Objective<Loss>::template get<output.value>(*loss_),
                                      sums_[output.value]));
            });
        append_metrics_to(values, prefix);
    }
    void append_metrics_to(std::vector<NamedValue>& values, const std::string& prefix = {}) const {
        for_each_output(
            [&](auto output, const auto& own) {
                const std::string start = prefix + start_of_name<output.value>();
                std::apply(
                    [&](const auto&... each) {
                        (append(values, std::string(start).append(each.name), each.result()), ...);
                    },
                    own);
            },
            metrics_);
    }

  private:
    using PerOutput =
        decltype(metrics_of_outputs<Net>(std::declval<const Loss&>(), std::declval<const Metrics&>()));
    [[no_unique_address]] core::DiagnosisOf<ExaminedMetrics<Net, Loss, Scalar, PerOutput>> fits_;

    static void append(std::vector<NamedValue>& values, const std::string& name, double value) {
        std::string own = name;
        const auto is_taken = [&] {
            for (const NamedValue& each : values)
                if (each.name == own)
                    return true;
            return false;
        };
        for (std::size_t number = 1; is_taken(); ++number)
            own = name + "_" + std::to_string(number);
        values.push_back({std::move(own), value});
    }

    template <std::size_t Output>
    static std::string start_of_name() {
        if constexpr (names_outputs<Net, Metrics>)
            return std::string(output_name<Net>(Output)).append("_");
        else
            return {};
    }
    template <std::size_t Output>
    static std::string loss_name() {
        return std::string(output_name<Net>(Output)).append("_loss");
    }

    template <class Visitor, class Tuple>
    static void for_each_output(Visitor visit, Tuple& outputs) {
        core::for_each_index<engine::Network<Net>::output_count>(
            [&]<std::size_t Output>(std::integral_constant<std::size_t, Output> output) {
                visit(output, std::get<Output>(outputs));
            });
    }
    template <class Visitor>
    void for_each_output(Visitor visit) {
        for_each_output(visit, metrics_);
    }

    const Loss* loss_;
    fitting::OutputSums<Loss, double> sums_;
    double penalty_;
    std::size_t batches_;
    PerOutput metrics_;
};

} // namespace detail
} // namespace burin
