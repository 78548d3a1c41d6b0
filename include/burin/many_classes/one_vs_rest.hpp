#pragma once

#include "burin/many_classes/members.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace burin::many_classes {

/// Probabilities of classes from those of "this class or another", `[samples, classes]`: divided by their
/// sum; where all are 0, all are equal. As scikit-learn's OneVsRestClassifier.
template <class Scalar>
void normalize_rows(std::span<Scalar> probabilities, std::size_t classes) noexcept {
    for (std::size_t first = 0; first + classes <= probabilities.size(); first += classes) {
        double sum = 0;
        for (const Scalar each : probabilities.subspan(first, classes))
            sum += static_cast<double>(each);
        for (Scalar& each : probabilities.subspan(first, classes))
            each = sum == 0 ? Scalar(1) / static_cast<Scalar>(classes)
                            : static_cast<Scalar>(static_cast<double>(each) / sum);
    }
}

/// One model for each class, which tells it from all others; the class whose model is surest is the answer.
/// All models are of one network type with one output. Rifkin and Klautau, "In Defense of One-Vs-All
/// Classification", JMLR 5 (2004).
///
///     using Net = Sequential<Input<64>, Dense<16>, ReLU, Dense<1>>;
///     many_classes::OneVsRest<Net> digits(10);
///     digits.fit(train, Fit{.loss = losses::BinaryCrossentropy{}, .epochs = 10});
///     const std::vector<Label> answers = digits.predict(test);
///
/// `inputs` are whole samples one after the other, or a data set. Methods throw Error as `fit` and `predict`
/// do, and where a class has no samples.
template <class Net, class Scalar = float>
class OneVsRest : public Members<Net, Scalar> {
  public:
    explicit OneVsRest(std::size_t classes, std::uint64_t seed = 0)
        : Members<Net, Scalar>("OneVsRest", classes, classes, seed) {}

    template <class Data, class Options = BinaryFit>
    void fit(const Data& data, const Options& options = {}) {
        this->fit_members(data, options,
                          [](std::size_t member, std::size_t label) { return member == label ? 1 : 0; });
    }

    /// The number of each sample's class.
    template <class Inputs>
    std::vector<Label> predict(const Inputs& inputs) const {
        return detail::largest_of_rows(this->scores(inputs), this->class_count());
    }

    /// `[samples, classes]`, each row's sum 1.
    template <class Inputs>
    std::vector<Scalar> predict_proba(const Inputs& inputs) const {
        auto probabilities = this->probabilities(inputs);
        normalize_rows(std::span<Scalar>(probabilities), this->class_count());
        return probabilities;
    }
};

} // namespace burin::many_classes
