#pragma once

#include "burin/core/error.hpp"
#include "burin/data/check_rows.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// What one feature of all samples, or one column of a table, holds.
struct FeatureCheck {
    std::string name;
    std::size_t missing = 0, first_missing = 0; ///< How many are NaN, and the first sample with one.
    std::size_t infinite = 0, first_infinite = 0;
    double min = 0, mean = 0, max = 0; ///< Of the finite ones; 0 where there is none.
    std::size_t categories = 0;        ///< Of a column of categories, how many are there; the rest is 0.
    bool is_date = false;              ///< Whether min, mean and max are seconds since 1970-01-01 00:00.
    bool is_constant = false;          ///< Whether all that are there are the same.
};

/// A sample that is like another one.
struct SamePair {
    std::size_t sample, other;
};

struct ClassCheck {
    std::string name;
    std::size_t samples = 0;
};

/// What was found in data: figures to work with, and the sentences that a person should read.
struct DataCheck {
    std::size_t samples = 0;
    std::vector<FeatureCheck> features;
    std::vector<SamePair> duplicates;     ///< Samples whose features are those of an earlier one.
    std::vector<SamePair> contradictions; ///< Those of them whose target is another.
    std::vector<ClassCheck> classes;      ///< Where there is one label a sample.
    std::vector<std::string> problems;    ///< A sentence each; none where there is nothing to say.
};

/// What was found in two parts of data.
struct PartsCheck {
    DataCheck train, test;
    std::vector<SamePair>
        leaks; ///< Samples of the test set that are in the training set, too, and which they are there.
    std::vector<std::string> problems; ///< Of both together.
};

namespace detail {

/// Sentences about some of many things: `features 0, 3, 4, 5, 6 and 12 others`.
inline std::string some_of(const std::vector<std::string>& names, const char* one, const char* several) {
    std::string text = names.size() == 1 ? one : several;
    const std::size_t shown = std::min<std::size_t>(names.size(), names.size() == 6 ? 6 : 5);
    for (std::size_t i = 0; i < shown; ++i)
        text += (i == 0 ? " " : ", ") + names[i];
    if (shown < names.size())
        text += " and " + std::to_string(names.size() - shown) + " others";
    return text;
}

inline std::string count_of(std::size_t count, const char* one, const char* several) {
    return std::to_string(count) + " " + (count == 1 ? one : several);
}

template <class Rows>
FeatureCheck check_feature(const Rows& rows, std::size_t feature) {
    FeatureCheck check{.name = rows.name(feature)};
    std::size_t finite = 0;
    double least = 0, most = 0, sum = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const double value = rows.value(row, feature);
        if (std::isnan(value)) {
            check.first_missing = check.missing++ == 0 ? row : check.first_missing;
        } else if (std::isinf(value)) {
            check.first_infinite = check.infinite++ == 0 ? row : check.first_infinite;
        } else {
            least = finite == 0 ? value : std::min(least, value);
            most = finite == 0 ? value : std::max(most, value);
            // A running mean, which does not overflow.
            sum += (value - sum) / static_cast<double>(++finite);
        }
    }
    check.is_constant = rows.size() > 1 && check.infinite == 0 && (finite == 0 || least == most);
    check.categories = rows.categories(feature);
    check.is_date = rows.is_date(feature);
    if (check.categories == 0) {
        check.min = least;
        check.mean = sum;
        check.max = most;
    }
    return check;
}

