# The program, the libraries, their headers, and a package: find_package(tutti) gives tutti::tutti.
include(CMakePackageConfigHelpers)

add_library(tutti_library INTERFACE)
add_library(tutti::tutti ALIAS tutti_library)
target_link_libraries(tutti_library INTERFACE tutti_models tutti_reports)
set_target_properties(tutti_library PROPERTIES EXPORT_NAME tutti)
# Libraries in odd places, and those that cmake/bundle.cmake puts beside the program, for which those need each other.
set_target_properties(tutti tutti_reader PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
set_target_properties(tutti PROPERTIES INSTALL_RPATH $ORIGIN/../lib/tutti)
set_target_properties(tutti_reader PROPERTIES INSTALL_RPATH $ORIGIN/../../lib/tutti)
foreach(program tutti tutti_reader)
  target_link_options(${program} PRIVATE -Wl,--disable-new-dtags)
endforeach()
install(TARGETS tutti)
install(TARGETS tutti_reader DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/tutti)
install(TARGETS tutti_library tutti_kernels tutti_engine tutti_datasets tutti_models tutti_search tutti_reports
        EXPORT tutti)

if(EXISTS ${PROJECT_SOURCE_DIR}/models/pretrained/run.json)  # scripts/train-pretrained makes it
  install(DIRECTORY models/pretrained DESTINATION ${CMAKE_INSTALL_DATADIR}/tutti)
endif()

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/tutti)
install(FILES tutti.h DESTINATION ${headers})
install(DIRECTORY engine datasets models search reports DESTINATION ${headers}
        FILES_MATCHING PATTERN "*.h" PATTERN hdf5.h EXCLUDE)
file(GLOB contract CONFIGURE_DEPENDS kernels/*.h)
install(FILES ${contract} DESTINATION ${headers}/kernels)
install(DIRECTORY kernels/support DESTINATION ${headers}/kernels FILES_MATCHING PATTERN "*.h")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/tutti)
install(EXPORT tutti NAMESPACE tutti:: FILE tuttiTargets.cmake DESTINATION ${package})
configure_package_config_file(cmake/tuttiConfig.cmake.in tuttiConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(tuttiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tuttiConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tuttiConfigVersion.cmake
        DESTINATION ${package})
