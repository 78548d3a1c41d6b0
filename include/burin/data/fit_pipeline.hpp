#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/pipeline.hpp"
#include "burin/data/samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What `Pipeline::fit` and its like do, for programs with an operating system.
namespace burin::data {

/// What a stage that takes text learns from.
class StageTexts {
  public:
    StageTexts(std::string stage, const std::vector<std::string_view>& texts)
        : stage_(std::move(stage)), texts_(texts) {}
    std::size_t size() const noexcept { return texts_.size(); }
    std::string_view operator[](std::size_t index) const noexcept { return texts_[index]; }
    /// Throws Error that begins with the stage.
    [[noreturn]] void refuse(const std::string& sentence) const { throw Error(stage_ + ": " + sentence); }

  private:
    std::string stage_;
    const std::vector<std::string_view>& texts_;
};

namespace detail {

template <class T>
inline constexpr bool is_dataset = false;
template <class Target, class Scalar>
inline constexpr bool is_dataset<Dataset<Target, Scalar>> = true;

/// Whole samples of numbers, one after the other, with what belongs to them.
template <class Scalar>
struct Records {
    std::vector<Scalar> values;
    std::vector<double> targets; ///< One a sample, for stages that learn from them.
    std::vector<Scalar> weights;
    std::size_t size = 0;
    std::uint64_t seed = 0; ///< Of what stages draw.
};

/// A number of training data in the scalar type of a pipeline. Refused where that does not hold it.
template <class Scalar, class Number, class Place>
Scalar as_scalar(Number number, const Place& place) {
    const auto scalar = static_cast<Scalar>(number);
    if (scalar - scalar != 0 && number - number == 0)
        throw Error("Pipeline: " + place() + ": expected a number that " + scalar_name<Scalar>() +
                    " holds, got " + number_text(number) + " (PipelineOf<double, …> holds it)");
    return scalar;
}

/// A target as stages learn from it: NaN for a label that is none.
template <class Target>
double target_number(const Target& target) {
    if constexpr (std::is_same_v<Target, Label>)
        if (target == no_label)
            return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(target);
}

template <class Pipeline, class Data>
void require_shape(const Data& data) {
    if (data.input_shape().size() != Pipeline::input_size)
        throw Error("Pipeline: expected samples of " + std::to_string(Pipeline::input_size) +
                    " numbers, got samples of " + std::to_string(data.input_shape().size()));
}

template <class Pipeline, class Target, class Number>
Records<typename Pipeline::Scalar> records_of(const Pipeline&, const Dataset<Target, Number>& data) {
    static_assert(!Pipeline::takes_columns && !Pipeline::takes_text,
                  "a Dataset goes into a pipeline that begins with Input<…>");
    using Scalar = typename Pipeline::Scalar;
    require_shape<Pipeline>(data);
    Records<Scalar> records;
    records.size = data.size();
    records.values.reserve(data.size() * Pipeline::input_size);
    for (std::size_t i = 0; i < data.size(); ++i) {
        std::size_t column = 0;
        for (const Number value : data.input(i)) {
            records.values.push_back(as_scalar<Scalar>(
                value, [&] { return "sample " + std::to_string(i) + ", column " + std::to_string(column); }));
            ++column;
        }
        if (data.target_size() > 0)
            records.targets.push_back(target_number(data.target(i)[0]));
        if (data.has_weights())
            records.weights.push_back(static_cast<Scalar>(data.weight(i)));
    }
    return records;
}

/// A category's code in a pipeline for each code in a table.
template <class Fitted, class Names>
std::vector<double> codes_in(const Fitted& fitted, const Names& names) {
    std::vector<double> codes;
    for (const auto& name : names)
        codes.push_back(static_cast<double>(fitted.code(std::string_view(name))));
    return codes;
}

template <class Pipeline, class Table>
Records<typename Pipeline::Scalar> records_of_table(const Pipeline& pipeline, const Table& table) {
    using Scalar = typename Pipeline::Scalar;
    using Begin = typename Pipeline::Begin;
    Records<Scalar> records;
    records.size = table.rows();
    records.values.resize(records.size * Begin::count);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto take = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            using Column = typename Begin::template Column<Index>;
            const std::string name(Column::column());
            if constexpr (requires { Column::most; }) {
                const auto own = table.codes(name);
                const std::vector<double> codes =
                    codes_in(pipeline.beginning().template at<Index>(), table.categories(name));
                for (std::size_t row = 0; row < records.size; ++row)
                    records.values[row * Begin::count + Index] = static_cast<Scalar>(
                        own[row] < codes.size() ? codes[own[row]] : std::numeric_limits<double>::quiet_NaN());
            } else {
                const auto numbers = table.numbers(name);
                for (std::size_t row = 0; row < records.size; ++row)
                    records.values[row * Begin::count + Index] = as_scalar<Scalar>(numbers[row], [&] {
                        return "row " + std::to_string(row) + ", column " + burin::core::quoted(name);
                    });
            }
        };
        (take(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Begin::count>{});
    return records;
}

/// Texts of what is indexed: a vector of strings, Texts.
template <class Strings>
std::vector<std::string_view> views_of(const Strings& texts) {
    std::vector<std::string_view> views;
    for (std::size_t i = 0; i < std::size(texts); ++i)
        views.emplace_back(texts[i]);
    return views;
}

template <class Pipeline, class Range>
Records<typename Pipeline::Scalar> records_of_texts(const Pipeline& pipeline, const Range& texts) {
    using Scalar = typename Pipeline::Scalar;
    Records<Scalar> records;
    const std::vector<std::string_view> views = views_of(texts);
    records.size = views.size();
    records.values.resize(views.size() * Pipeline::input_size);
    for (std::size_t i = 0; i < views.size(); ++i)
        pipeline.beginning().apply(views[i], records.values.data() + i * Pipeline::input_size);
    return records;
}

template <class Pipeline, class Data>
Records<typename Pipeline::Scalar> records_of(const Pipeline& pipeline, const Data& data) {
    if constexpr (Pipeline::takes_text)
        return records_of_texts(pipeline, data);
    else {
        static_assert(Pipeline::takes_columns, "a Table goes into a pipeline that begins with Columns<…>");
        return records_of_table(pipeline, data);
    }
}

inline void require_count(std::size_t rows, std::size_t got, const char* what) {
    if (got != rows)
        throw Error("Pipeline: expected " + std::string(what) + " for each of " + std::to_string(rows) +
                    " samples, got " + std::to_string(got));
}

/// Refuses categories that are the same within the bytes that a pipeline keeps of each. `texts` are whole, in
/// order, each once.
template <class Column>
void require_told_apart(const std::string& name, const std::vector<std::string>& texts) {
    std::size_t place = 0, bytes = 0;
    for (std::size_t i = 1; i < texts.size(); ++i) {
        const std::string &a = texts[i - 1], &b = texts[i];
        const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
        const auto same = static_cast<std::size_t>(end - a.begin());
        if (same >= Column::bytes) {
            place = place == 0 ? i : place;
            bytes = std::max(bytes, same + 1);
        }
    }
    if (place > 0)
        throw Error("Pipeline: column " + burin::core::quoted(name) + ": expected categories whose first " +
                    std::to_string(Column::bytes) + " bytes differ, got " +
                    burin::core::quoted(texts[place - 1]) + " and " + burin::core::quoted(texts[place]) +
                    "; Categorical<\"" + name + "\", " + std::to_string(Column::most) + ", " +
                    std::to_string(bytes) + "> tells them apart");
}

/// What the beginning of a pipeline learns before any stage.
template <class Column, class Table>
void fit_column(typename Column::Fitted& fitted, const Table& table) {
    if constexpr (requires { Column::most; }) {
        const std::string name(Column::column());
        // A part of a table has the categories of the whole: those of its own rows are learnt.
        const auto& categories = table.categories(name);
        std::vector<bool> is_there(categories.size());
        for (const auto code : table.codes(name))
            if (code < is_there.size())
                is_there[code] = true;
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < categories.size(); ++i)
            if (is_there[i])
                texts.emplace_back(categories[i]);
        std::sort(texts.begin(), texts.end());
        texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
        if (texts.size() > Column::most)
            throw Error("Pipeline: column " + burin::core::quoted(name) + ": expected at most " +
                        std::to_string(Column::most) + " categories, got " + std::to_string(texts.size()));
        require_told_apart<Column>(name, texts);
        fitted = {};
        fitted.count[0] = static_cast<std::uint32_t>(texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i)
            texts[i].copy(fitted.texts.data() + i * Column::bytes, Column::bytes);
    }
}

template <class Pipeline, class Data>
void fit_beginning(Pipeline& pipeline, const Data& data) {
    if constexpr (Pipeline::takes_text) {
        const std::vector<std::string_view> views = views_of(data);
        const StageTexts texts(std::string(stage_name<typename Pipeline::Begin>().view()), views);
        if constexpr (requires { Pipeline::Begin::fit(pipeline.beginning(), texts); })
            Pipeline::Begin::fit(pipeline.beginning(), texts);
    } else if constexpr (Pipeline::takes_columns) {
        using Begin = typename Pipeline::Begin;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (fit_column<typename Begin::template Column<I>>(pipeline.beginning().template at<I>(), data),
             ...);
        }(std::make_index_sequence<Begin::count>{});
    }
}

