#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::many_classes {

/// A word of yes and no for each class, one letter a question. The farther apart two words are, the more
/// questions may be answered wrongly before one class is taken for the other: (distance − 1) / 2.
class CodeBook {
  public:
    /// Each question as a column of the classes that it is asked of: `answers[question · classes + class]`.
    /// Throws Error for a question that all classes answer alike, and where two classes have the same word.
    CodeBook(std::size_t classes, std::vector<bool> answers)
        : classes_(classes), answers_(std::move(answers)) {
        if (classes < 2 || answers_.empty() || answers_.size() % classes != 0)
            throw Error(
                "CodeBook: expected at least two classes and an answer of each to each question, got " +
                std::to_string(answers_.size()) + " answers of " + std::to_string(classes) + " classes");
        for (std::size_t question = 0; question < questions(); ++question)
            if (divides(question) == false)
                throw Error("CodeBook: question " + std::to_string(question) +
                            ": expected classes that answer yes and classes that answer no");
        if (least_distance() == 0)
            throw Error("CodeBook: expected a word of its own for each class, got the same for two");
    }

    /// Every way to divide the classes in two: 2^(classes − 1) − 1 questions, words 2^(classes − 2) apart.
    /// Dietterich and Bakiri, "Solving Multiclass Learning Problems via Error-Correcting Output Codes", JAIR
    /// 2 (1995). Throws Error unless there are 3 to 11 classes: beyond, the questions are too many.
    static CodeBook exhaustive(std::size_t classes) {
        if (classes < 3 || classes > 11)
            throw Error("CodeBook::exhaustive: expected 3 to 11 classes, got " + std::to_string(classes) +
                        "; use CodeBook::random for more");
        const std::size_t count = (std::size_t{1} << (classes - 1)) - 1;
        std::vector<bool> answers;
        // The first class always answers yes; all others never do so together.
        for (std::size_t question = 0; question < count; ++question)
            for (std::size_t each = 0; each < classes; ++each)
                answers.push_back(each == 0 || (question >> (classes - 1 - each) & 1) == 1);
        return {classes, std::move(answers)};
    }

    /// Random answers: of `draws` books the one whose words are farthest apart. By default 10 · log₂ classes
    /// questions. The book is a function of the seed. Allwein, Schapire and Singer, "Reducing Multiclass to
    /// Binary", JMLR 1 (2000). Throws Error for so few questions that no draw tells all classes apart.
    static CodeBook random(std::size_t classes, std::uint64_t seed = 0, std::size_t questions = 0,
                           std::size_t draws = 100) {
        if (classes < 2)
            throw Error("CodeBook::random: expected at least two classes, got " + std::to_string(classes));
        if (questions == 0)
            questions = static_cast<std::size_t>(std::ceil(10 * std::log2(static_cast<double>(classes))));
        CodeBook best, drawn;
        std::size_t farthest = 0;
        for (std::size_t draw = 0; draw < draws; ++draw) {
            const RandomStream stream{seed, Purpose::splitting, static_cast<std::uint32_t>(draw)};
            drawn.classes_ = classes;
            drawn.answers_.clear();
            std::uint64_t position = 0;
            for (std::size_t question = 0; question < questions; ++question) {
                // A question that all classes answer alike is asked anew; there are others among any hundred.
                for (std::size_t attempt = 0; attempt < 100; ++attempt) {
                    drawn.answers_.resize(question * classes);
                    for (std::size_t each = 0; each < classes; ++each)
                        drawn.answers_.push_back((stream.word(position++) >> 31) == 1);
                    if (drawn.divides(question))
                        break;
                }
                if (!drawn.divides(question))
                    drawn.answers_[question * classes] = !drawn.answers_[question * classes];
            }
            if (const std::size_t distance = drawn.least_distance(); distance > farthest) {
                farthest = distance;
                best = drawn;
            }
        }
        if (farthest == 0)
            throw Error("CodeBook::random: expected enough questions to tell " + std::to_string(classes) +
                        " classes apart, got " + std::to_string(questions));
        return best;
    }

    std::size_t classes() const noexcept { return classes_; }
    std::size_t questions() const noexcept { return answers_.size() / classes_; }
    bool answer(std::size_t each, std::size_t question) const { return answers_[question * classes_ + each]; }

    /// In how many letters the two words differ that are most alike.
    std::size_t least_distance() const {
        std::size_t least = questions();
        for (std::size_t a = 0; a < classes_; ++a)
            for (std::size_t b = a + 1; b < classes_; ++b) {
                std::size_t distance = 0;
                for (std::size_t question = 0; question < questions(); ++question)
                    distance += answer(a, question) != answer(b, question);
                least = std::min(least, distance);
            }
        return least;
    }

    /// How far the answers to all questions for one sample (scores; above 0 is yes) are from each class's
    /// word: in how many letters they differ.
    template <class Scalar>
    void hamming(std::span<const Scalar> scores, std::span<double> distances) const {
        for (std::size_t each = 0; each < classes_; ++each) {
            distances[each] = 0;
            for (std::size_t question = 0; question < questions(); ++question)
                distances[each] += (scores[question] > 0) != answer(each, question);
        }
    }

    /// The same with what the scores z weigh: Σ log(1 + e^(−z)) where the word says yes, Σ log(1 + e^z) where
    /// it says no. For logits that is −log of the product of the answers' probabilities.
    template <class Scalar>
    void logistic_loss(std::span<const Scalar> scores, std::span<double> losses) const {
        for (std::size_t each = 0; each < classes_; ++each) {
            losses[each] = 0;
            for (std::size_t question = 0; question < questions(); ++question) {
                const auto score = static_cast<double>(scores[question]);
                const double wrong = answer(each, question) ? -score : score;
                losses[each] += std::max(wrong, 0.0) + std::log1p(std::exp(-std::abs(wrong)));
            }
        }
    }

  private:
    CodeBook() = default;

    bool divides(std::size_t question) const {
        const auto begin = answers_.begin() + static_cast<std::ptrdiff_t>(question * classes_);
        const auto yes = std::count(begin, begin + static_cast<std::ptrdiff_t>(classes_), true);
        return yes > 0 && static_cast<std::size_t>(yes) < classes_;
    }

    std::size_t classes_ = 0;
    std::vector<bool> answers_;
};

} // namespace burin::many_classes
