#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/panels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// How samples lie in the lanes while they meet w, whose rows are read as they are stored: each has a group
/// of 1, 2, 4 … lanes with as many neighbouring elements of its row of dy, which meet as many of a row of w
/// that one load broadcasts. So a few samples fill the lanes as well as many; the sums of a group are added
/// at the end.
struct SampleLanes {
    enum class From : unsigned char {
        buffer,    ///< dy is packed, group by group.
        memory,    ///< dy as it is: each vector is of one sample.
        registers, ///< The same, loaded once, all of it or a part; the number of columns is a constant.
    };
    enum class Prefetch : unsigned char { nothing, next_rows, next_panel };

    From from = From::memory;
    std::size_t vectors = 1;   ///< Of samples,
    std::size_t lanes = 1;     ///< which have so many lanes,
    std::size_t group = 1;     ///< and of them so many for each sample.
    std::size_t height = 4;    ///< Rows of w in a register tile, of height × vectors sums.
    std::size_t columns = 0;   ///< Of w, where they must be a constant.
    std::size_t panels = 0;    ///< Of w, read at a time from a buffer or registers.
    std::size_t kept_rows = 0; ///< The sums of so many rows wait for the next panels; 0 if none do.
    Prefetch prefetch = Prefetch::nothing; ///< Beside each step.
    bool prefetches_first = false;         ///< The next rows, where a panel begins.
    bool is_half = false;                  ///< The vectors of samples are half ones.

    constexpr std::size_t samples() const { return vectors * lanes / group; }
    /// Elements of dy that meet a group of w's.
    constexpr std::size_t step() const { return vectors * lanes; }
    /// Rows whose sums are transposed together: whole quads of them.
    constexpr std::size_t rows_together() const {
        return height % 4 == 0 ? height : height % 2 == 0 ? 2 * height : 4 * height;
    }
    friend constexpr bool operator==(const SampleLanes&, const SampleLanes&) = default;
};

/// What computes an input gradient. A row of w has an element for each column of dx, but its neighbours in
/// memory belong to the same column: so either samples are in the lanes, or w is transposed.
struct InputGradientChoice {
    enum class Weights : unsigned char { as_stored, transposed_in_registers, transposed_by_panels };

    Weights weights = Weights::as_stored;
    SampleLanes samples{};
    std::size_t rows = 0;  ///< Of dy at a time; of those behind them it is chosen anew. 0: all.
    std::size_t block = 0; ///< So many rows of w meet all samples before the next do. 0: all.

    friend constexpr bool operator==(const InputGradientChoice&, const InputGradientChoice&) = default;
};

namespace detail {

/// The next of 1, 2, 3, 4, 6, 8, 12, 16 … samples: as many fill two or three vectors, each sample a group of
/// 1, 2, 4 … lanes.
constexpr std::size_t more_samples(std::size_t samples) {
    return samples % 3 == 0 ? samples / 3 * 4 : samples == 1 ? 2 : samples / 2 * 3;
}

/// How many samples of the `rows` > 1 that are left are in the lanes next, `most` at most: as many as are
/// enough for all. Where that leaves more than a fifth of the work to zeros, fewer.
constexpr std::size_t choose_samples(std::size_t rows, std::size_t most) {
    if (rows >= most)
        return most;
    std::size_t fewer = 1, enough = 2;
    for (; enough < rows; enough = more_samples(enough))
        fewer = enough;
    std::size_t rest = 1;
    while (fewer + rest < rows)
        rest = more_samples(rest);
    return 5 * (fewer + rest) < 4 * enough ? fewer : enough;
}

/// Chooses for a matrix w [k, n] of scalars of so many bytes.
class InputGradientChooser {
  public:
    constexpr InputGradientChooser(std::size_t inputs, std::size_t outputs, std::size_t scalar_bytes,
                                   const Machine& on)
        : k(inputs), n(outputs), bytes(scalar_bytes), machine(on), lanes(on.lanes(scalar_bytes)),
          panels(panels_of(n, lanes)), few_registers(!on.has_many_registers()),
          streams(k * n * bytes > on.streaming_bytes) {}