/// Every stage in turn: it learns, and makes the samples of the next. With `IsTraining` what the last gives
/// is what training sees. Returns it.
template <bool IsTraining, class Pipeline>
std::vector<typename Pipeline::Scalar> fit_stages(Pipeline& pipeline,
                                                  const Records<typename Pipeline::Scalar>& records) {
    using Scalar = typename Pipeline::Scalar;
    std::vector<Scalar> values = records.values;
    std::size_t width = Pipeline::input_size;
    pipeline.stages().for_each(
        [&]<class Stage, class Fitted>(std::type_identity<Stage>, std::size_t place, Fitted& fitted) {
            const std::size_t out = Pipeline::shapes[place + 1].size();
            const Samples<Scalar> samples("Pipeline: stage `" + std::to_string(place) + "` `" +
                                              std::string(stage_name<Stage>().view()) + "`",
                                          width, values, records.targets, records.weights, records.seed);
            std::vector<Scalar> next;
            const auto row_of = [&](std::size_t row) { return next.data() + row * out; };
            const auto make_room = [&] { next.resize(records.size * out); };
            constexpr bool learns = requires { Stage::fit(fitted, samples); };
            constexpr bool learns_apart = requires { Stage::fit_apply(fitted, samples, row_of); };
            if (learns && records.size == 0)
                samples.refuse("expected at least one sample, got none");
            if constexpr (learns_apart && IsTraining) {
                make_room();
                Stage::fit_apply(fitted, samples, row_of);
            } else {
                if constexpr (learns)
                    Stage::fit(fitted, samples);
                if (place + 1 < Pipeline::stage_count || IsTraining) {
                    make_room();
                    for (std::size_t row = 0; row < records.size; ++row)
                        fitted.apply(values.data() + row * width, row_of(row));
                }
            }
            values = std::move(next);
            width = out;
        });
    return values;
}

