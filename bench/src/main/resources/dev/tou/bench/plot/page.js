// Draws what tou plot has put into the element "data". Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('data').textContent);
  const root = document.documentElement;
  const charts = [];
  const TALL = { 'time-sequence': 400, 'time-sequence-received': 340, latency: 320 };

  function element(parent, name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    parent.appendChild(made);
    return made;
  }

  const style = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const isDark = () => root.classList.contains('dark');

  // --- numbers ---

  /** Columns come as differences, in steps of the quantity; null is a gap. */
  function decode(column, step, origin) {
    const values = new Float64Array(column.length);
    let sum = 0;
    for (let i = 0; i < column.length; i++) {
      if (column[i] === null) {
        values[i] = NaN;
      } else {
        sum += column[i];
        values[i] = (origin ? origin[i] : 0) + sum * step;
        if (origin) sum = 0;
      }
    }
    return values;
  }

  /** The index of the last x that is not after the value, -1 if there is none. */
  function at(xs, value) {
    let low = 0;
    let high = xs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (xs[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function digits(value) {
    const size = Math.abs(value);
    if (size < 5e-4) return '0';
    return size >= 1000 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toPrecision(3);
  }

  /** A place on the x axis. */
  const place = (graph, x) => (graph.x.quantity === 'nines' ? percentile(x) : +x.toPrecision(5) + ' ' + graph.x.unitName);

  function percentile(nines) {
    const share = 100 * (1 - Math.pow(10, -nines));
    return share.toFixed(Math.max(0, Math.ceil(nines) - 2)) + '%';
  }

  // --- curves ---

  function prepare(graph) {
    const x = graph.x;
    const y = graph.y;
    return graph.curves.map((curve) => {
      const xs = decode(curve.x, x.step / x.unit);
      const ys = decode(curve.y, y.step / y.unit);
      const spans = curve.form === 'spans';
      const ends = curve.end ? decode(curve.end, spans ? x.step / x.unit : y.step / y.unit, spans ? xs : ys) : null;
      return { name: curve.name, form: curve.form, light: curve.light, dark: curve.dark, xs, ys, ends, show: true };
    });
  }

  const colour = (curve) => (isDark() ? curve.dark : curve.light);

  /** What the curves have between two x, so that the y axis shows that and no more. */
  function yRange(graph, curves, from, to) {
    if (graph.rows.length) return [-0.6, graph.rows.length - 0.4];
    let low = Infinity;
    let high = -Infinity;
    for (const curve of curves) {
      if (!curve.show) continue;
      const holds = curve.form === 'line' || curve.form === 'step';
      const first = Math.max(0, at(curve.xs, from) + (holds || curve.xs[at(curve.xs, from)] === from ? 0 : 1));
      for (let i = first; i < curve.xs.length && curve.xs[i] <= to; i++) {
        if (Number.isNaN(curve.ys[i])) continue;
        const end = curve.ends ? curve.ends[i] : curve.ys[i];
        low = Math.min(low, curve.ys[i], end);
        high = Math.max(high, curve.ys[i], end);
      }
    }
    if (low > high) return graph.y.log ? [1, 10] : [0, 1];
    if (graph.y.log) return [Math.max(low, high / 1e6) / 1.3, high * 1.3];
    // Marks can stand at the first sequence number, too, and are to be seen whole.
    const marked = graph.key.startsWith('time-sequence');
    const zero = marked ? low : Math.min(0, low);
    const pad = (high - zero || Math.abs(high) || 1) * 0.05;
    return [zero === 0 && !marked ? 0 : zero - pad, high + pad];
  }

  // --- drawing ---

  /** Events of a moment: they hold no value afterwards. */
  const MARKS = ['diamonds', 'rings', 'crosses', 'triangles'];

  const forms = {
    line(ctx, curve, first, last, px, py) {
      let pen = false;
      for (let i = first; i <= last; i++) {
        if (Number.isNaN(curve.ys[i])) pen = false;
        else if (pen) ctx.lineTo(px(curve.xs[i]), py(curve.ys[i]));
        else ctx.moveTo(px(curve.xs[i]), py(curve.ys[i]));
        pen = !Number.isNaN(curve.ys[i]);
      }
      ctx.stroke();
    },
    step(ctx, curve, first, last, px, py) {
      let before = NaN;
      for (let i = first; i <= last; i++) {
        const value = curve.ys[i];
        if (!Number.isNaN(before)) ctx.lineTo(px(curve.xs[i]), py(before));
        if (!Number.isNaN(value)) {
          if (Number.isNaN(before)) ctx.moveTo(px(curve.xs[i]), py(value));
          else ctx.lineTo(px(curve.xs[i]), py(value));
        }
        before = value;
      }
      ctx.stroke();
    },
    bars(ctx, curve, first, last, px, py, pixel) {
      ctx.lineWidth = 2 * pixel;
      for (let i = first; i <= last; i++) {
        const bottom = py(curve.ys[i]);
        const top = Math.min(py(curve.ends[i]), bottom - pixel);
        ctx.moveTo(px(curve.xs[i]), bottom);
        ctx.lineTo(px(curve.xs[i]), top);
      }
      ctx.stroke();
    },
    diamonds(ctx, curve, first, last, px, py, pixel) {
      forms.bars(ctx, curve, first, last, px, py, pixel);
      ctx.beginPath();
      const arm = 5 * pixel;
      for (let i = first; i <= last; i++) {
        const x = px(curve.xs[i]);
        const y = py((curve.ys[i] + curve.ends[i]) / 2);
        ctx.moveTo(x, y - arm);
        ctx.lineTo(x + arm, y);
        ctx.lineTo(x, y + arm);
        ctx.lineTo(x - arm, y);
        ctx.closePath();
      }
      ctx.fill();
      ctx.strokeStyle = style('--card'); // so that two beside each other are two
      ctx.lineWidth = pixel;
      ctx.stroke();
    },
    rings(ctx, curve, first, last, px, py, pixel) {
      forms.bars(ctx, curve, first, last, px, py, pixel);
      ctx.beginPath();
      ctx.lineWidth = 1.7 * pixel;
      const radius = 7.5 * pixel;
      for (let i = first; i <= last; i++) {
        const x = px(curve.xs[i]);
        const y = py((curve.ys[i] + curve.ends[i]) / 2);
        ctx.moveTo(x + radius, y);
        ctx.arc(x, y, radius, 0, 2 * Math.PI);
      }
      ctx.stroke();
    },
    spans(ctx, curve, first, last, px, py, pixel) {
      const height = 12 * pixel;
      for (let i = first; i <= last; i++) {
        const left = px(curve.xs[i]);
        ctx.fillRect(left, py(curve.ys[i]) - height / 2, Math.max(pixel / 2, px(curve.ends[i]) - left), height);
      }
    },
    dots(ctx, curve, first, last, px, py, pixel) {
      const size = 3 * pixel;
      for (let i = first; i <= last; i++) ctx.fillRect(px(curve.xs[i]) - size / 2, py(curve.ys[i]) - size / 2, size, size);
    },
    crosses(ctx, curve, first, last, px, py, pixel) {
      const arm = 6 * pixel;
      ctx.lineWidth = 1.7 * pixel;
      for (let i = first; i <= last; i++) {
        const x = px(curve.xs[i]);
        const y = py(curve.ys[i]);
        ctx.moveTo(x - arm, y - arm);
        ctx.lineTo(x + arm, y + arm);
        ctx.moveTo(x - arm, y + arm);
        ctx.lineTo(x + arm, y - arm);
      }
      ctx.stroke();
    },
    triangles(ctx, curve, first, last, px, py, pixel) {
      const arm = 5 * pixel;
      for (let i = first; i <= last; i++) {
        const x = px(curve.xs[i]);
        const y = py(curve.ys[i]);
        ctx.moveTo(x, y);
        ctx.lineTo(x - arm, y - 2 * arm);
        ctx.lineTo(x + arm, y - 2 * arm);
        ctx.closePath();
      }
      ctx.fill();
    }
  };

  function draw(u, curve) {
    const ctx = u.ctx;
    const pixel = devicePixelRatio;
    const left = u.scales.x.min;
    const right = u.scales.x.max;
    const longest = curve.form === 'spans' ? 0 : Math.max(0, at(curve.xs, left));
    let last = at(curve.xs, right);
    if (last + 1 < curve.xs.length && (curve.form === 'line' || curve.form === 'step')) last++;
    ctx.save();
    ctx.beginPath();
    const beyond = MARKS.includes(curve.form) ? 9 * pixel : 0; // who stands at the edge is whole
    ctx.rect(u.bbox.left - beyond, u.bbox.top, u.bbox.width + 2 * beyond, u.bbox.height);
    ctx.clip();
    ctx.beginPath();
    ctx.strokeStyle = ctx.fillStyle = colour(curve);
    ctx.lineWidth = 1.5 * pixel;
    ctx.setLineDash([]);
    const px = (value) => u.valToPos(value, 'x', true);
    const py = (value) => u.valToPos(value, 'y', true);
    forms[curve.form](ctx, curve, longest, last, px, py, pixel);
    if (curve.form === 'step' && last >= 0 && last === curve.xs.length - 1 && !Number.isNaN(curve.ys[last])) {
      ctx.beginPath();
      ctx.moveTo(px(curve.xs[last]), py(curve.ys[last]));
      ctx.lineTo(px(Math.min(right, curve.holdsUntil)), py(curve.ys[last]));
      ctx.stroke();
    }
    ctx.restore();
  }

  /** What limited, as a strip below the time axis of the other graphs, where it covers nothing. */
  const STRIP = { ticks: 6, top: 9, height: 6 };

  function drawStrip(u, strip) {
    if (!strip.show) return;
    const pixel = devicePixelRatio;
    const ctx = u.ctx;
    const top = u.bbox.top + u.bbox.height + STRIP.top * pixel;
    const height = STRIP.height * pixel;
    ctx.save();
    ctx.fillStyle = style('--soft');
    ctx.font = 11 * pixel + 'px system-ui, sans-serif';
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    ctx.fillText('limited by', u.bbox.left - 8 * pixel, top + height / 2);
    ctx.beginPath();
    ctx.rect(u.bbox.left, top, u.bbox.width, height);
    ctx.clip();
    for (const curve of strip.curves) {
      ctx.fillStyle = colour(curve);
      for (let i = 0; i < curve.xs.length; i++) {
        const left = u.valToPos(curve.xs[i], 'x', true);
        ctx.fillRect(left, top, u.valToPos(curve.ends[i], 'x', true) - left, height);
      }
    }
    ctx.restore();
  }

  /** What the strip has at an x, in the words of its rows. */
  function limitsAt(strip, x) {
    const holding = strip.curves.filter((curve) => {
      const index = at(curve.xs, x);
      return index >= 0 && x <= curve.ends[index];
    });
    return holding.map((curve) => strip.rows[curve.ys[0]]).join(', ');
  }

  // --- one graph ---

  function axes(graph, strip) {
    const common = {
      stroke: () => style('--ink'),
      grid: { stroke: () => style('--grid'), width: 1 },
      ticks: { stroke: () => style('--grid'), width: 1 },
      font: '12px system-ui, sans-serif',
      labelFont: '13px system-ui, sans-serif',
      labelSize: 24
    };
    const x = Object.assign({ label: graph.x.title, size: 34 }, common);
    if (strip) {
      x.ticks = Object.assign({ size: STRIP.ticks }, common.ticks);
      x.gap = STRIP.top + STRIP.height + 6 - STRIP.ticks;
      x.size = 42;
    }
    const y = Object.assign({ label: graph.y.title, size: 72 }, common);
    if (graph.x.quantity === 'nines') {
      x.splits = (u, axis, min, max) => [0, Math.log10(2), 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((at) => at >= min && at <= max);
      x.values = (u, splits) => splits.map(percentile);
    }
    if (graph.rows.length) {
      y.splits = () => graph.rows.map((row, index) => index);
      y.values = () => graph.rows;
      y.grid = { show: false };
    } else if (graph.y.log) {
      y.values = (u, splits) => splits.map((split) => (split !== null && /^[125]\.000e/.test(split.toExponential(3)) ? String(+split.toPrecision(6)) : ''));
    }
    return [x, y];
  }

  function options(graph, curves, strip, full, group, onCursor) {
    return {
      mode: 2,
      width: 600,
      height: graph.rows.length ? 22 * graph.rows.length + 80 : TALL[graph.key] || 280,
      legend: { show: false },
      padding: [10, 16, 0, 0],
      scales: {
        x: { time: false, auto: false, range: (u, min, max) => (min === null ? full : [min, max]) },
        y: { auto: false, distr: graph.y.log ? 3 : 1, range: (u, min, max) => [min, max] }
      },
      axes: axes(graph, strip),
      series: [null].concat(curves.map((curve) => ({
        label: curve.name,
        facets: [{ scale: 'x', auto: false }, { scale: 'y', auto: false }],
        paths: (u) => {
          draw(u, curve);
          return null;
        },
        points: { show: false }
      }))),
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        dataIdx: () => null,
        bind: { dblclick: () => () => group.zoom(null) }
      },
      hooks: {
        setSelect: [(u) => {
          if (u.select.width > 3) {
            group.zoom([u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')]);
          }
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }],
        setCursor: [onCursor],
        draw: strip ? [(u) => drawStrip(u, strip)] : []
      }
    };
  }

  function valueAt(graph, curve, x) {
    const index = at(curve.xs, x);
    if (curve.form === 'spans' || MARKS.includes(curve.form) || index < 0 || Number.isNaN(curve.ys[index])) return '';
    if (graph.x.quantity === 'nines' && index === curve.xs.length - 1) return '';
    return digits(curve.ys[index]) + ' ' + graph.y.unitName;
  }

  /** A name that hides and shows what it names; returns where its value at the cursor stands. */
  function key(box, name, form, change) {
    const button = element(box, 'button');
    button.type = 'button';
    button.setAttribute('aria-pressed', 'true');
    element(button, 'i').className = form;
    element(button, 'b', name);
    button.addEventListener('click', () => {
      const shown = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(shown));
      change(shown);
    });
    return { button, value: element(button, 'span', '') };
  }

  function legend(figure, graph, curves, strip, redraw) {
    const box = element(figure, 'div', undefined, 'legend');
    const values = curves.map((curve) => {
      const { button, value } = key(box, curve.name, curve.form, (shown) => {
        curve.show = shown;
        redraw();
      });
      button.style.setProperty('--light', curve.light);
      button.style.setProperty('--dark', curve.dark);
      return (x) => {
        value.textContent = x === null ? '' : valueAt(graph, curve, x);
      };
    });
    if (strip) {
      const { button, value } = key(box, 'strip below: what limited', 'strip', (shown) => {
        strip.show = shown;
        redraw();
      });
      button.title = 'In the colours of the graph of what limited sending';
      values.push((x) => {
        value.textContent = x === null ? '' : limitsAt(strip, x);
      });
    }
    return values;
  }

  /** The graph in words, for those who do not see it. */
  function inWords(graph, curves) {
    const parts = curves.map((curve) => {
      const known = Array.from(curve.ys).filter((y) => !Number.isNaN(y));
      if (MARKS.includes(curve.form)) return curve.name + ': ' + known.length;
      if ((curve.form !== 'line' && curve.form !== 'step') || !known.length) return curve.name;
      const [low, high] = known.reduce(([l, h], y) => [Math.min(l, y), Math.max(h, y)], [Infinity, -Infinity]);
      return curve.name + ': ' + digits(low) + ' to ' + digits(high) + ' ' + graph.y.unitName;
    });
    return graph.title + '. ' + parts.join('; ');
  }

  function show(section, graph, curves, strip, full, group) {
    const figure = element(section, 'figure');
    figure.id = graph.key + '-' + charts.length;
    const title = element(figure, 'h3', graph.title);
    const where = element(title, 'span', '');
    element(figure, 'p', graph.reading, 'reading');
    const holder = element(figure, 'div', undefined, 'graph');
    holder.tabIndex = 0;
    holder.setAttribute('role', 'img');
    holder.setAttribute('aria-label', inWords(graph, curves));
    holder.addEventListener('keydown', group.onKey);
    let chart = null;
    const values = legend(figure, graph, curves, strip, () => {
      curves.forEach((curve, index) => chart.u.setSeries(index + 1, { show: curve.show }));
      chart.zoom(chart.window);
    });
    graph.notes.forEach((note) => element(figure, 'p', note, 'note'));
    const onCursor = (u) => {
      const x = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, 'x') : null;
      where.textContent = x === null ? '' : 'at ' + place(graph, x);
      values.forEach((tell) => tell(x));
    };
    const u = new uPlot(options(graph, curves, strip, full, group, onCursor), [null].concat(curves.map((c) => [c.xs, c.ys])), holder);
    chart = {
      u,
      window: full,
      zoom(range) {
        chart.window = range;
        const y = yRange(graph, curves, range[0], range[1]);
        u.batch(() => {
          u.setScale('x', { min: range[0], max: range[1] });
          u.setScale('y', { min: y[0], max: y[1] });
        });
      },
      fit() {
        const width = holder.clientWidth;
        if (width > 0 && width !== u.width) u.setSize({ width, height: u.height });
      }
    };
    chart.fit();
    chart.zoom(full);
    charts.push(chart);
    return chart;
  }

  // --- all of them ---

  function extent(prepared) {
    let first = Infinity;
    let last = -Infinity;
    for (const curves of prepared) {
      for (const curve of curves) {
        if (!curve.xs.length) continue;
        const end = curve.form === 'spans' ? curve.ends[curve.ends.length - 1] : curve.xs[curve.xs.length - 1];
        first = Math.min(first, curve.xs[0]);
        last = Math.max(last, end);
      }
    }
    return last > first ? [first, last] : [first - 0.5, first + 0.5];
  }

  /** What part of the time the graphs of a connection show, changed by mouse, keys and buttons. */
  function lens(section, graph, full, charts) {
    let range = full;
    const zoom = (wanted) => {
      const [from, to] = wanted || full;
      const width = Math.max(1e-9 * (full[1] - full[0]), Math.min(to - from, full[1] - full[0]));
      const begin = Math.max(full[0], Math.min(from, full[1] - width));
      range = [begin, begin + width];
      charts.forEach((chart) => chart.zoom(range));
      shown.textContent = place(graph, range[0]) + ' to ' + place(graph, range[1]);
      const hair = 1e-6 * width;
      earlier.disabled = range[0] <= full[0] + hair;
      later.disabled = range[1] >= full[1] - hair;
      all.disabled = out.disabled = earlier.disabled && later.disabled;
    };
    const narrow = (factor) => {
      const middle = (range[0] + range[1]) / 2;
      const half = (range[1] - range[0]) / 2 * factor;
      zoom([middle - half, middle + half]);
    };
    const move = (share) => {
      const by = (range[1] - range[0]) * share;
      zoom([range[0] + by, range[1] + by]);
    };
    const keys = {
      ArrowLeft: () => move(-0.25),
      ArrowRight: () => move(0.25),
      '+': () => narrow(0.5),
      '-': () => narrow(2),
      0: () => zoom(null)
    };
    const bar = element(section, 'div', undefined, 'lens');
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', 'What part is shown');
    const button = (text, name, key) => {
      const made = element(bar, 'button', text);
      made.type = 'button';
      made.title = name + ' (' + key.replace('Arrow', '') + ')';
      made.setAttribute('aria-label', name);
      made.addEventListener('click', keys[key]);
      return made;
    };
    button('+', 'Zoom in', '+');
    const out = button('\u2212', 'Zoom out', '-');
    const earlier = button('\u2190', 'Earlier', 'ArrowLeft');
    const later = button('\u2192', 'Later', 'ArrowRight');
    const all = button('All', 'All', '0');
    const shown = element(bar, 'output', '');
    return {
      zoom,
      onKey(event) {
        const act = keys[event.key === '=' ? '+' : event.key];
        if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        act();
      }
    };
  }

  function showGroup(main, group) {
    const section = element(main, 'section');
    element(section, 'h2', group.name);
    const facts = element(section, 'dl', undefined, 'facts');
    group.facts.forEach(([name, value]) => {
      const pair = element(facts, 'div');
      element(pair, 'dt', name);
      element(pair, 'dd', value);
    });
    const prepared = group.graphs.map(prepare);
    const full = extent(prepared);
    const limits = group.graphs.findIndex((graph) => graph.key === 'limited-by');
    const mine = [];
    const zoomer = lens(section, group.graphs[0], full, mine);
    group.graphs.forEach((graph, index) => {
      prepared[index].forEach((curve) => {
        curve.holdsUntil = full[1];
      });
      const strip = limits >= 0 && index !== limits && graph.x.quantity === 'time'
        ? { curves: prepared[limits], rows: group.graphs[limits].rows, show: true } : null;
      mine.push(show(section, graph, prepared[index], strip, full, zoomer));
    });
    zoomer.zoom(null);
  }

  function paint(dark) {
    root.classList.toggle('dark', dark);
    document.getElementById('theme').textContent = dark ? 'Light colours' : 'Dark colours';
    charts.forEach((chart) => chart.u.redraw(false, true));
  }

  const preference = matchMedia('(prefers-color-scheme: dark)');
  paint(preference.matches);
  preference.addEventListener('change', () => paint(preference.matches));
  document.getElementById('theme').addEventListener('click', () => paint(!isDark()));
  document.title = data.title;
  document.getElementById('source').textContent = data.source;
  data.remarks.forEach((remark) => element(document.getElementById('remarks'), 'li', remark));
  const main = document.querySelector('main');
  data.groups.forEach((group) => showGroup(main, group));
  addEventListener('resize', () => charts.forEach((chart) => chart.fit()));
  document.body.dataset.graphs = String(charts.length);
})();
