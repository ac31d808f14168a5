// Chromium, headless, driven by Playwright.
import {chromium} from 'playwright-core';
import {program} from './program.mjs';

// WebGL2 without a graphics card, and no traffic of the browser's own.
const flags = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  // Debian's default; without a graphics card it is the slower way.
  '--disable-gpu-rasterization',
  `--disable-features=${[
    // Pages of the browser's own in each window, which cost more than the page under test.
    'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
    // The driver's own list, which this one replaces.
    'AvoidUnnecessaryBeforeUnloadCheckSync', 'BoundaryEventDispatchTracksNodeRemoval', 'DestroyProfileOnBrowserClose',
    'DialMediaRouteProvider', 'GlobalMediaControls', 'HttpsUpgrades', 'LensOverlay', 'MediaRouter', 'OptimizationHints',
    'PaintHolding', 'RenderDocument', 'ThirdPartyStoragePartitioning', 'Translate',
  ].join()}`,
];

const executable = () => program('Chromium', 'WASMQTT_CHROMIUM',
  ['/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome']);

export function launch({args = [], ...options} = {}) {
  return chromium.launch({executablePath: executable(), args: [...flags, ...args], ...options});
}

// One whose profile is in `directory`, and which so uses its user's store of certificates. A browser and its context in one.
export function launchPersistent(directory, {args = [], ...options} = {}) {
  return chromium.launchPersistentContext(directory, {executablePath: executable(), args: [...flags, ...args],
    viewport: {width: 760, height: 560}, deviceScaleFactor: 0.5, ...options});
}

// A broker that is down makes the browser itself complain; the page has to say it in its own words.
export const expected = /^WebSocket connection to /;

export const lacking = {};
