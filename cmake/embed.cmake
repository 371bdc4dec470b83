# Puts the text of files into a target: that of report.css is tutti::report_css(), a std::string_view. Whoever uses it
# declares it.
function(tutti_embed target)
  foreach(file ${ARGN})
    cmake_path(ABSOLUTE_PATH file NORMALIZE OUTPUT_VARIABLE path)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} text)
    cmake_path(GET path FILENAME name)
    string(MAKE_C_IDENTIFIER ${name} name)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [=[
#include <string_view>
namespace tutti {
std::string_view @name@();
std::string_view @name@() { return R"=====(@text@)====="; }
}  // namespace tutti
]=])
    target_sources(${target} PRIVATE ${source})
    set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
  endforeach()
endfunction()
