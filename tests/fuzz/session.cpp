#include "burin/io/save.hpp"

#include "burin/burin.hpp"
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
    Model<Net> model(1);
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
        return 0;
    }
    expect(session.epoch() <= SessionType::most_epochs);
    expect(session.trainer().steps() < std::uint64_t{1} << 63);
    io::save(path, session);
    Model<Net> other_model(2);
    SessionType other(other_model, options);
    io::load(path, other);
    expect(other.epoch() == session.epoch() && other.trainer().steps() == session.trainer().steps());
    return 0;
}
