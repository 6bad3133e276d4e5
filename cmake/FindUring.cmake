# Finds liburing, to be linked statically: it is a few kilobytes. Imported target: uring::uring.
find_path(URING_INCLUDE_DIR liburing.h)
find_library(URING_LIBRARY NAMES liburing.a uring)
# Since 2.2.
if(URING_INCLUDE_DIR)
  file(STRINGS ${URING_INCLUDE_DIR}/liburing/io_uring.h URING_SUBMITS_ALL REGEX "define IORING_SETUP_SUBMIT_ALL")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Uring REQUIRED_VARS URING_LIBRARY URING_INCLUDE_DIR URING_SUBMITS_ALL)
if(Uring_FOUND AND NOT TARGET uring::uring)
  add_library(uring::uring UNKNOWN IMPORTED)
  set_target_properties(uring::uring PROPERTIES
    IMPORTED_LOCATION ${URING_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${URING_INCLUDE_DIR})
endif()
mark_as_advanced(URING_INCLUDE_DIR URING_LIBRARY)
