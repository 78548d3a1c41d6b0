#pragma once

// Where data come from: files of every kind, folders by class, what is larger than memory, and a Loader that
// reads ahead on other threads. Hosted, and not among burin.hpp. Folders of sounds are
// burin/data/audio/sound_folder.hpp, which needs libsndfile.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/array_file.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/cifar.hpp"
#include "burin/data/class_folder.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/csv_rows.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/digits.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/image_folder.hpp"
#include "burin/data/loader.hpp"
#include "burin/data/mapped_file.hpp"
#include "burin/data/npy.hpp"
#include "burin/data/npz.hpp"
#include "burin/data/read_file.hpp"
#include "burin/data/record_file.hpp"
#include "burin/data/sample_stream.hpp"
#include "burin/data/source.hpp"
#include "burin/data/streamed.hpp"
#include "burin/data/tabular.hpp"
#include "burin/data/text_files.hpp"

#include "burin/core/restore_macros.hpp"
