# The targets, for find_package(burin) and for add_subdirectory:
#   burin::burin    the headers, with C++20, xsimd and Boost's headers (Hana);
#   burin::hosted   the same with zlib and nlohmann-json, for burin/burin.hpp: data, weight files, reports. Where one of
#                   these is missing there is no such target, and burin_hosted_missing says which;
#   burin::parallel burin::hosted with oneTBB, whose threads validation and search then run on. Likewise, with
#                   burin_parallel_missing.
# Expects _burin_include, the directory of the headers, and that Boost and xsimd have been found. Nothing is fetched.

if(NOT TARGET burin::burin)
  # Of xsimd the headers only: the target that Debian's package makes links an xtl that it does not look for.
  get_target_property(_burin_xsimd_include xsimd INTERFACE_INCLUDE_DIRECTORIES)
  add_library(burin::burin INTERFACE IMPORTED ${_burin_scope})
  target_include_directories(burin::burin INTERFACE "${_burin_include}")
  target_include_directories(burin::burin SYSTEM INTERFACE "${_burin_xsimd_include}")
  target_compile_features(burin::burin INTERFACE cxx_std_20)
  target_link_libraries(burin::burin INTERFACE Boost::boost)
  unset(_burin_xsimd_include)
endif()

set(burin_hosted_missing)
if(NOT TARGET burin::hosted)
  find_package(ZLIB QUIET)
  if(NOT ZLIB_FOUND)
    list(APPEND burin_hosted_missing zlib)
  endif()
  find_package(nlohmann_json 3.11 QUIET)
  if(NOT nlohmann_json_FOUND)
    list(APPEND burin_hosted_missing "nlohmann-json 3.11 or newer")
  endif()
  if(NOT burin_hosted_missing)
    add_library(burin::hosted INTERFACE IMPORTED ${_burin_scope})
    target_link_libraries(burin::hosted INTERFACE burin::burin ZLIB::ZLIB nlohmann_json::nlohmann_json)
  endif()
  list(JOIN burin_hosted_missing " and " burin_hosted_missing)
endif()

set(burin_parallel_missing)
if(NOT TARGET burin::parallel)
  set(burin_parallel_missing ${burin_hosted_missing})
  if(NOT burin_parallel_missing)
    find_package(TBB 2021 QUIET)
    if(TBB_FOUND)
      add_library(burin::parallel INTERFACE IMPORTED ${_burin_scope})
      target_link_libraries(burin::parallel INTERFACE burin::hosted TBB::tbb)
      target_compile_definitions(burin::parallel INTERFACE BURIN_HAS_TBB)
    else()
      set(burin_parallel_missing "oneTBB 2021 or newer")
    endif()
  endif()
endif()
