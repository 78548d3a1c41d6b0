// Fitted reductions on bare metal.
#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/data/pipeline.hpp"
#include "burin/data/reduction/pca.hpp"
#include "burin/data/reduction/random_projection.hpp"
#include "burin/data/reduction/recursive_elimination.hpp"
#include "burin/data/reduction/select_best.hpp"
#include "burin/data/reduction/variance_threshold.hpp"
#include "burin/data/reduction/whiten.hpp"

#include "burin/core/restore_macros.hpp"

#include <span>

using namespace burin::data;

using Reduction = Pipeline<burin::Input<8, 8>, VarianceThreshold<60>, SelectBest<50>, RecursiveElimination<40>, WhitenZCA<>,
                           RandomProjection<30, RandomMatrix::sparse>, RandomProjection<20>, Whiten<10>, PCA<4>>;

Reduction reduction;

void reduce(std::span<const float, 64> image, std::span<float, 4> numbers) { reduction.apply(image, numbers); }
