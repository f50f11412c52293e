# GLPK has no pkg-config file.  GLPK::GLPK; a static one brings what it needs.
find_path(GLPK_INCLUDE_DIR glpk.h)
find_library(GLPK_LIBRARY glpk)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(GLPK REQUIRED_VARS GLPK_LIBRARY GLPK_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install GLPK's development files (Debian: libglpk-dev)")
if(GLPK_FOUND AND NOT TARGET GLPK::GLPK)
  add_library(GLPK::GLPK UNKNOWN IMPORTED)
  set_target_properties(GLPK::GLPK PROPERTIES IMPORTED_LOCATION ${GLPK_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${GLPK_INCLUDE_DIR})
  if(GLPK_LIBRARY MATCHES "\\.a$")
    set_property(TARGET GLPK::GLPK PROPERTY INTERFACE_LINK_LIBRARIES amd colamd suitesparseconfig ltdl z gmp ${CMAKE_DL_LIBS} m)
  endif()
endif()