    constexpr InputGradientChoice choose(std::size_t rows) const {
        using Weights = InputGradientChoice::Weights;
        const bool in_groups = machine.group_broadcasts && !machine.splits_vectors();
        if (lanes > 1 && is_narrow()) {
            if (rows < transposed_from())
                return few(rows);
            // Of more columns than 16 lanes groups take 0.3 to 0.8 of the time; than 8, twice as long.
            if (n <= lanes || !in_groups || lanes < 16)
                return {Weights::transposed_in_registers};
        }
        if (lanes < 4)
            return few(rows);
        if (const std::size_t halves = choose_halves(rows); halves > 0)
            return {Weights::as_stored, in_halves(halves), halves * lanes / 2};
        if (in_groups && rows > 1 && !(rows == 2 && fits_in_turn())) {
            const SampleLanes samples = in_groups_of(choose_samples(rows, most_samples()));
            return {Weights::as_stored, samples, samples.samples(), streams ? samples.kept_rows : 0};
        }
        if (machine.splits_vectors() && rows >= transposed_by_panels_from())
            return {Weights::transposed_by_panels};
        if (!in_groups && rows > lanes)
            return {Weights::as_stored, packed(2, 1), 2 * lanes};
        if (fits_registers() || (rows == 1 && !is_in_parts()))
            return {Weights::as_stored, in_registers(), 1,
                    rows == 1 || !is_in_parts() ? 0 : rows_of_24_kib()};
        // Short products of rows take long to fold.
        if (!in_groups && n < 16 * lanes && rows > 1 && rows + 1 >= lanes)
            return {Weights::as_stored, packed(1, 1), lanes};
        return few(rows);
    }

  private:
    constexpr bool is_narrow() const { return n < 2 * lanes; }
    /// Of a row of w; not 0.
    constexpr std::size_t row_bytes() const { return std::max<std::size_t>(n, 1) * bytes; }
    /// From so many samples on, a narrow matrix is transposed: rows that fit into a vector are transposed
    /// fastest.
    constexpr std::size_t transposed_from() const {
        constexpr std::size_t never = ~std::size_t{0};
        if (k < lanes)
            return machine.exact_loads && n < lanes ? 2 : never;
        return n <= lanes ? 1 : k % lanes == 0 ? 4 : 5;
    }
    /// Of so many samples, transposing w takes less time than loading its elements once for each half of a
    /// vector: up to 7 % (Zen 1; with SSE2, which has no halves, it takes 1.3 times as long). Of fewer
    /// doubles, since half as many are in the lanes and w is read more often. A matrix of a single full panel
    /// is as narrow as those that are transposed in registers, which would take all of them.
    constexpr std::size_t transposed_by_panels_from() const {
        return n == 2 * lanes ? lanes : bytes == sizeof(float) ? 96 : 48;
    }

    /// Few samples: products of rows.
    constexpr InputGradientChoice few(std::size_t rows) const {
        // Two rows, each with what the other left in the cache, are faster than together.
        const std::size_t together = rows < 3 ? 1 : rows == 3 || lanes < 4 ? 3 : 2;
        SampleLanes samples{.vectors = together, .lanes = lanes, .group = lanes};
        // Twelve sums are under way, or eight: with what is multiplied they fill sixteen registers.
        samples.height = together == 3 || (together == 2 && k < 12) ? 4
                         : together == 2                            ? 6
                         : panels.full > 0                          ? 12
                                                                    : 8;
        if (is_narrow()) {
            samples.from = SampleLanes::From::registers;
            samples.columns = n;
            samples.panels = 1;
        }
        // So many rows of w, 16 KiB or as many as the largest tile has, stay in the first-level cache until
        // all rows of dy have met them.
        const std::size_t block =
            rows == 1 || rows == 3 ? k : std::max<std::size_t>(12, machine.l1 / 2 / row_bytes() / 12 * 12);
        return {InputGradientChoice::Weights::as_stored, samples, rows > 3 && lanes >= 4 ? 4 : together,
                block < k ? block : 0};
    }

