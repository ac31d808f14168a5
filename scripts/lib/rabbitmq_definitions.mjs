// Users, rights and mirrored sessions for RabbitMQ, as its definitions file: lines of user:password in, JSON out. The rights are those of
// scripts/brokers/acl: topics are routing keys there, with dots for slashes.
import {createHash, randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';

const vhost = '/';
const users = readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => line.split(':'));

// RabbitMQ's: four random bytes, and the SHA-256 of them and the password.
function hash(password) {
  const salt = randomBytes(4);
  return Buffer.concat([salt, createHash('sha256').update(salt).update(password).digest()]).toString('base64');
}

// `admin` reads along and writes no messages; the others write as themselves, and read what is addressed to them, and of it what a
// worker has accepted, as the bots do. A filter is judged as it is asked for, with * and # for + and #.
function topic_rights(name) {
  const admin = name === 'admin';
  return {
    user: name, vhost, exchange: 'amq.topic',
    write: admin ? '^chat\\.status\\.{username}$' : '^chat\\.(messages\\.[^.]+|status)\\.{username}$',
    read: admin ? '^chat\\.(messages|status)\\..*$' : '^chat\\.(messages\\.{username}|status)\\.[^.]+(\\.accepted)?$',
  };
}

const everybody = [['guest', 'guest'], ...users];
console.log(JSON.stringify({
  vhosts: [{name: vhost}],
  users: everybody.map(([name, password]) => ({
    name, password_hash: hash(password), hashing_algorithm: 'rabbit_password_hashing_sha256', tags: [],
  })),
  permissions: everybody.map(([user]) => ({user, vhost, configure: '.*', write: '.*', read: '.*'})),
  topic_permissions: users.map(([name]) => topic_rights(name)),
  // Of each session there is a copy on every node.
  policies: [{
    vhost, name: 'sessions', pattern: '^mqtt-subscription-', 'apply-to': 'queues', priority: 0,
    definition: {'ha-mode': 'all', 'ha-sync-mode': 'automatic', 'ha-promote-on-failure': 'always'},
  }],
}, null, 2));
