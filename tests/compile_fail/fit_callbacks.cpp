// expect: Fit: .callbacks: expected callbacks, each with on_fit_begin, on_epoch_begin, on_batch_end, on_epoch_end or on_fit_end, as in `.callbacks = std::tuple{callbacks::EarlyStopping{}}`, got `
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

struct Misspelt {
    void on_epoch_ends(auto&) {}
};

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.callbacks = std::tuple{Misspelt{}}});
}
