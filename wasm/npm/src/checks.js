// What a value has to be, told by the name that its user gave it. Each gives the value back, as the core takes it.
import {well_formed} from './payload.js';

const of_type = (type, words) => (value, name) => {
  if (typeof value !== type) throw new TypeError(`${name} is ${words}`);
  return value;
};

const a_string = of_type('string', 'a string');
export const text = (value, name) => well_formed(a_string(value, name), name);
const a_number = of_type('number', 'a number');
export const work = of_type('function', 'a function');

// Infinity is all that there is.
export function number(value, name, least = 0) {
  if (!(a_number(value, name) >= least)) throw new RangeError(`${name} is a number, at least ${least}`);
  return value;
}

export function whole(value, name, most, least = 0) {
  if (!(Number.isInteger(a_number(value, name)) && value >= least && value <= most)) {
    throw new RangeError(`${name} is a whole number from ${least} to ${most}`);
  }
  return value;
}

export function qos(value, name = 'QoS') {
  if (value !== 0 && value !== 1 && value !== 2) throw new RangeError(`${name} is 0, 1 or 2`);
  return value;
}

export function object(value, name) {
  if (value === null || typeof value !== 'object') throw new TypeError(`${name} is an object`);
  return value;
}

// null, or nothing at all: none.
export const optional = (check) => (value, name, ...more) => (value === null || value === undefined ? null : check(value, name, ...more));
