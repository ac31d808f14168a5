// The probe in a worker: opens the URL that it is sent, writes three bytes, and passes on what is reported.
'use strict';

importScripts('probe_page.js', 'wasmqtt_browser_probe.js');

onmessage = async ({data: url}) => {
  for (;;) {
    const report = await self.next_report();
    postMessage(report);
    if (report[0] === 'ready') self.call('probe_open', url, 1000000);
    if (report[0] === 'open') self.call('probe_write', 3);
  }
};
