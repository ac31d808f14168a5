// Lets a test call the probe and wait for what it reports.
'use strict';

const reports = [];
let waiting = null;

self.reported = (what, number, text) => {
  reports.push([what, number, text]);
  waiting?.();
};

// The next report; it has to come.
self.next_report = async () => {
  while (reports.length === 0) {
    await new Promise((resolve, reject) => {
      const late = setTimeout(reject, 30000, new Error('nothing was reported'));
      waiting = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
  return reports.shift();
};

self.reports_so_far = () => reports.length;

self.Module = {
  onRuntimeInitialized: () => self.reported('ready', 0, ''),
};

// call('probe_write', 3): numbers and strings.
self.call = (name, ...values) =>
  Module.ccall(name, 'number', values.map((value) => typeof value), values);
