// From a file as somebody kept it by hand to a model that is saved with its preparation: which customers of a
// telephone company leave? Few do, so what counts is how many of these are found, not how often the answer is
// right.
#include <burin/balance.hpp>
#include <burin/burin.hpp>
#include <burin/evaluation/classification.hpp>
#include <burin/metrics/balanced_accuracy.hpp>
#include <burin/metrics/recall.hpp>
#include <burin/report/classification_report.hpp>
#include <burin/tables.hpp>
#include <burin/validation.hpp>

#include "customers.hpp"
#include "network.hpp"
#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace burin;
using customers::Preparation;

namespace {

std::vector<Label> labels_of(const data::Table& table) {
    return {table.codes("left").begin(), table.codes("left").end()};
}

struct Trained {
    Preparation preparation;
    Model<customers::Network> model{{.seed = 1}};
    History history;
};

/// Both learn from these rows only: what a fold tests on is as new to the preparation as to the model.
Trained train(const data::Table& rows, std::size_t epochs, bool weigh_classes) {
    Trained result;
    result.preparation.fit(rows);
    const data::Dataset<> samples = result.preparation(rows, labels_of(rows));
    const std::vector<double> weights =
        weigh_classes ? data::class_weights(samples) : std::vector<double>(2, 1.0);
    result.history = fit(result.model, samples,
                         Fit{.loss = losses::SparseCategoricalCrossentropy{.class_weights = weights},
                             .optimizer = optimizers::AdamW{.learning_rate = 3e-3, .weight_decay = 1e-2},
                             .batch_size = batch<32>,
                             .epochs = epochs,
                             .verbose = false});
    return result;
}

validation::Scores cross_validate(const data::Table& rows, std::size_t epochs, bool weigh_classes) {
    std::vector<validation::FoldResult> results;
    for (const validation::Fold& fold :
         validation::StratifiedKFold{.folds = 5, .shuffle = true, .seed = 1}(labels_of(rows))) {
        const data::Table test = rows.subset(fold.test);
        Trained trained = train(rows.subset(fold.train), epochs, weigh_classes);
        Evaluation scores =
            evaluate(trained.model, trained.preparation(test, labels_of(test)),
                     losses::SparseCategoricalCrossentropy{},
                     std::tuple{metrics::Accuracy{}, metrics::BalancedAccuracy<2>{}, metrics::Recall<2>{}});
        results.push_back(
            {std::move(scores), std::move(trained.history), fold.train.size(), fold.test.size()});
    }
    return validation::Scores(std::move(results));
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(
        argc, argv, {{"--data", BURIN_EXAMPLE_DATA "/customers.csv"}, {"--epochs", "40"}, {"--save", ""}});
    const std::size_t epochs = options.number("--epochs");

    // 1. Read, look, clean.
    const data::Table raw = customers::read(options["--data"]);
    print(raw, {.rows = 6});
    print(data::check(raw, "left"));
    const data::Table table = customers::cleaned(raw);
    print(data::describe(table));
    print(data::sort(data::group(table, {"contract"}).count().mean("fee").mean("satisfaction"), {"count"}));

    // 2. A fifth for the last figures; what is left is divided five times.
    const validation::Fold parts =
        validation::StratifiedShuffleSplit{.splits = 1, .test = 0.2, .seed = 1}(labels_of(table))[0];
    const data::Table known = table.subset(parts.train), test = table.subset(parts.test);
    for (const std::string& problem : data::check(known, test, "left").problems)
        std::printf("both parts: %s\n", problem.c_str());

    // 3. Few leave: without weights the model is right most often when it finds few of them.
    std::printf("\nall samples alike:\n");
    report::print(cross_validate(known, epochs, false));
    std::printf("\nclasses of the same weight:\n");
    const validation::Scores scores = cross_validate(known, epochs, true);
    report::print(scores);

    // 4. The model, and what is known of it.
    const Trained trained = train(known, epochs, true);
    evaluation::Predictions answers =
        evaluation::classification(trained.model, trained.preparation(test, labels_of(test)));
    answers.names.assign(table.categories("left").begin(), table.categories("left").end());
    const double auc = answers.roc_auc();
    std::printf("\nheld out, ROC AUC %.3f:\n%s", auc, report::classification_report(answers).c_str());

    // 5. Saved and loaded, it gives the same bits for the same raw rows.
    const std::string path =
        options["--save"].empty()
            ? (std::filesystem::temp_directory_path() / "burin_table.safetensors").string()
            : options["--save"];
    io::save(path, trained.model, trained.preparation);
    Trained loaded;
    io::load(path, loaded.model, loaded.preparation);
    if (options["--save"].empty())
        std::filesystem::remove(path);
    const auto before = predict(trained.model, trained.preparation(test, labels_of(test)));
    const auto after = predict(loaded.model, loaded.preparation(test, labels_of(test)));
    const bool same = before.size() == after.size() &&
                      std::memcmp(before.data(), after.data(), before.size() * sizeof(before[0])) == 0;
    std::printf("saved and loaded: %s\n", same ? "the same bits" : "other bits");

    // With the usual 40 epochs; a shorter run is a trial.
    const bool learnt = auc >= 0.85 && scores.mean("balanced_accuracy") >= 0.78;
    return same && (epochs < 40 || learnt) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("table");
}
