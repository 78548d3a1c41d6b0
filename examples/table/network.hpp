#pragma once

#include <burin/data/tables/columns_at.hpp>
#include <burin/data/tables/imputers.hpp>
#include <burin/data/tables/missing_indicator.hpp>
#include <burin/data/tables/on.hpp>
#include <burin/data/tables/one_hot.hpp>
#include <burin/data/tables/scalers.hpp>
#include <burin/embedded.hpp>

/// How a customer's record is prepared, and what then tells whether they leave. Shared by the programs that
/// learn and the one that runs on a device.
namespace customers {

namespace data = burin::data;

// Five columns of numbers and two of texts. Missing numbers become the median, with a column that says so,
// since not to answer tells something, too; each text becomes a column.
using Record = data::Columns<data::Numeric<"age">, data::Numeric<"fee">, data::Numeric<"calls">,
                             data::Numeric<"satisfaction">, data::Numeric<"years">,
                             data::Categorical<"contract", 3>, data::Categorical<"city", 6>>;
using Numbers = data::ColumnsAt<0, 1, 2, 3, 4>;
using Preparation =
    data::Pipeline<Record, data::On<Numbers, data::Indicated<data::ImputeMedian>>, data::OneHot<11, 6>,
                   data::OneHot<10, 3>, data::On<Numbers, data::StandardScaler>>;
using Network = burin::Sequential<burin::Input<Preparation::output_size>, burin::Dense<16>, burin::ReLU,
                                  burin::Dropout<0.2>, burin::Dense<2>>;

} // namespace customers
