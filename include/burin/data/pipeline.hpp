#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/core/type_name.hpp"
#include "burin/data/columns.hpp"
#include "burin/graph/forms.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace burin::data {

namespace detail {

/// What a pipeline begins with: `Input<…>`, `Columns<…>`, or a stage that takes text.
template <class First>
concept TakesText = requires { requires First::takes_text; };

template <class First>
inline constexpr bool is_columns = false;
template <class... Each>
inline constexpr bool is_columns<Columns<Each...>> = true;

template <class First>
inline constexpr bool is_input = false;
template <std::size_t... Extents>
inline constexpr bool is_input<Input<Extents...>> = true;

template <class First>
concept Beginning = is_input<First> || is_columns<First> || TakesText<First>;

template <class First>
constexpr Shape first_shape() {
    if constexpr (is_input<First>)
        return First::infer_shape({}).shape;
    else
        return First::output_shape();
}

template <class Stage>
concept IsStage = requires(Shape shape) {
    { Stage::output_shape(shape) } -> std::same_as<Shape>;
};

template <class Stage>
constexpr Text<256> stage_name() {
    if constexpr (requires { Stage::name(); })
        return Text<256>(Stage::name().view());
    else
        return Text<256>(core::type_name<Stage>());
}

/// The shapes before and behind each stage, up to the first that can't take what it gets, and why not.
template <class First, class... Stages>
struct ExaminedPipeline {
    struct Result {
        std::array<Shape, sizeof...(Stages) + 1> shapes{};
        Sentence problem;
    };

    template <class Stage>
    static constexpr Sentence refusal(std::size_t place, Shape input) {
        Sentence found;
        if constexpr (TakesText<Stage>)
            found.append("takes text, and begins a pipeline: expected it first");
        else if constexpr (!IsStage<Stage>)
            found.append("expected a stage, such as `StandardScaler`, got another type");
        else if constexpr (requires { Stage::problem(input); })
            found.append(Stage::problem(input).view());
        if (found.empty())
            return found;
        return Sentence("stage `")
            .append(place)
            .append("` `")
            .append(stage_name<Stage>().view())
            .append("`: ")
            .append(found.view());
    }

    static constexpr Result examine() {
        Result found;
        if constexpr (!Beginning<First>) {
            found.problem
                .append("a pipeline begins with `Input<...>`, `Columns<...>` or a stage that takes "
                        "text, got `")
                .append(stage_name<First>().view())
                .append("`");
        } else {
            found.shapes[0] = first_shape<First>();
            std::size_t place = 0;
            const auto next = [&]<class Stage>(std::type_identity<Stage>) {
                if (!found.problem.empty())
                    return;
                const Shape input = found.shapes[place];
                found.problem = refusal<Stage>(place, input);
                if constexpr (IsStage<Stage>)
                    if (found.problem.empty())
                        found.shapes[place + 1] = Stage::output_shape(input);
                ++place;
            };
            (next(std::type_identity<Stages>{}), ...);
        }
        return found;
    }
    static constexpr Result result = examine();
    static constexpr Sentence problem = result.problem;
};

/// The constants of all stages, one within the other.
template <class Scalar, Shape In, class... Stages>
struct Chain {
    static constexpr std::size_t widest_between = 0;
    static constexpr bool has_constants = false;

    template <class Visit>
    constexpr void for_each(Visit&&, std::size_t = 0) {}
    template <class Visit>
    constexpr void for_each(Visit&&, std::size_t = 0) const {}
};
template <class Scalar, Shape In, class Stage, class... Later>
struct Chain<Scalar, In, Stage, Later...> {
    using Fitted = typename Stage::template Fitted<In, Scalar>;
    static constexpr Shape out = Stage::output_shape(In);
    using Rest = Chain<Scalar, out, Later...>;

    Fitted fitted{};
    Rest rest{};

    static constexpr bool has_constants = !std::is_empty_v<Fitted> || Rest::has_constants;
    /// Elements of the largest sample between two stages.
    static constexpr std::size_t widest_between = [] {
        return sizeof...(Later) == 0 ? 0 : std::max(out.size(), Rest::widest_between);
    }();

