#pragma once

#include "burin/training/history.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What a callback is told, as a test wants it, without a training. `Model` is whatever the callback looks
/// at.
template <class Model>
class ToldContext {
  public:
    explicit ToldContext(Model& model) : model_(&model) {}

    std::size_t now = 1, last = 10, batches_done = 0, batches_in_epoch = 4, epochs_done = 0;
    std::uint64_t steps = 0;
    std::vector<burin::NamedValue> measured;
    double rate = 0.01;
    bool continued = false, stopping = false, paused = false;

    Model& model() { return *model_; }
    struct Session {
        std::size_t done;
        std::size_t epoch() const { return done; }
    };
    Session session() const { return {epochs_done}; }
    std::size_t epoch() const { return now; }
    std::size_t epochs() const { return last; }
    std::size_t batch() const { return batches_done; }
    std::size_t batches() const { return batches_in_epoch; }
    std::size_t samples() const { return batches_done * 10; }
    std::size_t sample_count() const { return batches_in_epoch * 10; }
    std::uint64_t step() const { return steps; }
    bool is_continued() const { return continued; }
    std::vector<burin::NamedValue> values() const { return measured; }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const burin::NamedValue& each : measured)
            names.push_back(each.name);
        return names;
    }
    double learning_rate() const { return rate; }
    void stop() { stopping = true; }
    void pause() { paused = true; }
    bool is_stopping() const { return stopping || now >= last; }

  private:
    Model* model_;
};

/// A model's weights, without a network.
struct ToldModel {
    struct Parameters {
        std::vector<float> values;
    };
    Parameters own;
    Parameters& parameters() { return own; }
};
