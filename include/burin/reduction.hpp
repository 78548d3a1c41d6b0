#pragma once

// Fewer features: principal components, whitening, random projections, chosen features, and t-SNE for a picture.
// Needs Eigen, as `fit_pca.hpp`, `fit_recursive_elimination.hpp` and `embed.hpp` do; the other headers do not, nor
// does what is fitted. `burin/burin.hpp` does not include it.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/data/fit_pipeline.hpp"
#include "burin/data/reduction/eliminate.hpp"
#include "burin/data/reduction/embed.hpp"
#include "burin/data/reduction/feature_scores.hpp"
#include "burin/data/reduction/fit_pca.hpp"
#include "burin/data/reduction/fit_random_projection.hpp"
#include "burin/data/reduction/fit_recursive_elimination.hpp"
#include "burin/data/reduction/fit_selection.hpp"
#include "burin/data/reduction/mutual_information.hpp"
#include "burin/data/reduction/principal_components.hpp"
#include "burin/data/reduction/tsne.hpp"
#include "burin/report/scatter_svg.hpp"

#include "burin/core/restore_macros.hpp"
