# SPDX-License-Identifier: MIT
# What every file of ours is compiled with: the target mdh_flags.

add_library(mdh_flags INTERFACE)
target_include_directories(mdh_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(mdh_flags INTERFACE MDH_VERSION="${PROJECT_VERSION}")
target_compile_options(mdh_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -fno-strict-aliasing -fno-math-errno
  -ffunction-sections -fdata-sections) # native programs drop what they do not use
if(MDH_WERROR)
  target_compile_options(mdh_flags INTERFACE -Werror)
endif()

if(MDH_SANITIZE)
  target_compile_options(mdh_flags INTERFACE
    -fsanitize=${MDH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(mdh_flags INTERFACE -fsanitize=${MDH_SANITIZE})
endif()
if(MDH_FUZZ)
  target_compile_options(mdh_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(MDH_COVERAGE)
  target_compile_options(mdh_flags INTERFACE --coverage)
  target_link_options(mdh_flags INTERFACE --coverage)
endif()
