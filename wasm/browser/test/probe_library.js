// What happened in C++, as [what, number, text] for the test that asked.
mergeInto(LibraryManager.library, {
  $ProbeBorder__deps: ['$WasmqttBorder'],
  $ProbeBorder__postset: 'Module["border"] = WasmqttBorder;',
  $ProbeBorder: {},

  probe_report__deps: ['$ProbeBorder', '$WasmqttBorder'],
  probe_report__sig: 'viiiii',
  probe_report: function(what, whatSize, number, text, size) {
    self.reported(WasmqttBorder.text(what, whatSize), number, WasmqttBorder.text(text, size));
  },
});
