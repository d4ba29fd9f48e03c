'use strict';

// ---------------------------------------------------------------- traces: JSON lines -> scenes

/** Splits what "tou replay -J" printed into scenes: each has a card, and the steps that a reader sees. */
function scenesOf(text) {
  const scenes = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') {
      return;
    }
    let event;
    try {
      event = JSON.parse(line);
    } catch (e) {
      throw new Error(`Line ${i + 1} is not JSON; what is needed is the output of "tou replay NAME -J".`);
    }
    if (event.schema !== 1) {
      throw new Error(`Line ${i + 1} has schema ${event.schema}; this page reads schema 1.`);
    }
    if (event.event === 'scenario') {
      scenes.push({ card: event, events: [] });
    } else if (scenes.length > 0) {
      scenes[scenes.length - 1].events.push(event);
    }
  });
  if (scenes.length === 0) {
    throw new Error('There is no scenario in it; what is needed is the output of "tou replay NAME -J".');
  }
  return scenes.map(sceneOf);
}

const EMPTY = { iss: null, sndUna: null, sndNxt: null, sndWnd: null, irs: null, rcvNxt: null, rcvWnd: null, outOfOrder: [] };

/** Follows the events; a step is what can be looked at, and knows all that holds after it. */
function sceneOf({ card, events }) {
  let now = { client: 'CLOSED', server: 'CLOSED', edge: null, spaces: { client: EMPTY, server: EMPTY } };
  const scene = { card, steps: [], segments: new Map(), initial: { client: null, server: null } };
  const byHand = end => !events.some(event => event.event === 'state' && event.end === end);
  if (byHand('client')) {
    now.client = null;
  }
  let offstage = events.some(event => event.event === 'offstage');
  let nanos = 0;
  scene.steps.push({ ...now, kind: 'begin', sentence: beginning(card), rule: ruleOf(card.rfc), nanos });
  for (const recorded of events) {
    const event = recorded.event === 'listens' ? listening(recorded) : recorded;
    now = { ...now, edge: null };
    if (event.cause === 'PASSIVE_OPEN' && now[event.end] === 'LISTEN') {
      continue; // the new connection's own LISTEN, which lasts no time: the listener's was told of
    } else if (event.event === 'state') {
      now.edge = { end: event.end, from: now[event.end], cause: event.cause };
      now[event.end] = event.state.replaceAll('_', '-');
    } else if (event.event === 'segment' || event.event === 'arrival') {
      now.spaces = { client: event.client, server: event.server };
      follow(scene, event, offstage ? 0 : scene.steps.length);
    } else if (event.event === 'onstage') {
      offstage = false;
      nanos = 0; // the clock of the scene begins anew
    }
    nanos = event.nanos ?? nanos;
    if (offstage || event.sentence === undefined) {
      // What came before the scene is where it begins.
      if (scene.steps.length === 1) {
        scene.steps[0] = { ...scene.steps[0], ...now, edge: null, nanos: 0 };
      }
      continue;
    }
    scene.steps.push({
      ...now,
      event,
      kind: event.event,
      sentence: event.sentence,
      rule: { rfc: event.rfc, section: event.rfcSection },
      nanos,
    });
  }
  return scene;
}

/** What the scene is, and what of it is not as in reality. */
function beginning({ title, shortened }) {
  const sentence = title[0].toUpperCase() + title.slice(1) + '.';
  return shortened ? `${sentence} Shorter than in reality: ${shortened}.` : sentence;
}

/** Who listens does so before anybody comes. */
function listening({ end }) {
  return {
    event: 'state',
    end,
    cause: 'PASSIVE_OPEN',
    state: 'LISTEN',
    sentence: `The ${end} is in LISTEN: it waits for a SYN from anybody.`,
    rfc: 9293,
    rfcSection: '3.10.1',
  };
}

/** Notes at which steps a segment left and arrived, with numbers from the initial ones. */
function follow(scene, event, step) {
  if (event.event === 'arrival') {
    const segment = scene.segments.get(event.number);
    if (segment) {
      segment.arrived = step;
    }
    return;
  }
  const from = event.to === 'server' ? 'client' : 'server';
  const sender = event[from];
  const syn = event.flags.includes('SYN');
  // Who has forgotten the connection still resets it by its numbers.
  const iss = scene.initial[from] = syn ? event.seq : sender.iss ?? scene.initial[from];
  const length = event.textBytes + (syn ? 1 : 0) + (event.flags.includes('FIN') ? 1 : 0);
  const seq = distance(event.seq, iss);
  scene.segments.set(event.number, {
    event,
    from,
    to: event.to,
    seq,
    length,
    ack: event.ack === null ? null : distance(event.ack, sender.irs),
    sack: (event.sack ?? []).map(([left, right]) => [distance(left, sender.irs), distance(right, sender.irs)]),
    left: step,
    arrived: null,
  });
}

