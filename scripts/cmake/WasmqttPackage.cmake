# find_package(wasmqtt COMPONENTS client native), or under Emscripten client, browser, imgui_web and imgui_impl_web: what is needed
# besides the components that wasmqtt_install() has made. Last in a project.
include_guard(GLOBAL)
if(WASMQTT_INSTALL)
  include(CMakePackageConfigHelpers)
  get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
  configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/wasmqttConfig.cmake.in" wasmqttConfig.cmake
    INSTALL_DESTINATION ${wasmqtt_install_package} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(wasmqttConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/wasmqttConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/wasmqttConfigVersion.cmake
    DESTINATION ${wasmqtt_install_package})
  install(FILES "${root}/LICENSE" "${root}/wasm/licenses.txt" DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
