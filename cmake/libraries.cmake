# SPDX-License-Identifier: MIT
# The libraries of the system that we link, each under a name of ours, and the helper for our own.

function(mdh_find name header library package)
  find_path(${name}_INCLUDE ${header})
  find_library(${name}_LIBRARY ${library})
  if(NOT ${name}_INCLUDE OR NOT ${name}_LIBRARY)
    message(FATAL_ERROR "lib${library} was not found: apt-get install ${package} "
                        "(scripts/setup.sh installs everything)")
  endif()
  add_library(mdh_ext_${name} INTERFACE)
  target_include_directories(mdh_ext_${name} SYSTEM INTERFACE ${${name}_INCLUDE})
  target_link_libraries(mdh_ext_${name} INTERFACE ${${name}_LIBRARY})
endfunction()

find_package(Threads REQUIRED)
mdh_find(pcre2 pcre2.h pcre2-8 libpcre2-dev)
mdh_find(edit editline/readline.h edit libedit-dev)
if(MDH_GC STREQUAL "boehm")
  mdh_find(gc gc/gc.h gc libgc-dev)
endif()

# mdh_library(name SOURCES files… DEPENDS libraries…)
function(mdh_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC mdh_flags ${arg_DEPENDS})
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ${name})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE mdh_flags ${arg_DEPENDS})
  endif()
endfunction()
