# cpack runs this on what goes into a package. To the .tar.gz it adds what another distribution may not have: shared
# libraries, all but those of the compiler and the C library, which are compatible upwards, and the font of charts.
if(NOT CPACK_GENERATOR STREQUAL TGZ)
  return()
endif()
set(root ${CPACK_TEMPORARY_DIRECTORY})

function(bundle folder)  # then files, with the license of the Debian package that each is from
  foreach(file ${ARGN})
    file(INSTALL ${file} DESTINATION ${root}/${folder} FOLLOW_SYMLINK_CHAIN MESSAGE_NEVER)
    cmake_path(GET file FILENAME name)
    execute_process(COMMAND dpkg-query -S */${name} OUTPUT_VARIABLE package COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE ":.*" "" package ${package})
    file(INSTALL /usr/share/doc/${package}/copyright DESTINATION ${root}/share/doc/tutti/bundled RENAME ${package}
         FOLLOW_SYMLINK_CHAIN MESSAGE_NEVER)
  endforeach()
endfunction()

file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${root}/bin/tutti ${root}/libexec/tutti/tutti-reader
     PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|stdc\\+\\+|gcc_s)\\.so"
     RESOLVED_DEPENDENCIES_VAR libraries)
bundle(lib/tutti ${libraries})
set(dejavu /usr/share/fonts/truetype/dejavu)
bundle(share/tutti/fonts ${dejavu}/DejaVuSans.ttf ${dejavu}/DejaVuSans-Bold.ttf)
file(INSTALL ${CMAKE_CURRENT_LIST_DIR}/fonts.conf DESTINATION ${root}/share/tutti/fonts)
