# Finds the NATS C client. Imported target: cnats::nats.
# Debian's own CMake config cannot be used: it insists on a static library that the package does not have.
find_path(CNATS_INCLUDE_DIR nats/nats.h)
find_library(CNATS_LIBRARY nats)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CNats REQUIRED_VARS CNATS_LIBRARY CNATS_INCLUDE_DIR)
if(CNats_FOUND AND NOT TARGET cnats::nats)
  add_library(cnats::nats UNKNOWN IMPORTED)
  set_target_properties(cnats::nats PROPERTIES
    IMPORTED_LOCATION ${CNATS_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${CNATS_INCLUDE_DIR})
endif()
mark_as_advanced(CNATS_INCLUDE_DIR CNATS_LIBRARY)
