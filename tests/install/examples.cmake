# Installs the build folder BUILD into a prefix of its own, and builds and runs examples/ against it.
set(prefix ${BUILD}/install_test/prefix)
set(examples ${BUILD}/install_test/examples)
file(REMOVE_RECURSE ${BUILD}/install_test)

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${prefix})
run(${prefix}/bin/tutti --version)
run(${prefix}/bin/tutti synth --out ${BUILD}/install_test/songs --songs 2 --seconds 2 --no-audio --quiet)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/../../examples -B ${examples} -G ${GENERATOR}
    -D CMAKE_BUILD_TYPE=${CONFIG} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${prefix}
    -D TUTTI_EXAMPLE_PICTURES=${BUILD}/install_test/songs/genres)
run(${CMAKE_COMMAND} --build ${examples} --config ${CONFIG})
run(${CMAKE_CTEST_COMMAND} --test-dir ${examples} --build-config ${CONFIG} --output-on-failure --no-tests=error)
