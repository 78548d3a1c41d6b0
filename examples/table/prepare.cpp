// Trains as table.cpp does, and writes what a device needs: the pipeline and the weights as they are after
// loading, and raw records of customers, numbers and texts, to be told apart there.
#include "customers.hpp"
#include "network.hpp"
#include "options.hpp"

#include <burin/balance.hpp>
#include <burin/burin.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace burin;

namespace {

std::string literal(double number) {
    char text[64];
    std::snprintf(text, sizeof text, "%af", number);
    return std::isnan(number) ? "customers::missing" : text;
}

/// The first customers of a table, none of them changed: what is missing stays so.
std::string records(const data::Table& table, std::size_t count) {
    std::string text =
        "#pragma once\n\n// Customers, written by prepare.cpp.\n\n#include \"customer.hpp\"\n\n"
        "namespace records {\n\ninline constexpr customers::Customer all[] = {\n";
    for (std::size_t row = 0; row < count; ++row) {
        text += "    {{";
        for (const char* name : {"age", "fee", "calls", "satisfaction", "years"})
            text += (text.back() == '{' ? "" : ", ") +
                    literal(static_cast<double>(static_cast<float>(table.numbers(name)[row])));
        text += "}";
        for (const char* name : {"contract", "city"})
            text += ", \"" + std::string(table.column(name).text(row)) + "\"";
        text += "},\n";
    }
    return text + "    {{20.0f, 10.0f, 1.0f, 3.0f, 1.0f}, \"monthly\", \"a city that nobody knows\"},\n"
                  "};\n\n} // namespace records\n";
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--data", BURIN_EXAMPLE_DATA "/customers.csv"},
                           {"--epochs", "4"},
                           {"--preparation", "customer_preparation.hpp"},
                           {"--weights", "customer_weights.hpp"},
                           {"--records", "customer_records.hpp"}});
    const data::Table table = customers::cleaned(customers::read(options["--data"]));
    customers::Preparation preparation;
    preparation.fit(table);
    const auto samples = preparation(table, table.codes("left"));
    Model<customers::Network> model;
    fit(model, samples,
        Fit{.loss = losses::SparseCategoricalCrossentropy{.class_weights = data::class_weights(samples)},
            .optimizer = optimizers::AdamW{.learning_rate = 3e-3, .weight_decay = 1e-2},
            .epochs = options.number("--epochs"),
            .verbose = false});

    // What the device gets has been through the file.
    const std::string path = options["--weights"] + ".safetensors";
    io::save(path, model, preparation);
    customers::Preparation loaded;
    Model<customers::Network> loaded_model;
    io::load(path, loaded_model, loaded);
    std::filesystem::remove(path);

    io::export_header(
        options["--preparation"], loaded,
        {.name_space = "prepared", .pipeline = "customers::Preparation", .include = "network.hpp"});
    io::export_header(options["--weights"], loaded_model,
                      {.name_space = "weights", .network = "customers::Network", .include = "network.hpp"});
    io::write_file(options["--records"], records(table, 40));
    return EXIT_SUCCESS;
} catch (...) {
    return failure("table_prepare");
}