/** Sequence numbers wrap; a number a little before the initial one is negative. Without an initial one it is shown as it is. */
function distance(number, initial) {
  return initial === null ? number : (number - initial) | 0;
}

function ruleOf(text) {
  const found = /RFC (\d+)(?:,? sections? (\d+(?:\.\d+)*))?/.exec(text ?? '');
  return found ? { rfc: Number(found[1]), section: found[2] ?? '' } : null;
}

// ---------------------------------------------------------------- drawing

const SVG = 'http://www.w3.org/2000/svg';

function draw(parent, name, attributes = {}, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }
  if (text !== undefined) {
    node.textContent = text;
  }
  parent.append(node);
  return node;
}

const byId = id => document.getElementById(id);
const grouped = number => String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');

// --- the state diagram (RFC 9293 figure 5: CLOSED is in it twice, before and after)

const BOX = { width: 132, height: 42 };
const STATES = {
  CLOSED: [280, 26], LISTEN: [280, 104], 'SYN-RECEIVED': [74, 172], 'SYN-SENT': [486, 172], ESTABLISHED: [280, 240],
  'FIN-WAIT-1': [74, 308], 'CLOSE-WAIT': [486, 308], 'FIN-WAIT-2': [74, 400], CLOSING: [280, 376], 'LAST-ACK': [486, 400],
  'TIME-WAIT': [280, 456], over: [486, 480],
};

/** From, to, the causes that go there, what is written and where, and the line. */
const EDGES = [
  ['CLOSED', 'LISTEN', 'PASSIVE_OPEN', 'passive OPEN', [288, 69, 'start'], 'M280 47 V82'],
  ['CLOSED', 'SYN-SENT', 'ACTIVE_OPEN', 'active OPEN, SYN', [470, 112, 'end'], 'M346 30 C446 34 486 80 486 150'],
  ['LISTEN', 'SYN-RECEIVED', 'SYN_RECEIVED', 'SYN', [128, 112, 'end'], 'M214 108 C150 112 90 128 80 150'],
  ['SYN-SENT', 'SYN-RECEIVED', 'SYN_RECEIVED', 'SYN, from both', [280, 166, 'middle'], 'M420 172 H141'],
  ['SYN-RECEIVED', 'ESTABLISHED', 'SYN_ACKED', 'ACK of SYN', [184, 208, 'start'], 'M118 194 L214 232'],
  ['SYN-SENT', 'ESTABLISHED', 'SYN_ACK_RECEIVED', 'SYN,ACK', [378, 208, 'end'], 'M442 194 L346 232'],
  ['SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSE', 'CLOSE', [82, 245, 'start'], 'M74 194 V286'],
  ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSE', 'CLOSE, FIN', [184, 293, 'start'], 'M214 252 L140 296'],
  ['ESTABLISHED', 'CLOSE-WAIT', 'FIN_RECEIVED', 'FIN', [390, 270, 'start'], 'M346 252 L420 296'],
  ['FIN-WAIT-1', 'FIN-WAIT-2', 'FIN_ACKED', 'ACK of FIN', [82, 359, 'start'], 'M74 330 V378'],
  ['FIN-WAIT-1', 'CLOSING', 'FIN_RECEIVED', 'FIN', [184, 337, 'start'], 'M140 322 L214 362'],
  ['FIN-WAIT-2', 'TIME-WAIT', 'FIN_RECEIVED', 'FIN', [142, 467, 'end'], 'M100 422 C120 448 165 456 213 456'],
  ['CLOSING', 'TIME-WAIT', 'FIN_ACKED', 'ACK of FIN', [288, 421, 'start'], 'M280 398 V434'],
  ['CLOSE-WAIT', 'LAST-ACK', 'CLOSE', 'CLOSE, FIN', [478, 359, 'end'], 'M486 330 V378'],
  ['LAST-ACK', 'over', 'FIN_ACKED', 'ACK of FIN', [478, 445, 'end'], 'M486 422 V458'],
  ['TIME-WAIT', 'over', 'TIME_WAIT_EXPIRED', '2 MSL', [382, 490, 'middle'], 'M346 464 L419 476'],
];

