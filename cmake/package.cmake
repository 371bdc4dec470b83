# cpack: a .deb for the distribution that it is built on, and a .tar.gz that brings its libraries.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME tutti)
set(CPACK_PACKAGE_VENDOR "The tutti authors")
set(CPACK_PACKAGE_CONTACT "The tutti authors <tutti@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Names the genre of music, and trains the networks that do")
set(CPACK_PACKAGE_DESCRIPTION
    "tutti names the genre of songs by a built-in model, and trains ensembles of
convolutional networks, recurrent networks and others on music of your own.
It reads and writes Keras files. The library that it is made of comes along,
with headers and a CMake package.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
string(TOLOWER ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR} system)
set(CPACK_PACKAGE_FILE_NAME tutti-${PROJECT_VERSION}-${system})
set(CPACK_STRIP_FILES ON)

cmake_host_system_information(RESULT codename QUERY DISTRIB_VERSION_CODENAME)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${codename})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/bundle.cmake)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tutti RENAME copyright)
include(CPack)