    /// `turn` and `other` have room for a sample between two stages each.
    constexpr void apply(const Scalar* in, Scalar* to, [[maybe_unused]] Scalar* turn,
                         [[maybe_unused]] Scalar* other) const noexcept {
        if constexpr (sizeof...(Later) == 0) {
            fitted.apply(in, to);
        } else {
            fitted.apply(in, turn);
            rest.apply(turn, to, other, turn);
        }
    }

    /// Calls visit(stage, place, input shape, fitted) for each stage.
    template <class Visit>
    constexpr void for_each(Visit&& visit, std::size_t place = 0) {
        visit(std::type_identity<Stage>{}, place, fitted);
        rest.for_each(visit, place + 1);
    }
    template <class Visit>
    constexpr void for_each(Visit&& visit, std::size_t place = 0) const {
        visit(std::type_identity<Stage>{}, place, fitted);
        rest.for_each(visit, place + 1);
    }
};

/// Of a pipeline that is refused there is nothing more to say.
template <class Examined, class Scalar, class... Stages>
struct ChainOf {
    using Type = Chain<Scalar, Shape{}>;
};
template <class Examined, class Scalar, class... Stages>
    requires(Examined::problem.empty())
struct ChainOf<Examined, Scalar, Stages...> {
    using Type = Chain<Scalar, Examined::result.shapes[0], Stages...>;
};

struct Nothing {};

/// What the beginning of a pipeline learns: the categories of columns, the words of texts.
template <class First, class Scalar>
struct BeginningOf {
    using Type = Nothing;
};
template <class... Each, class Scalar>
struct BeginningOf<Columns<Each...>, Scalar> {
    using Type = typename Columns<Each...>::Fitted;
};
template <TakesText First, class Scalar>
struct BeginningOf<First, Scalar> {
    using Type = typename First::template Fitted<Scalar>;
};

} // namespace detail

/// How raw samples become what a network takes, as a type: stages one after the other, whose constants are
/// learnt from training data (`fit`) and applied to one sample at a time, with the same bits on every
/// machine.
///
///     using Preparation = data::Pipeline<Input<4>, data::ImputeMean, data::StandardScaler>;
///     Preparation preparation;
///     preparation.fit(train);                      // burin/tables.hpp
///     const auto ready = preparation(train);       // a Dataset of the same targets
///     preparation.apply(sample, prepared);         // anywhere; no heap
///
/// It begins with `Input<…>` (numbers, NaN where one is missing), with `Columns<…>` (the columns of a Table
/// by name) or with a stage that takes text, such as `text::WordIds`. A stage that can't take what comes
/// before it does not compile, and the error names the stage. A plain struct: all its constants are members.
///
/// On one sample, `apply` keeps at most two samples between stages on the stack: `scratch_bytes`.
template <std::floating_point Number, class First, class... Stages>
class PipelineOf : private core::DiagnosisOf<detail::ExaminedPipeline<First, Stages...>> {
    using Examined = detail::ExaminedPipeline<First, Stages...>;

  public:
    using Scalar = Number;
    using Begin = First;
    using Beginning = typename detail::BeginningOf<First, Scalar>::Type;
    using Chain = typename detail::ChainOf<Examined, Scalar, Stages...>::Type;

    static constexpr std::size_t stage_count = sizeof...(Stages);
    static constexpr bool takes_text = detail::TakesText<First>;
    static constexpr bool takes_columns = detail::is_columns<First>;
    /// Of one sample, before each stage and behind the last.
    static constexpr std::array<Shape, sizeof...(Stages) + 1> shapes = Examined::result.shapes;
    static constexpr Shape input_shape = Examined::result.shapes[0];
    static constexpr Shape output_shape = Examined::result.shapes[sizeof...(Stages)];
    static constexpr std::size_t input_size = Examined::result.shapes[0].size();
    static constexpr std::size_t output_size = Examined::result.shapes[sizeof...(Stages)].size();
    /// Elements that each of two samples between stages has.
    static constexpr std::size_t widest_between = [] {
        const std::size_t before = takes_text && stage_count > 0 ? input_size : 0;
        return std::max(before, Chain::widest_between);
    }();
    /// On the stack, while a sample is prepared.
    static constexpr std::size_t scratch_bytes = 2 * widest_between * sizeof(Scalar);

