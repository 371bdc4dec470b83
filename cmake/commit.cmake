# Every build runs this: writes OUTPUT, VERSION and the commit of the clone SOURCE as C++, if it has changed.
set(commit)
if(EXISTS ${SOURCE}/.git)  # a tarball may lie in the clone of something else
  execute_process(COMMAND git -C ${SOURCE} rev-parse --verify --short=7 HEAD
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
endif()
if(commit)
  set(commit " (${commit})")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [=[
namespace tutti {
extern const char* const version_and_commit;
const char* const version_and_commit = "@VERSION@@commit@";
}  // namespace tutti
]=])
