#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/report/html_page.hpp"
#include "burin/report/table.hpp"
#include "burin/report/ticks.hpp"
#include "burin/search/settings.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace burin::search {

/// What became of one trial.
struct TrialResult {
    struct Score {
        std::size_t budget;
        double score;
    };

    std::size_t number = 0;
    std::size_t architecture = 0; ///< Its number.
    std::size_t bracket = 0;
    Settings settings{};
    std::vector<Score> scores{}; ///< One for each rung that it came through.
    std::string error{};         ///< Why it failed; empty if it did not.

    bool failed() const noexcept { return !error.empty(); }
    /// The last; NaN if there is none.
    double score() const noexcept {
        return scores.empty() ? std::numeric_limits<double>::quiet_NaN() : scores.back().score;
    }
    /// What was spent on it.
    std::size_t budget() const noexcept { return scores.empty() ? 0 : scores.back().budget; }
};

/// What of a search was read from its journal instead of done.
struct FromJournal {
    std::string path{};
    std::size_t read = 0; ///< Of so many calls of the objective.
    std::size_t calls = 0;
};

/// What a search found.
class Results {
  public:
    Results() = default;
    Results(std::vector<TrialResult> trials, std::vector<std::string> architectures, bool highest,
            FromJournal from_journal = {})
        : trials_(std::move(trials)), architectures_(std::move(architectures)), highest_(highest),
          from_journal_(std::move(from_journal)) {}

    /// All trials, by number.
    const std::vector<TrialResult>& trials() const noexcept { return trials_; }
    /// Empty if the search had no choice of them.
    const std::vector<std::string>& architectures() const noexcept { return architectures_; }
    /// Whether the highest score is the best; else the lowest.
    bool highest() const noexcept { return highest_; }
    const FromJournal& from_journal() const noexcept { return from_journal_; }

    /// Whether `a` comes before `b`: by the last score, of equal ones by the larger budget, then by number.
    /// Those that failed come last.
    bool is_better(const TrialResult& a, const TrialResult& b) const noexcept {
        if (a.failed() != b.failed())
            return b.failed();
        if (!a.failed() && a.score() != b.score())
            return highest_ ? a.score() > b.score() : a.score() < b.score();
        return a.budget() != b.budget() ? a.budget() > b.budget() : a.number < b.number;
    }

    /// Throws Error if all trials failed.
    const TrialResult& best() const {
        const auto found =
            std::min_element(trials_.begin(), trials_.end(),
                             [&](const TrialResult& a, const TrialResult& b) { return is_better(a, b); });
        if (found == trials_.end() || found->failed()) {
            std::string problem = "Results: expected a trial that did not fail, got ";
            problem.append(std::to_string(trials_.size())).append(" that did");
            if (!trials_.empty())
                problem.append(", the first: ").append(trials_.front().error);
            throw Error(problem);
        }
        return *found;
    }

    /// The numbers of the trials, the best first.
    std::vector<std::size_t> ranking() const {
        std::vector<std::size_t> order(trials_.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return is_better(trials_[a], trials_[b]); });
        return order;
    }

    /// Comma-separated values, a line a trial, by number; RFC 4180. Numbers are exact.
    std::string csv() const {
        // Piece by piece, not `"," + cell(…)`: g++ 12, optimising, warns of an overlap that there is not.
        std::string text = "trial";
        if (!architectures_.empty())
            text += ",architecture";
        if (!trials_.empty())
            for (const Settings::Named& each : trials_.front().settings.values())
                text.append(",").append(cell(each.name));
        text += ",bracket,budget,score,error\r\n";
        for (const TrialResult& trial : trials_) {
            text += std::to_string(trial.number);
            if (!architectures_.empty())
                text.append(",").append(cell(architectures_[trial.architecture]));
            for (const Settings::Named& each : trial.settings.values())
                text.append(",").append(cell(each.value.text()));
            text.append(",").append(std::to_string(trial.bracket));
            text.append(",").append(std::to_string(trial.budget())).append(",");
            if (!trial.scores.empty())
                text += Value(trial.score()).text();
            text.append(",").append(cell(trial.error)).append("\r\n");
        }
        return text;
    }

  private:
    static std::string cell(const std::string& text) {
        if (text.find_first_of(",\"\r\n") == std::string::npos)
            return text;
        std::string quoted(1, '"');
        for (const char c : text)
            quoted += c == '"' ? std::string(2, c) : std::string(1, c);
        quoted += '"';
        return quoted;
    }

    std::vector<TrialResult> trials_;
    std::vector<std::string> architectures_;
    bool highest_ = true;
    FromJournal from_journal_;
};

} // namespace burin::search

namespace burin::report {

namespace detail {

inline Table table_of(const search::Results& results, std::size_t most) {
    const auto number = [](double value) { return significant(value, 4); };
    using Align = Table::Align;
    std::vector<Table::Column> columns{{"trial", Align::right}};
    if (!results.architectures().empty())
        columns.push_back({"architecture", Align::left});
    if (!results.trials().empty())
        for (const search::Settings::Named& each : results.trials().front().settings.values())
            columns.push_back({each.name, each.value.is_number() ? Align::right : Align::left});
    columns.push_back({"bracket", Align::right});
    columns.push_back({"budget", Align::right});
    columns.push_back({"score", Align::right});
    std::vector<std::size_t> shown = results.ranking();
    shown.resize(std::min(most, shown.size()));
    if (std::any_of(shown.begin(), shown.end(), [&](std::size_t i) { return results.trials()[i].failed(); }))
        columns.push_back({"failed", Align::left});
    Table table(columns);
    for (const std::size_t i : shown) {
        const search::TrialResult& trial = results.trials()[i];
        std::vector<std::string> row{std::to_string(trial.number)};
        if (!results.architectures().empty())
            row.push_back(results.architectures()[trial.architecture]);
        for (const search::Settings::Named& each : trial.settings.values())
            row.push_back(each.value.is_number() ? number(*each.value.number()) : *each.value.word());
        row.push_back(std::to_string(trial.bracket));
        row.push_back(std::to_string(trial.budget()));
        row.push_back(trial.scores.empty() ? "" : number(trial.score()));
        row.push_back(trial.error);
        table.add_row(std::move(row));
    }
    return table;
}

} // namespace detail

/// A table of the `most` best trials, the best first; below it how much of it a journal had.
inline std::string text(const search::Results& results,
                        std::size_t most = std::numeric_limits<std::size_t>::max()) {
    std::string text = detail::table_of(results, most).text();
    if (const search::FromJournal& from = results.from_journal(); from.read > 0)
        text += std::to_string(from.read) + " of " + std::to_string(from.calls) + " calls were read from " +
                core::printable(from.path, 200) + "\n";
    return text;
}

inline void print(const search::Results& results, std::size_t most = std::numeric_limits<std::size_t>::max(),
                  std::FILE* stream = stdout) {
    std::fputs(text(results, most).c_str(), stream);
}

} // namespace burin::report

namespace burin::search {

/// The 100 best trials as a part of `report::html`. With a picture: `section(results, space)` of
/// `burin/search/parallel_coordinates.hpp`.
inline report::Section section(const Results& results) {
    constexpr std::size_t most = 100;
    std::string html = "<div class=\"scroll\">" + report::detail::table_of(results, most).html() + "</div>\n";
    if (results.trials().size() > most)
        html += "<p>The best " + std::to_string(most) + " of " + std::to_string(results.trials().size()) +
                " trials.</p>\n";
    return {"Search", html};
}

} // namespace burin::search