    /// One sample of numbers: as many as `input_size` to as many as `output_size`. They must not overlap.
    constexpr void apply(std::span<const Scalar, input_size> in,
                         std::span<Scalar, output_size> out) const noexcept
        requires(!takes_text)
    {
        std::array<Scalar, std::max<std::size_t>(widest_between, 1)> turn, other;
        run(in.data(), out.data(), turn.data(), other.data());
    }
    /// One text.
    constexpr void apply(std::string_view text, std::span<Scalar, output_size> out) const noexcept
        requires takes_text
    {
        if constexpr (stage_count == 0) {
            beginning_.apply(text, out.data());
        } else {
            std::array<Scalar, widest_between> turn, other;
            beginning_.apply(text, other.data());
            stages_.apply(other.data(), out.data(), turn.data(), other.data());
        }
    }

    /// From what was prepared back to what it was made of, for a pipeline of one scaler (`StandardScaler`,
    /// `MinMaxScaler<>`, …): the answers of a network whose targets it has scaled (`scale_targets`). Rounds
    /// twice. They may be the same memory.
    constexpr void undo(std::span<const Scalar, output_size> prepared,
                        std::span<Scalar, input_size> values) const noexcept
        requires(stage_count == 1) && requires(const Chain& chain, Scalar* to) { chain.fitted.undo(to, to); }
    {
        stages_.fitted.undo(prepared.data(), values.data());
    }

    /// The code of a category of the column of this name: NaN for one that `fit` has not seen.
    template <FixedString Column>
    constexpr Scalar code(std::string_view category) const noexcept
        requires takes_columns
    {
        return static_cast<Scalar>(beginning_.template code<First::template index<Column>()>(category));
    }

    /// Learns the constants of all stages, each from what those before it make of `data`: a Dataset behind
    /// `Input<…>`, a Table behind `Columns<…>`, texts (a vector of strings, Texts) behind a stage that takes
    /// text. Hosted: needs `burin/data/fit_pipeline.hpp`. `targets` are for stages that learn from them; a
    /// Dataset has its own. Throws Error with the stage and the column; the pipeline then stays as it was.
    template <class Data, class... Targets>
    void fit(const Data& data, const Targets&... targets) {
        fit_pipeline(*this, data, targets...);
    }

    /// A Dataset of prepared samples, with the targets and weights of `data` (or the targets given).
    template <class Data, class... Targets>
    auto operator()(const Data& data, const Targets&... targets) const {
        return apply_pipeline(*this, data, targets...);
    }

    /// `fit`, and what training should see of the same data. Of most stages that is what `operator()` gives;
    /// those that learn from targets make it from parts that do not hold the sample itself.
    template <class Data, class... Targets>
    auto fit_apply(const Data& data, const Targets&... targets) {
        return fit_apply_pipeline(*this, data, targets...);
    }

    /// Whether it has learnt its constants, or there are none to be learnt. Hosted parts refuse one that has
    /// not; `apply` takes its zeros for constants.
    constexpr bool is_fitted() const noexcept {
        if constexpr (has_constants)
            return fitted_;
        else
            return true;
    }
    /// For constants that come from elsewhere than `fit`, as those of an exported header.
    constexpr void mark_as_fitted() noexcept {
        if constexpr (has_constants)
            fitted_ = true;
    }

    constexpr const Beginning& beginning() const noexcept { return beginning_; }
    constexpr Beginning& beginning() noexcept { return beginning_; }
    constexpr const Chain& stages() const noexcept { return stages_; }
    constexpr Chain& stages() noexcept { return stages_; }

  private:
    constexpr void run(const Scalar* in, Scalar* out, [[maybe_unused]] Scalar* turn,
                       [[maybe_unused]] Scalar* other) const noexcept {
        if constexpr (stage_count == 0)
            std::copy_n(in, input_size, out);
        else
            stages_.apply(in, out, turn, other);
    }

    static constexpr bool has_constants = !std::is_empty_v<Beginning> || Chain::has_constants;

    [[no_unique_address]] Beginning beginning_{};
    [[no_unique_address]] Chain stages_{};
    [[no_unique_address]] std::conditional_t<has_constants, bool, detail::Nothing> fitted_{};
};

template <class First, class... Stages>
using Pipeline = PipelineOf<float, First, Stages...>;

} // namespace burin::data