inline void say_problems(DataCheck& check, const char* feature, const char* features, const char* sample,
                         const char* samples) {
    std::vector<std::string> constant;
    const auto say = [&](const FeatureCheck& of, std::size_t count, const char* what, std::size_t first) {
        if (count > 0)
            check.problems.push_back(std::string(feature) + " " + of.name + ": " +
                                     count_of(count, "value is", "values are") + " " + what +
                                     ", the first in " + sample + " " + std::to_string(first));
    };
    std::size_t faulty = 0;
    for (const FeatureCheck& of : check.features) {
        faulty += of.missing > 0 || of.infinite > 0;
        if (faulty <= 10) {
            say(of, of.missing, "missing (NaN)", of.first_missing);
            say(of, of.infinite, "infinite", of.first_infinite);
        }
        if (of.is_constant)
            constant.push_back(of.name);
    }
    if (faulty > 10)
        check.problems.push_back(count_of(faulty - 10, feature, features) +
                                 " more with missing or infinite values");
    if (!constant.empty())
        check.problems.push_back(some_of(constant, feature, features) +
                                 ": constant, from which nothing can be learnt");
    if (!check.duplicates.empty())
        check.problems.push_back(count_of(check.duplicates.size(), sample, samples) +
                                 " like an earlier one, the first is " +
                                 std::to_string(check.duplicates[0].sample) + " (like " +
                                 std::to_string(check.duplicates[0].other) + ")");
    if (!check.contradictions.empty())
        check.problems.push_back(count_of(check.contradictions.size(), sample, samples) +
                                 " like an earlier one, but with another target, the first is " +
                                 std::to_string(check.contradictions[0].sample) + " (like " +
                                 std::to_string(check.contradictions[0].other) + ")");
    std::vector<std::string> empty;
    const ClassCheck *fewest = nullptr, *most = nullptr;
    for (const ClassCheck& of : check.classes) {
        if (of.samples == 0) {
            empty.push_back(of.name);
            continue;
        }
        fewest = fewest == nullptr || of.samples < fewest->samples ? &of : fewest;
        most = most == nullptr || of.samples > most->samples ? &of : most;
    }
    if (!empty.empty())
        check.problems.push_back(some_of(empty, "class", "classes") + ": no samples");
    if (fewest != nullptr && most->samples >= 10 * fewest->samples)
        check.problems.push_back("class " + most->name + " has " +
                                 std::to_string(most->samples / fewest->samples) +
                                 " times as many samples as class " + fewest->name);
}

template <class Rows>
DataCheck check_rows(const Rows& rows, const char* feature, const char* features, const char* sample,
                     const char* samples) {
    DataCheck check;
    check.samples = rows.size();
    for (std::size_t f = 0; f < rows.width(); ++f)
        check.features.push_back(check_feature(rows, f));
    for (const SameRows& same : same_rows(rows)) {
        check.duplicates.push_back({same.row, same.other});
        if (rows.target_key(same.row) != rows.target_key(same.other))
            check.contradictions.push_back({same.row, same.other});
    }
    check.classes = rows.template classes<ClassCheck>();
    say_problems(check, feature, features, sample, samples);
    if (rows.size() == 0)
        check.problems.push_back(std::string("no ") + samples);
    return check;
}

template <class Rows>
PartsCheck check_parts(const Rows& train, const Rows& test, DataCheck of_train, DataCheck of_test,
                       const char* feature, const char* features, const char* sample, const char* samples) {
    PartsCheck check{std::move(of_train), std::move(of_test), {}, {}};
    for (const SameRows& same : same_rows(test, train))
        check.leaks.push_back({same.row, same.other});
    if (!check.leaks.empty())
        check.problems.push_back(count_of(check.leaks.size(), sample, samples) +
                                 " of the test set also in the training set, the first is " +
                                 std::to_string(check.leaks[0].sample) + " (there " +
                                 std::to_string(check.leaks[0].other) + ")");
    std::vector<std::string> beyond;
    for (std::size_t f = 0; f < std::min(check.train.features.size(), check.test.features.size()); ++f) {
        const FeatureCheck &a = check.train.features[f], &b = check.test.features[f];
        const double width = a.max - a.min;
        if (b.min < a.min - width || b.max > a.max + width)
            beyond.push_back(b.name);
    }
    if (!beyond.empty())
        check.problems.push_back(some_of(beyond, feature, features) +
                                 ": values of the test set far beyond the range of the training set");
    std::vector<std::string> unknown;
    for (const ClassCheck& of : check.test.classes) {
        const auto known =
            std::find_if(check.train.classes.begin(), check.train.classes.end(),
                         [&](const ClassCheck& c) { return c.name == of.name && c.samples > 0; });
        if (of.samples > 0 && known == check.train.classes.end())
            unknown.push_back(of.name);
    }
    if (!unknown.empty())
        check.problems.push_back(some_of(unknown, "class", "classes") + ": in the test set only");
    return check;
}

