#pragma once

// Asking networks why: attributions of one answer, what a model needs and how it uses it, and pictures of
// them. `burin/burin.hpp` does not include it. A device includes what it needs: `graph/explainer.hpp` and the
// methods `saliency`, `integrated_gradients`, `smooth_grad`, `occlusion`, `grad_cam` need no operating
// system.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/explain/attribute.hpp"
#include "burin/explain/grad_cam.hpp"
#include "burin/explain/integrated_gradients.hpp"
#include "burin/explain/occlusion.hpp"
#include "burin/explain/partial_dependence.hpp"
#include "burin/explain/permutation_importance.hpp"
#include "burin/explain/quadrature.hpp"
#include "burin/explain/saliency.hpp"
#include "burin/explain/smooth_grad.hpp"
#include "burin/explain/target.hpp"
#include "burin/graph/explainer.hpp"
#include "burin/report/bar_chart_svg.hpp"
#include "burin/report/heat_map.hpp"

#include "burin/core/restore_macros.hpp"