    /// So many panels of a row of dy stay in registers, with room for four sums.
    constexpr std::size_t register_panels() const { return std::max<std::size_t>(machine.registers / 4, 1); }
    constexpr bool is_in_parts() const { return panels.count() > register_panels(); }
    /// With 16 registers longer rows stay there in parts: one sample of (512, 512) takes 0.82 of the time
    /// (AVX2). With 32 that gains nothing, and where vectors are computed as halves the rows are packed.
    constexpr bool fits_registers() const {
        return panels.last == 0 && (!is_in_parts() || (few_registers && !machine.splits_vectors()));
    }
    constexpr SampleLanes in_registers() const {
        return {.from = SampleLanes::From::registers,
                .vectors = 1,
                .lanes = lanes,
                .group = lanes,
                .height = 4,
                .columns = n,
                .panels = register_panels(),
                .kept_rows = is_in_parts() ? std::size_t{128} : 0};
    }
    constexpr std::size_t rows_of_24_kib() const {
        return std::clamp<std::size_t>(24 * 1024 / row_bytes() / 4 * 4, 4, 128);
    }
    /// Two rows of dy in turn, while w is read from the first-level cache, take no longer than together; nor
    /// do they where two parts of a row stay in registers.
    constexpr bool fits_in_turn() const {
        return fits_registers() &&
               (few_registers ? panels.count() <= 2 * register_panels() : k * n * bytes <= machine.l1);
    }

    /// So many panels are read whole: what 16 panels of eight lanes meet of 16 samples are 16 KiB, half of a
    /// first-level cache.
    constexpr std::size_t few_panels() const { return few_registers ? 16 : 8; }

    /// So many samples at a time at most: three vectors, or, with 32 registers, two, but for doubles that
    /// stream. The tiles are of twelve or 24 sums either way.
    constexpr std::size_t most_samples() const {
        return (!few_registers && (bytes == sizeof(float) || !streams) ? 2 : 3) * lanes;
    }
    constexpr SampleLanes in_groups_of(std::size_t samples) const {
        const std::size_t vectors = samples % 3 == 0 ? 3 : 2;
        return packed(vectors, vectors * lanes / samples);
    }
    /// Rows of w at a time: with 16 registers 8 or 12 sums are under way, with 32 16 or 24, and there is room
    /// for a vector of each and for what is broadcast. (Two vectors by twelve rows are as fast only in
    /// groups.)
    constexpr std::size_t packed_height(std::size_t vectors, std::size_t group) const {
        if (few_registers)
            return vectors == 1 ? 8 : vectors == 2 && !machine.splits_vectors() ? 6 : 4;
        return vectors == 1 ? 16 : vectors == 2 && group > 1 ? 12 : 8;
    }
    constexpr SampleLanes packed(std::size_t vectors, std::size_t group) const {
        using Prefetch = SampleLanes::Prefetch;
        SampleLanes samples{SampleLanes::From::buffer, vectors, lanes, group, packed_height(vectors, group)};
        const bool is_float = bytes == sizeof(float), in_parts = streams || panels.count() > few_panels();
        const std::size_t groups = is_float ? group : 1, few = few_panels() * groups;
        // Of doubles, a line of w serves half as many multiply-adds, and must be there in time; so it must
        // with 32 registers, where a vector is a line.
        samples.panels =
            panels.count() <= few || (few_registers && is_float) ? few : (is_float ? 4 : 6) * groups;
        if (in_parts) {
            // The more, the seldomer dy is packed again: 128 KiB with 32 registers. (Of doubles more were
            // slower.)
            samples.kept_rows = machine.splits_vectors() || !is_float || lanes < 8 ? 256
                                : few_registers                                    ? 512
                                                                                   : 1024;
            // Panels a power of two of bytes apart drive what a processor expects out of the sets that they
            // share.
            samples.prefetch = streams     ? Prefetch::next_rows
                               : group > 1 ? Prefetch::next_panel
                                           : Prefetch::nothing;
        }
        // Zen does not expect the next rows on this page after those of many other panels; but not where they
        // might drive those out of the first-level cache, unless they come from beyond the second.
        samples.prefetches_first =
            machine.splits_vectors() &&
            (panels.count() <= 8 || (samples.panels == few && k * n * bytes > machine.l2));
        return samples;
    }

