'use strict';

const atOnce = 3; // uploads
const songName = /\.(wav|au|snd|flac|ogg|oga|opus|mp3|aiff?|m4a|aac|wma)$/i;
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const $ = (selector, within = document) => within.querySelector(selector);
const waiting = [];
let underway = 0, done = 0, total = 0, server = {};

const percent = (p) => `${Math.round(100 * p)}%`;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
const colorOf = (genre) => `var(--g${Math.max(0, (server.classes || []).indexOf(genre)) % 10})`;

function element(tag, text, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  return made;
}

/// Sends a request; its answer's status, headers and JSON. Not fetch, which does not tell how much is sent.
function send(method, path, body, sent = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    if (body) request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (event) => sent(event.loaded / event.total);
    request.onerror = () => reject(new Error('The server cannot be reached.'));
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an answer without a reason */ }
      resolve({ status: request.status, answer, retryAfter: Number(request.getResponseHeader('Retry-After')) });
    };
    request.send(body);
  });
}

const needsToken = 'This server needs a token: open the page with #token=… at the end of its address.';

/// What the server says of a song. A server that is busy is asked again.
async function ask(song) {
  if (song.file.size > 1e6 * server.max_megabytes)
    throw new Error(`This song is larger than the ${server.max_megabytes} MB that the server takes.`);
  const name = encodeURIComponent(song.name);
  for (;;) {
    const { status, answer, retryAfter } = await send('POST', `genre?picture=1&name=${name}`, song.file, song.sent);
    if (status === 503) {
      song.say('The server is busy; waiting for it…');
      await sleep(retryAfter || 1);
      continue;
    }
    if (status === 401) throw new Error(needsToken);
    if (answer.predictions?.length) return { ...answer.predictions[0], warning: answer.warnings[0]?.reason };
    const reason = answer.errors?.[0]?.reason.replace(/^it /, '');
    throw new Error(reason ? `This song ${reason}.` : `The server says: ${answer.error}.`);
  }
}

function showBars(list, top) {
  list.replaceChildren(...top.map(([genre, probability]) => {
    const row = element('li'), track = element('span', undefined, { className: 'track' });
    const fill = element('span', undefined, { className: 'fill' });
    fill.style.width = percent(probability);
    fill.style.setProperty('--color', colorOf(genre));
    track.append(fill);
    row.append(element('span', genre, { className: 'label', title: genre }), track,
      element('span', percent(probability), { className: 'value' }));
    return row;
  }));
}

/// Black, violet, red, orange, pale yellow.
const glow = [[11, 7, 20], [74, 18, 92], [160, 42, 90], [226, 92, 47], [250, 173, 62], [252, 250, 208]];
function drawPicture(canvas, { rows, columns, levels }) {
  const bytes = Uint8Array.from(atob(levels), (c) => c.charCodeAt(0));
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d'), image = context.createImageData(columns, rows);
  bytes.forEach((level, i) => {
    const place = level / 255 * (glow.length - 1), low = Math.min(Math.floor(place), glow.length - 2);
    for (let c = 0; c < 3; ++c)
      image.data[4 * i + c] = glow[low][c] + (glow[low + 1][c] - glow[low][c]) * (place - low);
    image.data[4 * i + 3] = 255;
  });
  context.putImageData(image, 0, 0);
}

/// A column for each window, as wide as it lasts, of its genres' shares.
function showWindows(columns, table, windows, seconds, genres) {
  columns.replaceChildren(...windows.map((part, i) => {
    const column = element('div');
    column.style.flexGrow = Math.max(1, (windows[i + 1]?.start ?? seconds) - part.start);
    for (const genre of genres) {
      const share = element('span');
      share.style.height = percent(part.probabilities[genre]);
      share.style.setProperty('--color', colorOf(genre));
      column.append(share);
    }
    return column;
  }));
  const head = element('thead'), body = element('tbody');
  const row = (cells, tags) => {
    const made = element('tr');
    made.append(...cells.map((cell, i) => element(tags[Math.min(i, 1)], cell)));
    return made;
  };
  head.append(row(['From', ...genres], ['th', 'th']));
  for (const part of windows)
    body.append(row([clock(part.start), ...genres.map((g) => percent(part.probabilities[g]))], ['th', 'td']));
  table.replaceChildren(head, body);
}

/// Where the player is, on the picture; a click there takes it elsewhere.
function followPlayer(card, seconds) {
  const audio = $('audio', card), head = $('.head', card), lane = $('.lane', card);
  audio.ontimeupdate = () => {
    head.hidden = audio.currentTime === 0 || audio.currentTime > seconds;
    head.style.left = `${100 * audio.currentTime / seconds}%`;
  };
  lane.onclick = (event) => {
    const box = lane.getBoundingClientRect();
    audio.currentTime = seconds * (event.clientX - box.left) / box.width;
    audio.play().catch(() => {}); // a format that the browser does not play
  };
}