inline void append_problems(std::string& text, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems)
        text += "! " + problem + "\n";
}

} // namespace detail

/// Looks for what spoils training: values that are no finite numbers, constant features, samples that are
/// there more than once (and those with different targets), classes with no samples or very many. Nothing is
/// changed.
///
///     const data::DataCheck found = data::check(train);
///     data::print(found);    // the range of each feature, the count of each class, problems
///     if (!found.problems.empty()) …
///
/// Takes the time of sorting the samples, and 24 bytes a sample.
template <class Target, class Scalar>
DataCheck check(const Dataset<Target, Scalar>& samples) {
    return detail::check_rows(detail::DatasetRows(samples), "feature", "features", "sample", "samples");
}

/// The same of both parts, and whether samples of the test set are also in the training set (whatever their
/// targets), which lets a model seem better than it is, values are far from those of the training set, or
/// classes are in the test set only. Throws Error if samples do not have the same size.
template <class Target, class Scalar>
PartsCheck check(const Dataset<Target, Scalar>& train, const Dataset<Target, Scalar>& test) {
    if (train.input_shape().size() != test.input_shape().size())
        throw Error("check: expected samples of the same size in both parts, got " +
                    std::to_string(train.input_shape().size()) + " and " +
                    std::to_string(test.input_shape().size()));
    return detail::check_parts(detail::DatasetRows(train), detail::DatasetRows(test), check(train),
                               check(test), "feature", "features", "sample", "samples");
}

/// What was found as aligned text: at most so many features, then classes and problems, each behind a `!`.
inline std::string check_text(const DataCheck& check, std::size_t most_features = 30) {
    using report::Table;
    std::string text = std::to_string(check.samples) + " samples of " +
                       std::to_string(check.features.size()) + " features\n";
    Table features({{"feature"},
                    {"missing", Table::Align::right},
                    {"infinite", Table::Align::right},
                    {"min", Table::Align::right},
                    {"mean", Table::Align::right},
                    {"max", Table::Align::right}});
    for (std::size_t f = 0; f < std::min(most_features, check.features.size()); ++f) {
        const FeatureCheck& of = check.features[f];
        const auto short_text = [&](double number) {
            if (of.is_date)
                return date_text(std::floor(number));
            char buffer[32];
            std::snprintf(buffer, sizeof buffer, "%.6g", number);
            return std::string(buffer);
        };
        const auto count = [](std::size_t number) { return number == 0 ? "" : std::to_string(number); };
        if (of.categories > 0)
            features.add_row({of.name, count(of.missing), count(of.infinite),
                              detail::count_of(of.categories, "category", "categories")});
        else
            features.add_row({of.name, count(of.missing), count(of.infinite), short_text(of.min),
                              short_text(of.mean), short_text(of.max)});
    }
    text += features.text();
    if (check.features.size() > most_features)
        text += "… and " + std::to_string(check.features.size() - most_features) + " more\n";
    if (!check.classes.empty()) {
        Table classes({{"class"}, {"samples", Table::Align::right}, {"share", Table::Align::right}});
        for (const ClassCheck& of : check.classes) {
            char share[32];
            std::snprintf(share, sizeof share, "%.1f %%",
                          100.0 * static_cast<double>(of.samples) /
                              static_cast<double>(std::max<std::size_t>(1, check.samples)));
            classes.add_row({of.name, std::to_string(of.samples), share});
        }
        text += "\n" + classes.text();
    }
    if (!check.problems.empty())
        text += "\n";
    detail::append_problems(text, check.problems);
    return text;
}

inline std::string check_text(const PartsCheck& check, std::size_t most_features = 30) {
    std::string text = "Training: " + check_text(check.train, most_features) +
                       "\nTest: " + check_text(check.test, most_features) +
                       (check.problems.empty() ? "" : "\nBoth:\n");
    detail::append_problems(text, check.problems);
    return text;
}

/// Prints what was found, as `check_text`.
inline void print(const DataCheck& check, std::FILE* stream = stdout) {
    std::fputs(check_text(check).c_str(), stream);
}
inline void print(const PartsCheck& check, std::FILE* stream = stdout) {
    std::fputs(check_text(check).c_str(), stream);
}

} // namespace burin::data
