// Firefox as it is published, driven by Playwright through WebDriver BiDi, in a window: headless it has no WebGL.
import {firefox} from 'playwright-core';
import {display} from './display.mjs';
import {program} from './program.mjs';

export async function launch({prefs = {}} = {}) {
  const executablePath = program('Firefox', 'WASMQTT_FIREFOX', ['/usr/bin/firefox-esr', '/usr/bin/firefox']);
  const browser = await firefox.launch({
    channel: 'moz-firefox', executablePath, headless: false,
    env: {...process.env, DISPLAY: await display(), MOZ_ENABLE_WAYLAND: '0'},
    firefoxUserPrefs: {'webgl.force-enabled': true, 'webgl.disabled': false, ...prefs},
  });
  const open = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await open(options);
    // Of several windows one has the focus; in Playwright's own browsers each of them has it.
    await context.addInitScript(() => { document.hasFocus = () => true; });
    return context;
  };
  return browser;
}

// What Firefox itself says of a broker that is down; and of the style that its driver adds to take a picture.
export const expected = /^Firefox can.t establish a connection|^The connection to ws|sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT\+SmwNZWA=/;

const driver = "Firefox's driver has no";
export const lacking = {
  'devtools': `${driver} Chrome DevTools Protocol`,
  'media': `${driver} emulation of media features`,
  'touch': `${driver} touch`,
  'downloads': `${driver} event for downloads`,
  'double click': `${driver} double click`,
  'launch arguments': "the arguments are Chromium's",
  'certificates': "a policy that chooses a certificate is Chromium's",
};
