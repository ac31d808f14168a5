// What happened in C++, as [what, number, text] for the test that asked.
mergeInto(LibraryManager.library, {
  probe_report__sig: 'viiii',
  probe_report: function(what, number, text, size) {
    var name = new TextDecoder().decode(HEAPU8.slice(what, HEAPU8.indexOf(0, what)));
    self.reported(name, number, new TextDecoder().decode(HEAPU8.slice(text, text + size)));
  },
});