template <class Pipeline>
std::vector<typename Pipeline::Scalar> apply_stages(const Pipeline& pipeline,
                                                    const Records<typename Pipeline::Scalar>& records) {
    using Scalar = typename Pipeline::Scalar;
    if constexpr (Pipeline::stage_count == 0) {
        return records.values;
    } else {
        std::vector<Scalar> values(records.size * Pipeline::output_size);
        std::vector<Scalar> turn(std::max<std::size_t>(Pipeline::widest_between, 1)), other(turn.size());
        for (std::size_t row = 0; row < records.size; ++row)
            pipeline.stages().apply(records.values.data() + row * Pipeline::input_size,
                                    values.data() + row * Pipeline::output_size, turn.data(), other.data());
        return values;
    }
}

template <class Pipeline, class Target, class Number>
Dataset<Target, typename Pipeline::Scalar> with_values(const Pipeline&, const Dataset<Target, Number>& data,
                                                       std::vector<typename Pipeline::Scalar> values) {
    using Scalar = typename Pipeline::Scalar;
    std::vector<Target> targets;
    std::vector<Scalar> weights;
    for (std::size_t i = 0; i < data.size(); ++i) {
        targets.insert(targets.end(), data.target(i).begin(), data.target(i).end());
        if (data.has_weights())
            weights.push_back(static_cast<Scalar>(data.weight(i)));
    }
    if (data.target_size() == 0)
        return Dataset<Target, Scalar>::without_targets(Pipeline::output_shape, std::move(values),
                                                        std::move(weights));
    return Dataset<Target, Scalar>(Pipeline::output_shape, std::move(values), std::move(targets),
                                   std::move(weights));
}
/// Of a Table or of texts, without targets.
template <class Pipeline, class Data>
    requires(!is_dataset<Data>)
