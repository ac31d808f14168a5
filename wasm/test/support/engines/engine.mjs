// The browser under test: WASMQTT_BROWSER is chromium (default), firefox or webkit.
//
//   const browser = await launch();                                   what Playwright calls a Browser, or as much of it as there is
//   test('…', {skip: lacks('devtools')}, async () => {…});             not with a driver that cannot do it; says why
//
// What a driver may lack: 'devtools' (Chrome DevTools Protocol), 'media' (emulated media features), 'offline' (a network that
// is gone), 'downloads', 'workers' (their events), 'touch', 'secure routes' (answers over HTTPS), 'secure console',
// 'clipboard' (to read it), 'density' (any number of pixels in one of CSS), 'launch arguments', 'certificates' (of the browser's own),
// 'undo key', 'double click'.
const name = process.env.WASMQTT_BROWSER || 'chromium';
if (!['chromium', 'firefox', 'webkit'].includes(name)) throw new Error(`WASMQTT_BROWSER=${name}: chromium, firefox or webkit`);

const {launch, expected, lacking} = await import(`./${name}.mjs`);
export {name, launch, expected};

// The reason, or false.
export function lacks(...abilities) {
  return abilities.map((ability) => lacking[ability]).find(Boolean) ?? false;
}