    /// Where units are half as wide as vectors an element of w is loaded once for each half, unless samples
    /// lie in halves of vectors: eight of them reach 91 % of the peak of multiply-adds instead of 77, twelve
    /// 94 (Zen 1). For matrices of up to 4 MiB, the largest that were measured. How many halves: 0 for none.
    constexpr std::size_t choose_halves(std::size_t rows) const {
        if (!machine.half_vectors || !machine.splits_vectors() || n < 8 * lanes ||
            n > most_columns_of_halves || k * n * bytes > 4 * 1024 * 1024)
            return 0;
        // Dozens of samples read w as often: from the second-level cache, not where panels a multiple of a
        // page apart share the sets of the first, and not doubles, of which half as many are in the lanes.
        const bool is_float = bytes == sizeof(float);
        const bool reads_again = is_float && n >= 16 * lanes &&
                                 k * 2 * lanes * bytes % machine.page_bytes != 0 &&
                                 k * n * bytes <= machine.l2;
        const std::size_t dozen = 3 * lanes / 2;
        if ((reads_again && rows >= dozen + lanes) || (rows > lanes && rows <= dozen))
            return 3;
        return is_float && rows == lanes ? 2 : 0;
    }
    constexpr SampleLanes in_halves(std::size_t halves) const {
        return {.from = SampleLanes::From::buffer,
                .vectors = halves,
                .lanes = lanes / 2,
                .group = 1,
                .height = 12 / halves,
                .panels = most_columns_of_halves / (2 * lanes),
                .prefetches_first = true,
                .is_half = true};
    }
    static constexpr std::size_t most_columns_of_halves = 1024;

    std::size_t k, n, bytes;
    Machine machine;
    std::size_t lanes;
    Panels panels;
    bool few_registers, streams;
};

} // namespace detail

/// For dx [rows, columns] = dy [rows, depth] · wᵀ, of as many rows as are left.
constexpr InputGradientChoice choose_input_gradient(const Extents& extents, std::size_t scalar_bytes,
                                                    const Machine& machine) {
    return detail::InputGradientChooser(extents.columns, extents.depth, scalar_bytes, machine)
        .choose(extents.rows);
}

/// As in "4 × 3 register tiles, 24 samples packed in groups of 1, 16 panels at a time, blocks of 512 rows of
/// w, next rows prefetched".
constexpr Text<160> describe(const InputGradientChoice& choice) {
    using From = SampleLanes::From;
    using Prefetch = SampleLanes::Prefetch;
    if (choice.weights == InputGradientChoice::Weights::transposed_in_registers)
        return "w transposed in registers";
    if (choice.weights == InputGradientChoice::Weights::transposed_by_panels)
        return "w transposed panel by panel";
    const SampleLanes& samples = choice.samples;
    Text<160> text;
    text.append(samples.height).append(" × ").append(samples.vectors).append(" register tiles");
    if (samples.from != From::buffer)
        text.append(samples.from == From::registers ? ", dy in registers" : ", dy as it is stored");
    else
        text.append(", ")
            .append(samples.samples())
            .append(" samples packed in groups of ")
            .append(samples.group);
    if (samples.is_half)
        text.append(", half vectors");
    if (samples.kept_rows > 0)
        text.append(", ").append(samples.panels).append(" panels at a time");
    if (choice.block > 0)
        text.append(", blocks of ").append(choice.block).append(" rows of w");
    if (samples.prefetch != Prefetch::nothing || samples.prefetches_first)
        text.append(samples.prefetch == Prefetch::next_panel ? ", next panel" : ", next rows")
            .append(" prefetched");
    return text;
}