Dataset<Label, typename Pipeline::Scalar> with_values(const Pipeline&, const Data&,
                                                      std::vector<typename Pipeline::Scalar> values) {
    return Dataset<Label, typename Pipeline::Scalar>::without_targets(Pipeline::output_shape,
                                                                      std::move(values));
}
/// With the targets given, any number of them a sample.
template <class Pipeline, class Data, class Targets>
auto with_values(const Pipeline&, const Data&, std::vector<typename Pipeline::Scalar> values,
                 const Targets& targets) {
    using Target = std::ranges::range_value_t<Targets>;
    return Dataset<Target, typename Pipeline::Scalar>(
        Pipeline::output_shape, std::move(values),
        std::vector<Target>(std::ranges::begin(targets), std::ranges::end(targets)));
}

template <class Scalar>
void take_targets(Records<Scalar>& records, Seed seed) {
    records.seed = seed.value;
}
template <class Scalar, class Targets>
void take_targets(Records<Scalar>& records, const Targets& targets) {
    const auto count = static_cast<std::size_t>(std::ranges::size(targets));
    if (records.size == 0 ? count > 0 : count == 0 || count % records.size != 0)
        require_count(records.size, count, "the same number of targets");
    records.targets.clear();
    const std::size_t each = records.size == 0 ? 1 : count / records.size;
    for (std::size_t i = 0; i < records.size; ++i)
        records.targets.push_back(target_number(targets[i * each]));
}

/// As with_values above: a seed is nothing of a Dataset.
template <class Pipeline, class Data>
auto with_values(const Pipeline& pipeline, const Data& data, std::vector<typename Pipeline::Scalar> values,
                 Seed) {
    return with_values(pipeline, data, std::move(values));
}
template <class Pipeline, class Data, class Targets>
auto with_values(const Pipeline& pipeline, const Data& data, std::vector<typename Pipeline::Scalar> values,
                 const Targets& targets, Seed) {
    return with_values(pipeline, data, std::move(values), targets);
}

template <bool IsTraining, class Pipeline, class Data, class... Targets>
std::vector<typename Pipeline::Scalar> fit(Pipeline& pipeline, const Data& data, const Targets&... targets) {
    static_assert(sizeof...(Targets) <= 2, "fit takes data, their targets where they have none, and a seed");
    // Constants may be more than fits on a stack.
    const auto fitted = std::make_unique<Pipeline>(pipeline);
    fit_beginning(*fitted, data);
    auto records = records_of(std::as_const(*fitted), data);
    (take_targets(records, targets), ...);
    auto values = fit_stages<IsTraining>(*fitted, records);
    fitted->mark_as_fitted();
    pipeline = *fitted;
    return values;
}

} // namespace detail

template <class Scalar, class First, class... Stages, class Data, class... Targets>
void fit_pipeline(PipelineOf<Scalar, First, Stages...>& pipeline, const Data& data,
                  const Targets&... targets) {
    core::within_memory("Pipeline", [&] { detail::fit<false>(pipeline, data, targets...); });
}

template <class Scalar, class First, class... Stages, class Data, class... Targets>
auto fit_apply_pipeline(PipelineOf<Scalar, First, Stages...>& pipeline, const Data& data,
                        const Targets&... targets) {
    return core::within_memory("Pipeline", [&] {
        return detail::with_values(pipeline, data, detail::fit<true>(pipeline, data, targets...), targets...);
    });
}

template <class Scalar, class First, class... Stages, class Data, class... Targets>
auto apply_pipeline(const PipelineOf<Scalar, First, Stages...>& pipeline, const Data& data,
                    const Targets&... targets) {
    return core::within_memory("Pipeline", [&] {
        detail::require_fitted(pipeline, "Pipeline");
        auto records = detail::records_of(pipeline, data);
        (detail::take_targets(records, targets), ...);
        return detail::with_values(pipeline, data, detail::apply_stages(pipeline, records), targets...);
    });
}

} // namespace burin::data
