// From raw text to a program that reads it: reviews of a restaurant, a folder of files a class, are cleaned;
// a vocabulary is learnt; two networks are trained, one that counts words and one that reads them in order;
// the better one is saved with its preparation in one file and gives the same bits when it is loaded, from
// raw text.
#include <burin/burin.hpp>
#include <burin/text.hpp>

#include <burin/data/text/unicode.hpp>

#include "options.hpp"

#include <unistd.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace burin;
namespace text = data::text;

// The weighed counts of words and of pairs of words, so that "not bad" is something of its own.
using Counted = data::Pipeline<
    text::TfIdf<400, text::Words<1>, text::NGrams<1, 2>, text::Sublinear, text::MinDocuments<2>>>;
using Bag = Sequential<Input<400>, Dense<2>>;

// The numbers of words in order. With padding on the left the text's end is the last that the network reads.
constexpr std::size_t vocabulary_size = 120, words_read = 24;
using Ordered = data::Pipeline<text::WordIds<vocabulary_size, words_read, text::PadLeft, text::MinCount<2>>>;
using Reader = Sequential<Input<words_read>, Embedding<vocabulary_size, 16, PaddingIndex<text::padding_id>>,
                          LSTM<24>, Dense<2>>;

namespace {

/// Text as people type it, made plain: accents are composed the same way, quotes and dashes of typographers
/// are those of typewriters, and white space is one space.
std::string cleaned(std::string_view raw) {
    std::string plain = text::clean(raw, {.form = text::Form::nfkc, .fold_case = true}, "review");
    for (const auto& [sign, simple] : {std::pair{"\u2019", "'"}, {"\u2013", "-"}})
        for (std::size_t at = 0; (at = plain.find(sign, at)) != std::string::npos;)
            plain.replace(at, std::strlen(sign), simple);
    return plain;
}

struct Reviews {
    std::vector<std::string> raw, clean;
    std::vector<Label> labels;
};

struct Task {
    Reviews training, held_out;
    std::size_t epochs = 0;
};

/// Reads raw reviews, one at a time.
template <class Net, class Preparation>
class Judge {
  public:
    Judge(const Model<Net>& model, const Preparation& preparation)
        : model_(model), preparation_(preparation) {}

    std::array<float, 2> scores(std::string_view raw) {
        const std::string clean = cleaned(raw);
        const std::span<const float> all =
            (*predictor_)(preparation_, model_.parameters(), std::string_view(clean));
        return {all[0], all[1]};
    }
    Label operator()(std::string_view raw) {
        const auto [first, second] = scores(raw);
        return second > first ? 1 : 0;
    }

  private:
    const Model<Net>& model_;
    const Preparation& preparation_;
    std::unique_ptr<data::PreparedPredictor<Preparation, Net>> predictor_ =
        std::make_unique<data::PreparedPredictor<Preparation, Net>>();
};

template <class Net, class Preparation>
double train(const char* name, const Task& task, Model<Net>& model, Preparation& preparation,
             double learning_rate) {
    preparation.fit(task.training.clean);
    fit(model, preparation(task.training.clean, task.training.labels),
        Fit{.optimizer = optimizers::Adam{.learning_rate = learning_rate},
            .batch_size = batch<16>,
            .epochs = task.epochs,
            .verbose = false});
    Judge judge(model, preparation);
    std::size_t right = 0;
    for (std::size_t i = 0; i < task.held_out.raw.size(); ++i)
        right += judge(task.held_out.raw[i]) == task.held_out.labels[i];
    const double accuracy = static_cast<double>(right) / static_cast<double>(task.held_out.raw.size());
    std::printf("%-22s %5zu parameters, held out: %.1f %% right\n", name, parameter_count<Net>,
                100 * accuracy);
    std::fflush(stdout);
    return accuracy;
}

/// A file that is gone with the program.
struct TemporaryFile {
    std::string path =
        (std::filesystem::temp_directory_path() / ("burin-reviews-" + std::to_string(getpid()))).string();
    ~TemporaryFile() { unlink(path.c_str()); }
};

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--data", BURIN_EXAMPLE_DATA "/reviews"}, {"--epochs", "20"}});
    const data::LabelledTexts all = data::read_text_folder(options["--data"], {.by_line = true});
    std::vector<std::size_t> order(all.texts.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    shuffle(order, RandomStream{1, Purpose::splitting});
    Task task{.training = {}, .held_out = {}, .epochs = options.number("--epochs")};
    for (std::size_t i = 0; i < order.size(); ++i) {
        Reviews& part = i < order.size() * 4 / 5 ? task.training : task.held_out;
        part.raw.emplace_back(all.texts[order[i]]);
        part.clean.push_back(cleaned(part.raw.back()));
        part.labels.push_back(all.labels[order[i]]);
    }
    if (all.classes.size() != 2 || task.held_out.raw.empty())
        throw Error(options["--data"] + ": expected reviews of two classes, got " +
                    std::to_string(all.texts.size()) + " of " + std::to_string(all.classes.size()));

    Model<Bag> bag({.seed = 1});
    const auto counted = std::make_unique<Counted>();
    const double counts = train("counts of words", task, bag, *counted, 1e-2);
    Model<Reader> reader({.seed = 1});
    const auto ordered = std::make_unique<Ordered>();
    const double order_counts = train("words in their order", task, reader, *ordered, 5e-3);

    const TemporaryFile file;
    io::save(file.path, reader, *ordered);
    Model<Reader> loaded;
    const auto preparation = std::make_unique<Ordered>();
    io::load(file.path, loaded, *preparation);
    Judge before(reader, *ordered), after(loaded, *preparation);
    bool same = true;
    for (const std::string& raw : task.held_out.raw)
        same = same && std::bit_cast<std::array<std::uint32_t, 2>>(before.scores(raw)) ==
                           std::bit_cast<std::array<std::uint32_t, 2>>(after.scores(raw));
    std::printf("saved and loaded, %zu raw reviews: %s\n", task.held_out.raw.size(),
                same ? "the same bits" : "other answers");
    for (const std::string_view raw :
         {"The WINE was not bad!", "THE CAF\u00C9 was lovely,  but the waiter was rude",
          "the cafe\u0301 was dirty \u2013 but we loved it"})
        std::printf("%-8s  %.*s\n", all.classes[after(raw)].c_str(), int(raw.size()), raw.data());
    // Who counts does not know which part of "…, but …" stands behind.
    const bool learnt = counts >= 0.8 && order_counts >= 0.97 && order_counts > counts;
    return same && (task.epochs < 20 || learnt) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("reviews");
}
