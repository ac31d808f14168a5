// What a payload is taken for: option `as` of handle(), messages(), request(), answers() and respond().
const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const text = (bytes) => strict.decode(bytes);

const decoders = {bytes: null, text, json: (bytes) => JSON.parse(text(bytes))};

// What client._decoded() gives instead of a value.
export const undecodable = Symbol('undecodable');

// A function of the bytes, which throws when they are no such thing; null: as they are.
export function decoder_of(as = 'bytes') {
  if (typeof as === 'function') return as;
  if (!Object.hasOwn(decoders, as)) throw new TypeError(`as is ${Object.keys(decoders).join(', ')} or a function of the bytes`);
  return decoders[as];
}

// What publish() takes, of a question or an answer.
export const encoded = (value, as) => (as === 'json' ? JSON.stringify(value) : value);
