#pragma once

#include "burin/many_classes/code_book.hpp"
#include "burin/many_classes/members.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace burin::many_classes {

/// How the answers to a code book's questions become a class.
enum class Decoding {
    hamming,  ///< The word that differs least; of several the class with the lowest number.
    logistic, ///< The word under which the answers are likeliest, each weighed by how sure it is.
};

/// One model for each question of a code book, which divides the classes in two; the class whose word is
/// nearest to the answers is the answer, although some are wrong. All models are of one network type with one
/// output. Dietterich and Bakiri, JAIR 2 (1995); Allwein, Schapire and Singer, JMLR 1 (2000).
///
///     many_classes::OutputCode<Net> digits(many_classes::CodeBook::random(10, /*seed*/ 1));
///
/// Used as `OneVsRest`.
template <class Net, class Scalar = float>
class OutputCode : public Members<Net, Scalar> {
  public:
    explicit OutputCode(CodeBook book, std::uint64_t seed = 0)
        : Members<Net, Scalar>("OutputCode", book.classes(), book.questions(), seed), book_(std::move(book)) {
    }

    const CodeBook& code_book() const noexcept { return book_; }

    template <class Data, class Options = BinaryFit>
    void fit(const Data& data, const Options& options = {}) {
        this->fit_members(data, options, [&](std::size_t member, std::size_t label) {
            return book_.answer(label, member) ? 1 : 0;
        });
    }

    /// The number of each sample's class.
    template <class Inputs>
    std::vector<Label> predict(const Inputs& inputs, Decoding decoding = Decoding::logistic) const {
        std::vector<double> nearness;
        for_each_row(inputs, [&](std::span<const Scalar> scores, std::vector<double>& distances) {
            if (decoding == Decoding::hamming)
                book_.hamming(scores, distances);
            else
                book_.logistic_loss(scores, distances);
            for (const double distance : distances)
                nearness.push_back(-distance);
        });
        return detail::largest_of_rows(nearness, this->class_count());
    }

    /// `[samples, classes]`, each row's sum 1: the product of the answers' probabilities under each word, as
    /// if they were independent. Of logits, as BinaryCrossentropy makes them.
    template <class Inputs>
    std::vector<Scalar> predict_proba(const Inputs& inputs) const {
        std::vector<Scalar> result;
        for_each_row(inputs, [&](std::span<const Scalar> scores, std::vector<double>& losses) {
            book_.logistic_loss(scores, losses);
            const double least = *std::ranges::min_element(losses);
            double sum = 0;
            for (double& each : losses) {
                each = std::exp(least - each);
                sum += each;
            }
            for (const double each : losses)
                result.push_back(static_cast<Scalar>(each / sum));
        });
        return result;
    }

  private:
    template <class Inputs, class Function>
    void for_each_row(const Inputs& inputs, Function f) const {
        const auto scores = this->scores(inputs);
        const std::size_t questions = book_.questions();
        std::vector<double> of_classes(this->class_count());
        for (std::size_t first = 0; first < scores.size(); first += questions)
            f(std::span<const Scalar>(scores).subspan(first, questions), of_classes);
    }

    CodeBook book_;
};

} // namespace burin::many_classes
