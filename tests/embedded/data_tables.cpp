// What a fitted pipeline of a table's columns does to a sample, as a microcontroller would.

#include "burin/core/set_macros_aside.hpp"

#include "burin/data/pipeline.hpp"
#include "burin/data/tables/binning.hpp"
#include "burin/data/tables/clip_outliers.hpp"
#include "burin/data/tables/frequency_encoder.hpp"
#include "burin/data/tables/hashing.hpp"
#include "burin/data/tables/impute_iterative.hpp"
#include "burin/data/tables/impute_nearest.hpp"
#include "burin/data/tables/imputers.hpp"
#include "burin/data/tables/missing_indicator.hpp"
#include "burin/data/tables/on.hpp"
#include "burin/data/tables/one_hot.hpp"
#include "burin/data/tables/ordinal.hpp"
#include "burin/data/tables/polynomial_features.hpp"
#include "burin/data/tables/power_transformer.hpp"
#include "burin/data/tables/quantile_transformer.hpp"
#include "burin/data/tables/scalers.hpp"
#include "burin/data/tables/select_columns.hpp"
#include "burin/data/tables/target_encoder.hpp"

#include "burin/core/restore_macros.hpp"

#include <span>

using namespace burin;

using Numbers =
    data::Pipeline<Input<4>, data::ImputeIterative<2>, data::ImputeNearest<3, 8>,
                   data::Indicated<data::ImputeMedian>, data::SelectColumns<3, 1, 0, 4>, data::ClipIQR<>,
                   data::On<data::ColumnsAt<0, 2>, data::PowerTransformer<>>,
                   data::On<data::ColumnsAt<1>, data::QuantileTransformer<8, data::Distribution::normal>>,
                   data::RobustScaler<>, data::PolynomialFeatures<2>>;
using Categories =
    data::Pipeline<Input<5>, data::Ordinal<0, 4>, data::TargetEncoder<0, 4>, data::FrequencyEncoder<1, 4>,
                   data::Hashing<2, 8>, data::On<data::ColumnsAt<0>, data::Binning<4, data::Bins::kmeans>>,
                   data::OneHot<0, 4>, data::DropColumns<1>, data::ImputeConstant<0>>;

Numbers numbers;
Categories categories;

void prepare_numbers(std::span<const float, Numbers::input_size> in,
                     std::span<float, Numbers::output_size> out) {
    numbers.apply(in, out);
}
void prepare_categories(std::span<const float, Categories::input_size> in,
                        std::span<float, Categories::output_size> out) {
    categories.apply(in, out);
}