/// The choices for any number of rows: choice i is for `from[i]` rows and more, up to from[i + 1].
struct InputGradientChoices {
    std::array<std::size_t, 24> from{};
    std::array<InputGradientChoice, 24> choice{};
    std::size_t count = 0;
    bool has_blocks = false; ///< Some do not meet all of w at once.

    /// So many of the k rows of w meet all samples before the next do.
    constexpr std::size_t block(std::size_t rows, std::size_t k) const {
        std::size_t i = count - 1;
        while (i > 0 && rows < from[i])
            --i;
        return choice[i].block > 0 ? choice[i].block : k;
    }
};

namespace detail {

/// Choices for what `most` rows want, and few more for fewer rows: each is a function of 10 KB, and what
/// takes longer to compile than all else in a network of dense layers.
class FewInputGradients {
  public:
    constexpr FewInputGradients(const InputGradientChooser& chooser, const RowCounts& counts)
        : chooser_(chooser), takes_all_(counts.most == 0) {
        if (takes_all_)
            return;
        keep(counts.most);
        keep(counts.each);
        if (counts.each < 8)
            keep(std::min<std::size_t>(8, counts.most));
    }

    constexpr InputGradientChoice choose(std::size_t rows) const {
        const InputGradientChoice best = chooser_.choose(rows);
        if (takes_all_ || has(best))
            return best;
        const InputGradientChoice* least = nullptr;
        for (std::size_t i = 0; i < count_; ++i)
            if (takes_fewer(kept_[i]) && (least == nullptr || cost(kept_[i], rows) < cost(*least, rows)))
                least = &kept_[i];
        return least != nullptr ? *least : best;
    }

  private:
    /// What so many rows take, and what is left of them.
    constexpr void keep(std::size_t rows) {
        while (rows > 0) {
            const InputGradientChoice choice = chooser_.choose(rows);
            if (!has(choice) && count_ < kept_.size())
                kept_[count_++] = choice;
            const std::size_t each = choice.rows == 0 ? rows : choice.rows;
            rows -= std::min(rows, std::max(each, rows > 256 ? (rows - 256) / each * each : 0));
        }
    }
    constexpr bool has(const InputGradientChoice& choice) const {
        const InputGradientChoice* const end = kept_.data() + count_;
        return std::find(kept_.data(), end, choice) != end;
    }
    /// A buffer has zeros for samples that are missing; what is read where it lies must be there.
    static constexpr bool takes_fewer(const InputGradientChoice& choice) {
        return choice.weights != InputGradientChoice::Weights::as_stored ||
               choice.samples.from == SampleLanes::From::buffer || choice.samples.samples() == 1;
    }
    /// Each time that w is read counts as eight samples.
    static constexpr std::size_t cost(const InputGradientChoice& choice, std::size_t rows) {
        const std::size_t each =
            choice.weights == InputGradientChoice::Weights::as_stored ? choice.samples.samples() : rows;
        return (rows + each - 1) / each * (each + 8);
    }

    const InputGradientChooser& chooser_;
    bool takes_all_;
    std::array<InputGradientChoice, 24> kept_{};
    std::size_t count_ = 0;
};

} // namespace detail

constexpr InputGradientChoices choose_input_gradients(std::size_t k, std::size_t n, std::size_t scalar_bytes,
                                                      const Machine& machine, const RowCounts& counts = {}) {
    constexpr std::size_t most = 96; // More rows change nothing.
    const detail::InputGradientChooser chooser(k, n, scalar_bytes, machine);
    const detail::FewInputGradients few(chooser, counts);
    InputGradientChoices choices;
    for (std::size_t rows = 1; rows <= most; ++rows) {
        const InputGradientChoice choice = few.choose(rows);
        if (choices.count == 0 || choice != choices.choice[choices.count - 1]) {
            choices.from[choices.count] = rows;
            choices.choice[choices.count++] = choice;
            choices.has_blocks = choices.has_blocks || choice.block > 0;
        }
    }
    return choices;
}

} // namespace burin::kernels
