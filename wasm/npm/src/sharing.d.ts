// Everything that wasmqtt/shared exports by name: the same as wasmqtt, and the option `share`.
import {MqttClient} from './client.js';
import type {IClientOptions as IOptions} from './options.js';

export * from './mqtt.js';

export interface IClientOptions extends IOptions {
  /** One connection, session and journal for all tabs of this origin with the same address and clientId (default: one that they
   *  have in common). Each has subscriptions and handlers of its own. `clean` is false unless you say otherwise, or a new leader
   *  would find no session. Where tabs can't share, each has its own connection: see `client.shared`. Options that differ from
   *  those of the tab that leads are told by an 'error' with their names; the leader's count. */
  share?: boolean | ShareOptions;
}

export interface ShareOptions {
  /** The SharedWorker that leads: a URL of wasmqtt-shared.mjs, or of a module that calls serveTabs(); a function that starts one, which a
   *  bundler understands; false: a tab leads. Default: wasmqtt-shared.mjs itself, if the page has loaded it by this name from its own
   *  origin; else, as in a bundle, a tab leads. It also does where options are functions (`credentials`, for one). */
  worker?: string | URL | (() => object) | false;
}

/** Connects, and reconnects until end(). Throws for options that are wrong or not supported, naming them. */
export function connect(url: string, options?: IClientOptions): MqttClient;
export function connect(options: IClientOptions): MqttClient;

/** Resolves to the client at its first connection, rejects at its first error. Messages that arrive before a listener was
 *  added are kept for it. */
export function connectAsync(url: string, options?: IClientOptions, allowRetries?: boolean): Promise<MqttClient>;
export function connectAsync(options: IClientOptions): Promise<MqttClient>;

/** In a SharedWorker of your own: it leads the tabs that name it in `share: {worker}`. */
export function serveTabs(): void;
