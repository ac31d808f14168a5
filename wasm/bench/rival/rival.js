// The usual way to build such a page: React draws the login, MQTT.js is there to connect. As the chat's login has it:
// a name, five toggles, a button.
import mqtt from 'mqtt';
import {createElement as h, useState} from 'react';
import {createRoot} from 'react-dom/client';

const toggles = ['Use QoS 1', 'Use status messages', 'Use authentication', 'Deduplicate messages client side',
  'Remember on this device'];

function Login() {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [chosen, choose] = useState(() => Object.fromEntries(toggles.map((name) => [name, true])));
  const [state, setState] = useState('');
  const signIn = (event) => {
    event.preventDefault();
    const client = mqtt.connect('ws://localhost:8080', {clientId: `mqtt-chat-client-${user}`, username: user, password,
      clean: !chosen['Use QoS 1']});
    client.on('connect', () => setState('Connected'));
    client.on('error', (error) => setState(error.message));
  };
  const field = (name, type, value, change) => h('label', {key: name}, name,
    h('input', {type, value, onChange: (event) => change(event.target.value)}));
  return h('form', {onSubmit: signIn},
    h('h1', null, 'Login'),
    h('p', null, 'Enter your credentials to access the MQTT Chat!'),
    field('Username', 'text', user, setUser), field('Password', 'password', password, setPassword),
    h('button', null, 'Sign In'),
    toggles.map((name) => h('label', {key: name}, h('input', {type: 'checkbox', checked: chosen[name],
      onChange: () => choose({...chosen, [name]: !chosen[name]})}), name)),
    h('p', {role: 'status'}, state));
}

createRoot(document.getElementById('root')).render(h(Login));