function showResult(card, result) {
  const { votes, probabilities, picture: { seconds } } = result;
  const byProbability = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).map(([genre]) => genre);
  const agreed = votes.filter((vote) => vote === result.genre).length;
  $('.genre strong', card).textContent = result.genre;
  $('.percent', card).textContent = percent(result.probability);
  $('.unsure', card).hidden = result.sure;
  $('.vote', card).textContent = votes.length > 1 ? `${agreed} of ${votes.length} networks vote for it` : '';
  showBars($('.bars', card), byProbability.slice(0, 5).map((genre) => [genre, probabilities[genre]]));
  drawPicture($('canvas', card), result.picture);
  $('canvas', card).setAttribute('aria-label', `Mel spectrogram of ${clock(seconds)}`);
  const several = result.windows.length > 1;
  if (several) showWindows($('.columns', card), $('table', card), result.windows, seconds, byProbability);
  $('.numbers', card).hidden = !several;
  $('figcaption', card).replaceChildren(element('span', '0:00'),
    element('span', several ? 'Spectrogram, and genres every 30 seconds' : 'Spectrogram'),
    element('span', clock(seconds)));
  followPlayer(card, seconds);
  $('.result', card).hidden = false;
}

function addSong(file, name) {
  const card = $('#song').content.firstElementChild.cloneNode(true);
  const song = {
    file, name, card,
    say: (text) => { $('.state', card).textContent = text; },
    sent: (share) => {
      $('.sent', card).value = share;
      song.say(share < 1 ? 'Sending…' : 'Listening…');
    },
  };
  $('.name', card).textContent = name;
  $('audio', card).src = URL.createObjectURL(file);
  $('audio', card).setAttribute('aria-label', `Play ${name}`);
  $('audio', card).onerror = ({ target }) => {
    target.hidden = true;
    target.after(element('p', 'Your browser does not play songs of this format.', { className: 'state' }));
  };
  $('.again', card).onclick = () => { --done; enqueue(song); };
  $('#list').append(card);
  ++total;
  enqueue(song);
}

function enqueue(song) {
  $('.wrong', song.card).hidden = $('.again', song.card).hidden = true;
  $('.sent', song.card).hidden = false;
  song.say('Waiting…');
  waiting.push(song);
  tell();
  next();
}

async function next() {
  if (underway === atOnce || !waiting.length) return;
  ++underway;
  const song = waiting.shift();
  song.sent(0);
  try {
    const result = await ask(song);
    showResult(song.card, result);
    song.say(result.warning ? `Note: it ${result.warning}.` : '');
    $('#news').textContent = `${song.name}: ${result.genre}, ${percent(result.probability)}`;
  } catch (problem) {
    song.say('');
    $('.wrong', song.card).textContent = problem.message;
    $('.wrong', song.card).hidden = $('.again', song.card).hidden = false;
    $('#news').textContent = `${song.name}: ${problem.message}`;
  }
  $('.sent', song.card).hidden = true;
  ++done;
  --underway;
  tell();
  next();
}

function tell() {
  $('#progress').textContent = total === 0 ? '' : `${done} of ${total} ${total === 1 ? 'song' : 'songs'} done`;
}

/// The files below a dropped entry, those of folders by their names.
async function filesBelow(entry, top) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return top || songName.test(file.name) ? [[file, entry.fullPath.replace(/^\//, '')]] : [];
  }
  const reader = entry.createReader(), files = [];
  for (let some; (some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length;)
    for (const inner of some) files.push(...await filesBelow(inner, false));
  return files;
}

function takeDrops() {
  const drop = $('#drop');
  let depth = 0; // of the elements that a drag is over
  const over = (change) => drop.classList.toggle('over', (depth += change) > 0);
  document.addEventListener('dragenter', () => over(1));
  document.addEventListener('dragleave', () => over(-1));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', async (event) => {
    event.preventDefault();
    over(-depth);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    for (const entry of entries)
      for (const [file, name] of await filesBelow(entry, true)) addSong(file, name);
  });
}

function takeChoices(button, input) {
  button.onclick = () => input.click();
  input.onchange = () => {
    for (const file of input.files)
      if (!file.webkitRelativePath || songName.test(file.name)) addSong(file, file.webkitRelativePath || file.name);
    input.value = '';
  };
}

async function start() {
  takeDrops();
  takeChoices($('#choose-songs'), $('#songs'));
  takeChoices($('#choose-folder'), $('#folder'));
  try {
    const { status, answer } = await send('GET', 'health');
    if (status === 401) $('#progress').textContent = needsToken;
    if (status !== 200) return;
    server = answer;
    const model = server.model === 'pretrained' ? 'built-in model' : `model ${server.model}`;
    $('#model').textContent = `The ${model} listens.`;
  } catch (problem) {
    $('#progress').textContent = problem.message;
  }
}

start();
