#pragma once

// Images as data: sizes, colours, and what makes more of few (`docs/images.md`). Hosted, and not among
// burin.hpp. What reads files is burin/data/images/read_image.hpp, which needs libspng and libjpeg-turbo. A
// device takes the stages one by one: crop.hpp, flip.hpp, grey.hpp, normalize.hpp and resize.hpp of that
// folder.

#include "burin/core/language.hpp"
#include "burin/pipelines.hpp"

#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/images/affine.hpp"
#include "burin/data/images/affine_map.hpp"
#include "burin/data/images/blur.hpp"
#include "burin/data/images/color_jitter.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/compose.hpp"
#include "burin/data/images/crop.hpp"
#include "burin/data/images/cropping.hpp"
#include "burin/data/images/elastic.hpp"
#include "burin/data/images/encode_png.hpp"
#include "burin/data/images/erasing.hpp"
#include "burin/data/images/flip.hpp"
#include "burin/data/images/grey.hpp"
#include "burin/data/images/image.hpp"
#include "burin/data/images/noise.hpp"
#include "burin/data/images/normalize.hpp"
#include "burin/data/images/normalize_channels.hpp"
#include "burin/data/images/projection.hpp"
#include "burin/data/images/rand_augment.hpp"
#include "burin/data/images/random_blur.hpp"
#include "burin/data/images/random_flip.hpp"
#include "burin/data/images/random_perspective.hpp"
#include "burin/data/images/resize.hpp"
#include "burin/data/images/resizing.hpp"
#include "burin/data/images/sample.hpp"
#include "burin/data/images/tones.hpp"
#include "burin/data/images/view.hpp"

#include "burin/core/restore_macros.hpp"