function drawDiagram() {
  const svg = byId('diagram');
  const defs = draw(svg, 'defs');
  const tip = draw(defs, 'marker', { id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8,
    markerUnits: 'userSpaceOnUse', orient: 'auto' });
  draw(tip, 'path', { d: 'M0 0 L8 4 L0 8 Z' });
  const both = draw(defs, 'linearGradient', { id: 'both' });
  draw(both, 'stop', { offset: '50%', style: 'stop-color: var(--client-soft)' });
  draw(both, 'stop', { offset: '50%', style: 'stop-color: var(--server-soft)' });
  const hatch = draw(defs, 'pattern', { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)' });
  draw(hatch, 'rect', { width: 2, height: 6, style: 'fill: var(--line)' });
  for (const [from, to, cause, label, [x, y, anchor], d] of EDGES) {
    const edge = draw(svg, 'g', { class: 'edge', 'data-edge': `${from} ${to} ${cause}` });
    draw(edge, 'path', { d });
    draw(edge, 'text', { x, y, 'text-anchor': anchor }, label);
  }
  for (const [name, [x, y]] of Object.entries(STATES)) {
    const state = draw(svg, 'g', { class: 'state', 'data-state': name });
    draw(state, 'rect', { x: x - BOX.width / 2, y: y - BOX.height / 2, width: BOX.width, height: BOX.height, rx: 8 });
    draw(state, 'text', { class: 'name', x, y: y - 2 }, name === 'over' ? 'CLOSED' : name);
    draw(state, 'text', { class: 'who client', x: x - 30, y: y + 14 }, 'client');
    draw(state, 'text', { class: 'who server', x: x + 30, y: y + 14 }, 'server');
  }
}

/** Which box an end is in: who has been elsewhere ends in the lower CLOSED. */
function boxOf(scene, step, end) {
  const state = scene.steps[step][end];
  const before = scene.steps.slice(0, step).some(one => one[end] !== 'CLOSED');
  return state === 'CLOSED' && before ? 'over' : state;
}

function showStates(scene, step) {
  const at = { client: boxOf(scene, step, 'client'), server: boxOf(scene, step, 'server') };
  for (const state of document.querySelectorAll('.state')) {
    state.classList.toggle('client', state.dataset.state === at.client);
    state.classList.toggle('server', state.dataset.state === at.server);
  }
  const edge = scene.steps[step].edge;
  const taken = edge && `${edge.from} ${boxOf(scene, step, edge.end)} ${edge.cause}`;
  for (const one of document.querySelectorAll('.edge')) {
    one.classList.toggle('taken', one.dataset.edge === taken);
  }
  const name = end => scene.steps[step][end] ?? 'made by hand';
  byId('states-now').textContent = `The client is ${name('client')}, the server ${name('server')}.`;
}

// --- the ladder

const LADDER = { top: 20, row: 24, bottom: 20 };

/** In pixels, so that letters keep their size: where there is room, times and states have columns of their own beside the lifelines. */
function measureLadder() {
  const width = Math.max(280, byId('ladder-box').clientWidth);
  const columns = width >= 505;
  Object.assign(LADDER, { width, columns, client: columns ? 152 : 14, server: width - (columns ? 114 : 14) });
  LADDER.between = LADDER.server - LADDER.client;
  byId('ends').classList.toggle('columns', columns);
  for (const end of ['client', 'server']) {
    byId('ends').querySelector('.' + end).style.left = `${LADDER[end]}px`;
  }
}

function labelOf(segment) {
  const event = segment.event;
  const parts = [event.flags, `seq ${grouped(segment.seq)}`];
  if (segment.ack !== null && !event.flags.includes('RST')) {
    parts.push(`ack ${grouped(segment.ack)}`);
  }
  if (event.textBytes > 0) {
    parts.push(`len ${grouped(event.textBytes)}`);
  }
  if (segment.sack.length > 0) {
    parts.push('sack ' + segment.sack.map(([left, right]) => `${grouped(left)}–${grouped(right)}`).join(' '));
  } else if (event.window === 0 && !event.flags.includes('RST')) {
    parts.push('win 0');
  }
  return parts.join('  ');
}

function drawLadder(scene) {
  measureLadder();
  const svg = byId('ladder');
  svg.replaceChildren();
  const height = LADDER.top + scene.steps.length * LADDER.row + LADDER.bottom;
  svg.setAttribute('viewBox', `0 0 ${LADDER.width} ${height}`);
  svg.style.height = `${height}px`;
  const defs = draw(svg, 'defs');
  for (const end of ['client', 'server']) {
    const head = draw(defs, 'marker', { id: `head-${end}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9,
      markerUnits: 'userSpaceOnUse', orient: 'auto' });
    draw(head, 'path', { d: 'M0 0 L8 4 L0 8 Z' });
  }
  // From behind to in front: where one is, what flies, what is written.
  scene.steps.forEach((step, i) => {
    const row = draw(svg, 'g', { class: 'row', 'data-step': i });
    draw(row, 'rect', { class: 'hit', x: 0, y: topOf(i), width: LADDER.width, height: LADDER.row });
  });
  for (const end of ['client', 'server']) {
    draw(svg, 'path', { class: 'lifeline', d: `M${LADDER[end]} 4 V${height - 6}` });
  }
  for (const segment of scene.segments.values()) {
    if (segment.left > 0) {
      drawFlight(svg, segment);
    }
  }
  let told = 0;
  const crossed = [];
  scene.steps.forEach((step, i) => {
    const row = draw(svg, 'g', { class: 'row', 'data-step': i });
    const label = drawRow(scene, row, step, i);
    if (label && scene.segments.get(step.event.number).arrived > i + 2) {
      crossed.push(label);
    }
    if (LADDER.columns && step.nanos - told >= WORTH_A_TIME_NANOS) {
      draw(row, 'text', { class: 'time', x: 6, y: yOf(i) }, seconds(step.nanos));
    }
    told = step.nanos;
  });
  coverBehind(crossed);
}

/** Segments that leave in a burst go through each other's rows: behind their words nothing is seen of that. */
function coverBehind(labels) {
  const widths = labels.map(label => label.getComputedTextLength());
  labels.forEach((label, i) => {
    const client = label.getAttribute('text-anchor') === 'start';
    const width = widths[i] + 14;
    const cover = draw(label.parentNode, 'rect', { class: 'cover', width, height: LADDER.row + 1,
      x: LADDER[client ? 'client' : 'server'] + (client ? 2 : -2 - width), y: topOf(label.parentNode.dataset.step) });
    label.before(cover);
  });
}

/** Between two rows: what is shorter is no wait. */
const WORTH_A_TIME_NANOS = 10e6;

const seconds = nanos => `${(nanos / 1e9).toFixed(3)} s`;

const yOf = step => LADDER.top + step * LADDER.row;
const topOf = step => yOf(Number(step)) - LADDER.row + 6;

/** What an end says stands at its lifeline, so that what flies can be seen on the other side; returns it for a segment. */
function drawRow(scene, row, step, i) {
  const y = yOf(i);
  if (step.kind === 'segment') {
    const segment = scene.segments.get(step.event.number);
    const client = segment.from === 'client';
    const said = draw(row, 'text', { class: 'label', x: LADDER[segment.from] + (client ? 8 : -8), y: y - 4,
      'text-anchor': client ? 'start' : 'end' }, labelOf(segment));
    if (segment.sack.length > 0 && said.getComputedTextLength() > LADDER.between - 16) {
      said.setAttribute('textLength', LADDER.between - 16);
      said.setAttribute('lengthAdjust', 'spacingAndGlyphs');
    }
    return said;
  } else if (step.kind === 'state') {
    const client = step.event.end === 'client';
    const outwards = (client ? -8 : 8) * (LADDER.columns ? 1 : -1);
    draw(row, 'text', { class: `state-name ladder-${step.event.end}`, x: LADDER[step.event.end] + outwards, y,
      'text-anchor': outwards > 0 ? 'start' : 'end' }, step.event.state.replaceAll('_', '-'));
  } else if (step.kind !== 'arrival') {
    const text = step.kind === 'begin' ? 'the beginning' : step.sentence;
    const left = LADDER.columns ? 56 : LADDER.client;
    const right = LADDER.columns ? LADDER.width - 8 : LADDER.server;
    const room = Math.floor((right - left) / 7.2);
    const short = text.length > room ? text.slice(0, room - 2).replace(/ \S*$/, '') + ' …' : text;
    const said = draw(row, 'text', { class: 'say', x: (left + right) / 2, y, 'text-anchor': 'middle' }, short);
    draw(said, 'title', {}, text);
  }
  return null;
}

/** A line from one end to the other; what does not arrive stays in its row, below its own words, and ends in the middle. */
function drawFlight(svg, segment) {
  const from = LADDER[segment.from];
  const to = LADDER[segment.to];
  const y = yOf(segment.left) + 3;
  const fate = segment.event.fate;
  const stopped = fate === 'LOST' || fate === 'HELD';
  const arrived = segment.arrived ?? segment.left + 1;
  const y2 = yOf(arrived) + 3;
  const end = stopped ? { x: from + (to - from) * 0.6, y: y + 1 } : { x: to, y: y2 };
  const start = fate === 'REPEATED' ? { x: (from + to) / 2, y: (y + y2) / 2 } : { x: from, y };
  const lost = fate === 'LOST' ? ' lost' : '';
  const steps = { 'data-left': segment.left, 'data-arrived': stopped ? segment.left : arrived };
  const line = draw(svg, 'path', { ...steps, class: `flight ${segment.from}${lost}`,
    d: `M${start.x} ${start.y} L${end.x} ${end.y}` });
  if (stopped) {
    const mark = draw(svg, 'text', { ...steps, class: 'mark', x: end.x + (to > from ? 9 : -9), y: end.y + 5,
      'text-anchor': 'middle' }, fate === 'LOST' ? '✕' : '‖');
    draw(mark, 'title', {}, fate === 'LOST' ? 'lost' : 'held back');
  } else {
    line.setAttribute('marker-end', `url(#head-${segment.from})`);
  }
}

/** So many lines at once are only a background of what happens now. */
const A_CROWD = 8;

/** What leaves or arrives now is thick, what is under way is there, and what is over or still to come is faint. */
function showLadder(step) {
  const segments = [...view.scene.segments.values()];
  const origin = segments.find(segment => segment.arrived === step)?.left;
  const underWay = segments.filter(segment => segment.left > 0 && segment.left < step && segment.arrived > step).length;
  byId('ladder').classList.toggle('crowded', underWay >= A_CROWD);
  for (const row of document.querySelectorAll('.row')) {
    row.classList.toggle('origin', Number(row.dataset.step) === origin);
    row.classList.toggle('now', Number(row.dataset.step) === step);
    row.classList.toggle('future', Number(row.dataset.step) > step);
  }
  for (const line of document.querySelectorAll('[data-left]')) {
    const left = Number(line.dataset.left);
    const arrived = Number(line.dataset.arrived);
    line.classList.toggle('now', left === step || arrived === step);
    line.classList.toggle('past', arrived < step);
    line.classList.toggle('future', left > step);
  }
  const box = byId('ladder-box');
  const y = yOf(step) + byId('ends').clientHeight;
  if (y < box.scrollTop + 80 || y > box.scrollTop + box.clientHeight - 60) {
    box.scrollTop = y - box.clientHeight / 2;
  }
}

// --- the sequence spaces

/** In pixels. */
const SPACE = { height: 176, left: 8, sender: 44, between: 82, receiver: 122, bar: 20 };

/** Values from the initial numbers on, or null for what is not known. */
function valuesOf(space) {
  const number = (value, initial) => (value === null ? null : distance(value, initial));
  const una = number(space.sndUna, space.iss);
  const rcvNxt = number(space.rcvNxt, space.irs);
  return {
    una,
    nxt: number(space.sndNxt, space.iss),
    wnd: space.sndWnd,
    edge: una === null || space.sndWnd === null ? null : una + space.sndWnd,
    rcvNxt,
    rcvWnd: space.rcvWnd,
    rcvEdge: rcvNxt === null || space.rcvWnd === null ? null : rcvNxt + space.rcvWnd,
    islands: space.outOfOrder.map(([from, to]) => [distance(from, space.irs), distance(to, space.irs)]),
  };
}

/** What part of the numbers is shown, the same in all steps: from where the scene begins to the last that is sent. */
function domainOf(scene, end) {
  const all = scene.steps.map(step => valuesOf(step.spaces[end])).filter(values => values.una !== null);
  const from = all.length === 0 ? 0 : Math.min(...all.map(values => values.una));
  const to = all.length === 0 ? 1 : Math.max(...all.map(values => values.nxt));
  const pad = Math.max(1, (to - from) * 0.12);
  return [Math.max(0, from - pad / 2), to + pad];
}

function showSpace(scene, step, from, to) {
  const now = scene.steps[step];
  const before = scene.steps[Math.max(0, step - 1)];
  const sender = valuesOf(now.spaces[from]);
  const receiver = valuesOf(now.spaces[to]);
  const box = byId(`to-${to}`);
  SPACE.width = Math.max(280, box.clientWidth);
  SPACE.right = SPACE.width - 8;
  box.replaceChildren();
  const title = document.createElement('h3');
  title.textContent = `${from} → ${to}`;
  box.append(title);
  writeValues(box, from, sender, valuesOf(before.spaces[from]), [['SND.UNA', 'una'], ['SND.NXT', 'nxt'], ['SND.WND', 'wnd']]);
  const svg = draw(box, 'svg', { viewBox: `0 0 ${SPACE.width} ${SPACE.height}`, role: 'img',
    'aria-label': `Sequence numbers of the ${from}, as it and the ${to} see them` });
  const [low, high] = domainOf(scene, from);
  const x = number => SPACE.left + (Math.min(Math.max(number, low), high) - low) / (high - low) * (SPACE.right - SPACE.left);
  drawSender(svg, x, from, sender, high);
  drawBetween(svg, scene, step, x, from, sender);
  drawReceiver(svg, x, receiver, high);
  writeValues(box, to, receiver, valuesOf(before.spaces[to]), [['RCV.NXT', 'rcvNxt'], ['RCV.WND', 'rcvWnd']]);
}

function writeValues(box, end, values, before, names) {
  const line = document.createElement('p');
  line.className = 'values';
  const who = document.createElement('span');
  who.textContent = `${end}  `;
  line.append(who);
  for (const [name, key] of names) {
    const label = document.createElement('b');
    label.textContent = `${name} `;
    const value = document.createElement('span');
    value.textContent = values[key] === null ? '–' : grouped(values[key]);
    value.dataset.variable = `${end} ${name}`;
    value.classList.toggle('changed', values[key] !== before[key]);
    line.append(label, value, '   ');
  }
  box.append(line);
}

function bar(svg, x, y, from, to, kind, height = SPACE.bar) {
  if (to > from) {
    draw(svg, 'rect', { class: kind, x: x(from), y, width: Math.max(1, x(to) - x(from)), height });
  }
}

function drawSender(svg, x, end, { una, nxt, edge }, high) {
  const y = SPACE.sender;
  draw(svg, 'rect', { class: 'track', x: SPACE.left, y, width: SPACE.right - SPACE.left, height: SPACE.bar });
  if (una === null) {
    return;
  }
  bar(svg, x, y, 0, una, 'old');
  bar(svg, x, y, una, nxt, `sender ${end}`);
  if (edge !== null) {
    bar(svg, x, y, nxt, edge, 'room');
  }
  const marks = [[una, 'SND.UNA'], [nxt, 'SND.NXT']];
  if (edge !== null && edge <= high) {
    marks.push([edge, 'UNA+WND']);
  }
  drawMarks(svg, x, marks, y, -1);
  if (edge !== null && edge > high) {
    draw(svg, 'text', { class: 'dim', x: SPACE.right, y: y - 22, 'text-anchor': 'end' }, `window to ${grouped(edge)} →`);
  }
}

function drawReceiver(svg, x, { rcvNxt, rcvEdge, islands }, high) {
  const y = SPACE.receiver;
  draw(svg, 'rect', { class: 'track', x: SPACE.left, y, width: SPACE.right - SPACE.left, height: SPACE.bar });
  if (rcvNxt === null) {
    return;
  }
  bar(svg, x, y, 0, rcvNxt, 'old');
  if (rcvEdge !== null) {
    bar(svg, x, y, rcvNxt, rcvEdge, 'room');
  }
  islands.forEach(([from, to]) => bar(svg, x, y, from, to, 'island'));
  const marks = [[rcvNxt, 'RCV.NXT']];
  if (rcvEdge !== null && rcvEdge <= high) {
    marks.push([rcvEdge, 'NXT+WND']);
  }
  drawMarks(svg, x, marks, y + SPACE.bar, 1);
  if (rcvEdge !== null && rcvEdge > high) {
    draw(svg, 'text', { class: 'dim', x: SPACE.right, y: y + SPACE.bar + 29, 'text-anchor': 'end' },
      `window to ${grouped(rcvEdge)} →`);
  }
}

/** Names at ticks: those of one number together, and in two rows where they would touch. */
function drawMarks(svg, x, marks, y, direction) {
  const names = new Map();
  marks.forEach(([number, name]) => names.set(number, [...(names.get(number) ?? []), name]));
  let free = -Infinity;
  let low = false;
  for (const [number, equal] of names) {
    const at = x(number);
    const name = equal.join(' = ');
    const half = name.length * 3.4;
    const text = Math.min(Math.max(at, SPACE.left + half), SPACE.right - half);
    low = text - half < free ? !low : false;
    free = text + half + 4;
    const far = low ? 25 : 12;
    draw(svg, 'path', { class: 'tick', d: `M${at} ${y} V${y + direction * (far - 8)}` });
    draw(svg, 'text', { x: text, y: y + direction * far + (direction > 0 ? 4 : 3), 'text-anchor': 'middle', 'font-size': 11 }, name);
  }
}

/** Segments that have left and not arrived, and those that were lost and are not acknowledged yet. */
function drawBetween(svg, scene, step, x, from, sender) {
  for (const segment of scene.segments.values()) {
    const kind = whereabouts(scene, segment, step, from, sender);
    if (kind === null) {
      continue;
    }
    const title = `${kind}: ${labelOf(segment)}`;
    const left = x(segment.seq);
    const width = Math.max(segment.length > 0 ? 4 : 3, x(segment.seq + segment.length) - left - 1);
    const block = draw(svg, 'rect', { class: `block ${kind} ${from}`, x: left, y: SPACE.between, width,
      height: 18, rx: 3 });
    draw(block, 'title', {}, title);
    if (segment.left === step || segment.arrived === step) {
      const anchor = left > SPACE.width * 0.6 ? 'end' : 'start';
      draw(svg, 'text', { class: 'dim', x: anchor === 'end' ? left - 4 : left + width + 5, y: SPACE.between + 13, 'font-size': 11,
        'text-anchor': anchor }, inShort(segment));
    }
  }
}

function inShort({ event, ack, length }) {
  if (length === 0) {
    return `${event.flags} ${grouped(ack ?? 0)}`;
  }
  return event.textBytes > 0 ? `${event.flags} len ${grouped(event.textBytes)}` : event.flags;
}

function whereabouts(scene, segment, step, from, sender) {
  if (segment.from !== from || segment.left > step || segment.left === 0) {
    return null;
  }
  const fate = segment.event.fate;
  if (fate === 'LOST') {
    return segment.length > 0 && segment.seq + segment.length > (sender.una ?? 0) ? 'lost' : null;
  }
  if (fate === 'HELD') {
    const released = [...scene.segments.values()].some(other => other.event.fate === 'REPEATED' && other.from === from
      && other.left > segment.left && other.left <= step && other.event.seq === segment.event.seq);
    return released ? null : 'held';
  }
  return segment.arrived !== null && segment.arrived > step ? 'under way' : null;
}

// ---------------------------------------------------------------- stepping

const view = { scenes: [], scene: null, step: 0, timer: null, address: null };

function showScenes(scenes, name) {
  view.scenes = scenes;
  const select = byId('scene');
  select.replaceChildren(...scenes.map(({ card }, i) => new Option(`${card.name}: ${card.title}`, String(i))));
  const wanted = scenes.findIndex(scene => scene.card.name === name);
  showScene(Math.max(0, wanted));
}

function showScene(index) {
  stop();
  view.scene = view.scenes[index];
  byId('scene').value = String(index);
  byId('title').textContent = beginning(view.scene.card);
  byId('slider').max = String(view.scene.steps.length - 1);
  byId('ladder-box').scrollTop = 0;
  drawLadder(view.scene);
  show(0);
}

function show(step) {
  const last = view.scene.steps.length - 1;
  view.step = Math.min(Math.max(step, 0), last);
  const now = view.scene.steps[view.step];
  byId('slider').value = String(view.step);
  byId('position').textContent = `${view.step} of ${last}, ${seconds(now.nanos)}`;
  byId('slider').setAttribute('aria-valuetext', `${view.step} of ${last}`);
  byId('sentence').textContent = now.sentence;
  const rule = byId('rule');
  rule.hidden = now.rule === null;
  if (now.rule !== null) {
    const { rfc, section } = now.rule;
    rule.textContent = `RFC ${rfc}` + (section === '' ? '' : `, section ${section}`);
    rule.href = `https://www.rfc-editor.org/rfc/rfc${rfc}` + (section === '' ? '' : `#section-${section}`);
  }
  byId('first').disabled = byId('back').disabled = view.step === 0;
  byId('last').disabled = byId('forward').disabled = view.step === last;
  showStates(view.scene, view.step);
  showLadder(view.step);
  showSpace(view.scene, view.step, 'client', 'server');
  showSpace(view.scene, view.step, 'server', 'client');
  showAddress();
}

// Browsers bear only so many changes of the address: Chromium 200 in 10 s, Safari 100 in 30 s, and it throws at the next.
// A key held down makes more steps than that.
const ADDRESS_EVERY_MS = 500;

function showAddress() {
  view.address ??= setTimeout(() => {
    view.address = null;
    history.replaceState(null, '', `#${view.scene.card.name}/${view.step}`);
  }, ADDRESS_EVERY_MS);
}

function stop() {
  clearInterval(view.timer);
  view.timer = null;
  byId('play').textContent = 'Play';
}

function play() {
  if (view.timer !== null) {
    stop();
    return;
  }
  if (view.step === view.scene.steps.length - 1) {
    show(0);
  }
  byId('play').textContent = 'Pause';
  view.timer = setInterval(() => {
    show(view.step + 1);
    if (view.step === view.scene.steps.length - 1) {
      stop();
    }
  }, Number(byId('speed').value));
}

function goTo(step) {
  stop();
  show(step);
}

/** To the next step in a direction that is no segment under way: what somebody says or does, a state, a loss. */
function leap(direction) {
  const { steps } = view.scene;
  let step = view.step + direction;
  while (steps[step]?.kind === 'arrival' || steps[step]?.event?.fate === 'PASSED') {
    step += direction;
  }
  goTo(step);
}

const KEYS = {
  ArrowLeft: event => (event.shiftKey ? leap(-1) : goTo(view.step - 1)),
  ArrowRight: event => (event.shiftKey ? leap(1) : goTo(view.step + 1)),
  Home: () => goTo(0),
  End: () => goTo(view.scene.steps.length - 1),
  ' ': play,
};

function onKey(event) {
  const action = KEYS[event.key];
  const ofItsOwn = event.key === ' ' ? 'button, select, input, a' : 'select';
  if (action && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(ofItsOwn)) {
    event.preventDefault();
    action(event);
  }
}

async function openFile(file) {
  const problem = byId('problem');
  problem.hidden = true;
  try {
    showScenes(scenesOf(await file.text()), null);
    scrollTo(0, 0);
    byId('scene').focus();
  } catch (e) {
    problem.textContent = `${file.name}: ${e.message}`;
    problem.hidden = false;
  }
}

/** Letters keep their size, so all is drawn anew when there is more room, or less. */
function onResize() {
  if (byId('ladder-box').clientWidth !== LADDER.width || byId('to-server').clientWidth !== SPACE.width) {
    drawLadder(view.scene);
    show(view.step);
  }
}

/** What an address names by what is behind its #: a scene and a step of it. */
function addressed(hash) {
  const [name, step] = /^#([\w-]*)\/?(\d*)/.exec(hash)?.slice(1) ?? ['', ''];
  return { name, step: Number(step) };
}

function begin() {
  drawDiagram();
  byId('first').addEventListener('click', KEYS.Home);
  byId('back').addEventListener('click', KEYS.ArrowLeft);
  byId('play').addEventListener('click', play);
  byId('forward').addEventListener('click', KEYS.ArrowRight);
  byId('last').addEventListener('click', KEYS.End);
  byId('slider').addEventListener('input', event => goTo(Number(event.target.value)));
  byId('scene').addEventListener('change', event => showScene(Number(event.target.value)));
  byId('speed').addEventListener('change', () => {
    if (view.timer !== null) {
      stop();
      play();
    }
  });
  byId('file').addEventListener('change', event => event.target.files.length > 0 && openFile(event.target.files[0]));
  byId('ladder').addEventListener('click', event => {
    const row = event.target.closest('.row');
    if (row) {
      goTo(Number(row.dataset.step));
    }
  });
  document.addEventListener('keydown', onKey);
  const observer = new ResizeObserver(onResize);
  ['ladder-box', 'to-server'].forEach(id => observer.observe(byId(id)));
  const { name, step } = addressed(location.hash);
  showScenes(scenesOf(byId('traces').textContent), name);
  show(step);
  addEventListener('hashchange', event => {
    // Not the address of now: that may be written again between the click on a link and this.
    const wanted = addressed(new URL(event.newURL).hash);
    const index = view.scenes.findIndex(scene => scene.card.name === wanted.name);
    if (index >= 0) {
      showScene(index);
      goTo(wanted.step);
    }
  });
}

begin();
