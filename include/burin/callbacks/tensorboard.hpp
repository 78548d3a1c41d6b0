#pragma once

#include "burin/graph/parameters.hpp"
#include "burin/io/event_file.hpp"
#include "burin/training/history.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace burin::callbacks {

/// Writes what `tensorboard --logdir logs` shows. As Keras's TensorBoard: the values of each epoch are
/// `epoch_loss`, …, those of validation under the same names in a run of their own, so that both are drawn
/// into one chart (`logs/train`, `logs/validation`); beside them `epoch_learning_rate`.
///
///     #include <burin/callbacks/tensorboard.hpp>
///     Fit{.validation = &test, .callbacks = callbacks::TensorBoard{.directory = "logs", .histograms = 1}}
///
/// A run that goes on from a checkpoint takes back what was written of steps behind it. Needs protozero
/// (Debian: libprotozero-dev), so that it is included by itself. Throws Error if files can't be written.
struct TensorBoard {
    std::string directory = "logs";
    std::size_t batches = 0;    ///< Also `batch_loss`, … every so many steps (`logs/batches`); 0: not.
    std::size_t histograms = 0; ///< Those of the parameters every so many epochs; 0: not.

    struct Files { ///< @private
        std::shared_ptr<io::EventFile> train, validation, batches;
    };
    Files files{}; ///< @private

    template <class Context>
    void on_fit_begin(Context& context) {
        files = {};
        if (!context.is_continued())
            return;
        std::error_code ignored;
        const auto take_back = [&](std::shared_ptr<io::EventFile>& file, const char* run,
                                   std::uint64_t step) {
            if (std::filesystem::exists(directory + run, ignored))
                opened(file, run).restart_at(step_of(step));
        };
        const std::size_t epoch = context.session().epoch() + 1;
        take_back(files.train, "/train", epoch);
        take_back(files.validation, "/validation", epoch);
        take_back(files.batches, "/batches", context.step() + 1);
    }
    template <class Context>
    void on_batch_end(Context& context) {
        if (batches == 0 || context.step() % batches != 0)
            return;
        for (const NamedValue& each : context.values())
            opened(files.batches, "/batches")
                .scalar("batch_" + each.name, step_of(context.step()), each.value);
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        const std::int64_t epoch = step_of(context.epoch());
        constexpr std::string_view of_validation = "val_";
        for (const NamedValue& each : context.values())
            if (each.name.starts_with(of_validation))
                opened(files.validation, "/validation")
                    .scalar("epoch_" + each.name.substr(of_validation.size()), epoch, each.value);
            else
                opened(files.train, "/train").scalar("epoch_" + each.name, epoch, each.value);
        opened(files.train, "/train").scalar("epoch_learning_rate", epoch, context.learning_rate());
        if (histograms > 0 && context.epoch() % histograms == 0)
            write_histograms(context.model(), epoch);
    }
    template <class Context>
    void on_fit_end(Context&) {
        files = {};
    }

  private:
    static std::int64_t step_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

    io::EventFile& opened(std::shared_ptr<io::EventFile>& file, const char* run) const {
        if (file == nullptr)
            file = std::make_shared<io::EventFile>(directory + run);
        return *file;
    }

    template <class ModelType>
    void write_histograms(const ModelType& model, std::int64_t epoch) {
        const auto parameters = model.parameters().all();
        for (const ParameterTensor& tensor : parameter_tensors<typename ModelType::NetworkType>)
            files.train->histogram(tensor.name().view(), epoch,
                                   std::span(parameters).subspan(tensor.offset, tensor.spec.shape.size()));
    }
};

} // namespace burin::callbacks
