// The usual way to build such a page: React draws the views, MQTT.js is there to connect. It has what the chat has that a
// stopwatch sees: a login with a name, toggles and a button; a list of chats; a conversation with all its messages; a field.
import mqtt from 'mqtt';
import {createElement as h, memo, useEffect, useLayoutEffect, useRef, useState} from 'react';
import {createRoot} from 'react-dom/client';

const toggles = ['Use QoS 1', 'Use status messages', 'Use authentication', 'Deduplicate messages client side',
  'Remember on this device'];
const broker = new URLSearchParams(location.search).get('broker');

function Login({onConnected}) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [chosen, choose] = useState(() => Object.fromEntries(toggles.map((name) => [name, name !== 'Use authentication'])));
  const [state, setState] = useState('');
  const signIn = (event) => {
    event.preventDefault();
    const client = mqtt.connect(broker, {clientId: `mqtt-chat-client-${user}`, clean: !chosen['Use QoS 1'],
      ...chosen['Use authentication'] && {username: user, password}});
    client.once('connect', () => onConnected({client, user, qos: chosen['Use QoS 1'] ? 1 : 0}));
    client.on('error', (error) => setState(error.message));
  };
  const field = (name, type, value, change) => h('label', {key: name}, name,
    h('input', {type, value, 'aria-label': name, onChange: (event) => change(event.target.value)}));
  return h('div', {className: 'login'}, h('form', {onSubmit: signIn},
    h('h1', null, 'Login'),
    h('p', null, 'Enter your credentials to access the MQTT Chat!'),
    field('Username', 'text', user, setUser),
    chosen['Use authentication'] && field('Password', 'password', password, setPassword),
    h('button', null, 'Sign In'),
    toggles.map((name) => h('label', {key: name}, h('input', {type: 'checkbox', checked: chosen[name],
      onChange: () => choose({...chosen, [name]: !chosen[name]})}), name)),
    h('p', {role: 'status'}, state)));
}

const Message = memo(({own, content, timestamp}) => h('article', null,
  h('p', {className: own ? 'own' : ''}, content, h('br'), h('small', null, new Date(timestamp).toLocaleTimeString()))));

function Conversation({partner, messages, onSend}) {
  const [text, setText] = useState('');
  const log = useRef();
  useLayoutEffect(() => { log.current.scrollTop = log.current.scrollHeight; }, [messages]);
  const send = (event) => {
    event.preventDefault();
    onSend(text);
    setText('');
  };
  return h('section', {className: 'card conversation'}, h('h2', null, `Conversation with ${partner}`),
    h('div', {className: 'log', ref: log}, messages.map((message) => h(Message, {key: message.messageId, ...message}))),
    h('form', {onSubmit: send}, h('input', {'aria-label': 'Message', value: text, onChange: (event) => setText(event.target.value)})));
}

function Chat({client, user, qos}) {
  const [chats, setChats] = useState({});
  const [open, setOpen] = useState(null);
  const [name, setName] = useState('');
  const add = (partner, arrived) => setChats((now) => ({...now, [partner]: [...now[partner] ?? [], ...arrived]}));
  useEffect(() => {
    let waiting = [];
    const take = (topic, payload) => {
      // All that one task brought is one change.
      if (waiting.length === 0) queueMicrotask(() => {
        const arrived = Object.groupBy(waiting, ({partner}) => partner);
        waiting = [];
        for (const partner of Object.keys(arrived)) add(partner, arrived[partner]);
      });
      waiting.push({...JSON.parse(payload), partner: topic.split('/')[3]});
    };
    client.on('message', take);
    client.subscribe(`chat/messages/${user}/+`, {qos});
    return () => client.off('message', take);
  }, []);
  const create = (event) => {
    event.preventDefault();
    add(name, []);
    setOpen(name);
    setName('');
  };
  const send = (content) => {
    const message = {messageId: crypto.randomUUID(), content, timestamp: new Date().toISOString()};
    client.publish(`chat/messages/${open}/${user}`, JSON.stringify(message), {qos});
    add(open, [{...message, own: true}]);
  };
  return h('main', {className: 'chat'}, h('header', null, 'MQTT Chat ', user),
    h('nav', {className: 'card', style: {alignContent: 'start'}},
      h('form', {onSubmit: create}, h('input', {'aria-label': 'New chat', value: name, onChange: (event) => setName(event.target.value)}),
        h('button', null, 'Add Chat')),
      Object.entries(chats).map(([partner, messages]) => h('button', {key: partner, onClick: () => setOpen(partner)}, partner, ': ',
        messages.at(-1)?.content))),
    open && h(Conversation, {partner: open, messages: chats[open], onSend: send}));
}

function Page() {
  const [session, setSession] = useState(null);
  return session ? h(Chat, session) : h(Login, {onConnected: setSession});
}

createRoot(document.getElementById('root')).render(h(Page));
