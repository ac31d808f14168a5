// Payloads. In Node they are Buffers. In a browser they are Payloads, which have the methods of Buffer that read; where
// the application's types know Buffer (@types/node), its types are used in a browser as well, as with MQTT.js.

/** Buffer, where the application's types have it; else Payload. */
export type PayloadBuffer = typeof globalThis extends {Buffer: {isBuffer(value: any): value is infer B}} ? B : Payload;

export type PayloadEncoding =
  'utf8' | 'utf-8' | 'hex' | 'base64' | 'base64url' | 'latin1' | 'binary' | 'ascii' | 'ucs2' | 'ucs-2' | 'utf16le' | 'utf-16le';

/** Bytes of a message in a browser; as a string they are UTF-8, as with Node's Buffer. */
export class Payload extends Uint8Array {
  toString(encoding?: PayloadEncoding, start?: number, end?: number): string;
  toJSON(): {type: 'Buffer'; data: number[]};
  equals(other: Uint8Array): boolean;
  /** As Buffer's, and unlike Uint8Array's: a view of the same bytes. */
  slice(start?: number, end?: number): Payload;
  subarray(start?: number, end?: number): Payload;
  readUInt8(offset?: number): number;
  readUInt16BE(offset?: number): number;
  readUInt16LE(offset?: number): number;
  readUInt32BE(offset?: number): number;
  readUInt32LE(offset?: number): number;
  readInt8(offset?: number): number;
  readInt16BE(offset?: number): number;
  readInt16LE(offset?: number): number;
  readInt32BE(offset?: number): number;
  readInt32LE(offset?: number): number;
  readBigUInt64BE(offset?: number): bigint;
  readBigUInt64LE(offset?: number): bigint;
  readBigInt64BE(offset?: number): bigint;
  readBigInt64LE(offset?: number): bigint;
  readFloatBE(offset?: number): number;
  readFloatLE(offset?: number): number;
  readDoubleBE(offset?: number): number;
  readDoubleLE(offset?: number): number;
}
