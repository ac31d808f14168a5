// What C++ prints becomes text of the page. index.html?broker=ws://localhost:8081 names another broker.
'use strict';

const broker = new URLSearchParams(location.search).get('broker');

self.Module = {
  arguments: [broker ?? 'ws://localhost:8081'],
  print: (line) => document.getElementById('messages').append(`${line}\n`),
};
