// The same as index.js, and the option `share`: tabs have one connection.
import {api_of, inside} from './api.js';
import {is_own_worker, serve, share_options} from './sharing.js';
import {SharingClient} from './sharing_client.js';

const api = api_of(SharingClient, share_options);
export const {connect, connectAsync} = api;

// In a SharedWorker: it leads the tabs that name it.
export function serveTabs() { serve(connect); }
if (is_own_worker()) serveTabs();

export {SharingClient as MqttClient, SharingClient as Client};
export * from './names.js';
export {inside};
export default {...api, serveTabs};
