// Where the option `journal` has messages kept: {database: name} for IndexedDB, which the core opens itself, or an object with
// load(clientId) and append(records). node.js makes one of files.
export const journals = {
  file: null,  // (option) => journal
};

export function make_journal(option) {
  if (!option) return null;
  if (typeof option.load === 'function' && typeof option.append === 'function') return option;
  if (journals.file) return journals.file(option);
  return {database: typeof option === 'string' ? option : 'wasmqtt-journal'};
}
