#include "burin/io/save.hpp"

#include "burin/burin.hpp"
#include "burin/callbacks/early_stopping.hpp"
#include "fuzz/parse.hpp"
#include "support/files.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<1>>;
const Fit options{.loss = losses::MeanSquaredError{},
                  .optimizer = optimizers::Momentum{},
                  .batch_size = batch<4>,
                  .epochs = 1,
                  .callbacks = callbacks::EarlyStopping{.monitor = "loss", .restore_best_weights = true},
                  .verbose = false};
using SessionType = Session<Net, float, std::remove_const_t<decltype(options)>>;

std::vector<float> state_of(const SessionType& session) {
    const auto parameters = session.model().parameters().all();
    const auto optimizer = session.trainer().optimizer_state();
    std::vector<float> state(parameters.begin(), parameters.end());
    state.insert(state.end(), optimizer.begin(), optimizer.end());
    return state;
}

} // namespace

/// A session reads all of a file or nothing of it, and goes on with what it has.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TemporaryDirectory directory;
    static const std::string path = directory / "session";
    write_bytes(path, std::string_view(reinterpret_cast<const char*>(data), size));
    Model<Net> model({.seed = 1});
    SessionType session(model, options);
    const std::vector<float> before = state_of(session);
    const bool is_read = parsed([&] {
                             try {
                                 io::load(path, session);
                             } catch (const Error& error) {
                                 const std::string_view message = error.what();
                                 expect(message.starts_with(path));
                                 throw Error("input" + std::string(message.substr(path.size())));
                             }
                             return true;
                         }).has_value();
    if (!is_read) {
        expect(state_of(session) == before && session.epoch() == 0 && session.trainer().steps() == 0);
        expect(session.position().last_epoch == 0 && session.history().epochs() == 0);
        expect(session.callbacks().best_weights.empty() && session.callbacks().best_epoch == 0);
        return 0;
    }
    expect(session.epoch() <= SessionType::most_epochs);
    expect(session.trainer().steps() < std::uint64_t{1} << 63);
    const fitting::Position& position = session.position();
    expect(position.last_epoch <= SessionType::most_epochs);
    expect(position.batch == 0 || (position.batch - 1) * 4 < position.samples);
    io::save(path, session);
    Model<Net> other_model({.seed = 2});
    SessionType other(other_model, options);
    io::load(path, other);
    expect(other.epoch() == session.epoch() && other.trainer().steps() == session.trainer().steps());
    expect(other.position().batch == position.batch && other.position().last_epoch == position.last_epoch);
    expect(other.history().epochs() == session.history().epochs());
    expect(other.callbacks().best_weights.size() == session.callbacks().best_weights.size());
    // Whatever is written there, going on is no worse than an Error.
    if (position.samples == 5 && position.last_epoch <= session.epoch() + 2)
        static_cast<void>(parsed([&] {
            try {
                return other
                    .run(data::Dataset<float>(Shape(2), std::vector<float>(10, 1), std::vector<float>(5, 1)))
                    .epochs();
            } catch (const Error& error) {
                throw Error(std::string("input: ") + error.what());
            }
        }));
    return 0;
}
