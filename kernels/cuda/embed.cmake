# embed_sources(TARGET SYMBOL FILES...): gives TARGET the texts of FILES as
# `const gpu_source SYMBOL[]` and `const int SYMBOL_count` (nvrtc.h), for the
# run-time compiler; the first file is the one that is compiled.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(text "/* Made from the sources named below. */\n#include \"nvrtc.h\"\n")
  string(APPEND text "extern const gpu_source ${SYMBOL}[];\nextern const int ${SYMBOL}_count;\n")
  set(table "")
  set(n 0)
  foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND text "static const char text_${n}[] = {${bytes}0};\n")
    string(APPEND table "    {\"${name}\", text_${n}},\n")
    math(EXPR n "${n} + 1")
  endforeach()
  file(WRITE ${OUT} "${text}const gpu_source ${SYMBOL}[] = {\n${table}};\nconst int ${SYMBOL}_count = ${n};\n")
  return()
endif()

set(embed_script ${CMAKE_CURRENT_LIST_FILE})
function(embed_sources target symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${ARGN}" -P ${embed_script}
    DEPENDS ${ARGN} ${embed_script} VERBATIM)
  target_sources(${target} PRIVATE ${out})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/kernels/cuda)
endfunction()
