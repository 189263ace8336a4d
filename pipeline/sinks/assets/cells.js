// Cells of a well or of all wells: histograms and scatter plots of their measures, as SVG.
const SVG = "http://www.w3.org/2000/svg", MOST_POINTS = 5000, BINS = 40;
function svg(tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null) node.setAttribute(name, value);
    node.append(...children.flat(2).filter(child => child !== null));
    return node;
}

const cellMeasures = measuresOf(run.object_columns).filter(m => run.cell_columns.includes(m.i))
    .map(m => Object.assign(m, {slot: run.cell_columns.indexOf(m.i)}));

// The numbers as html_cells.c packs them: sign, 6 bits of exponent, 9 of mantissa.
function unpack(code) {
    if (code === 0xffff) return null;
    if (!(code & 0x7fff)) return 0;
    const size = (512 + (code & 511)) / 1024 * Math.pow(2, (code >> 9 & 63) - 30);
    return code & 0x8000 ? -size : size;
}

// {n, of, weight, about, value(slot, i)} of a field; weight: how many of its cells each one stands for.
function cellsOf(field) {
    if (field.cells !== undefined) return field.cells;
    const block = document.getElementById("cells" + field.number);
    if (!block) return field.cells = null;
    const bytes = Uint8Array.from(atob(block.textContent), c => c.charCodeAt(0)), n = Number(block.dataset.n);
    const value = (slot, i) => { const at = n + 2 * (slot * n + i); return unpack(bytes[at] | bytes[at + 1] << 8); };
    return field.cells = {n, of: Number(block.dataset.of), weight: Number(block.dataset.of) / n, about: bytes, value};
}

// The cells that count, of fields that count, as [x, y, class, weight].
function gather(list, x, y, shown) {
    const points = [];
    let kept = 0, all = 0;
    for (const field of list) {
        const cells = field.status === "rejected" || field.status === "failed" ? null : cellsOf(field);
        if (!cells) continue;
        kept += cells.n;
        all += cells.of;
        for (let i = 0; i < cells.n; i++) {
            const name = run.classes[cells.about[i] & 15];
            if (!(cells.about[i] & 128) || !shown.has(name)) continue;
            const a = cells.value(x.slot, i), b = y ? cells.value(y.slot, i) : 0;
            if (a !== null && b !== null) points.push([a, b, name, cells.weight]);
        }
    }
    return {points, kept, all};
}

// Ticks at 1, 2 or 5 times a power of ten; decades on a logarithmic axis.
function axisOf(values, log) {
    const usable = log ? values.filter(v => v > 0) : values;
    let lo = Infinity, hi = -Infinity;
    for (const v of usable) { if (v < lo) lo = v; if (v > hi) hi = v; }
    if (!(hi >= lo)) [lo, hi] = log ? [1, 10] : [0, 1];
    if (log) {
        const a = Math.floor(Math.log10(lo)), b = Math.max(a + 1, Math.ceil(Math.log10(hi)));
        const ticks = Array.from({length: b - a + 1}, (_, i) => Math.pow(10, a + i));
        return {log, lo: ticks[0], hi: ticks[ticks.length - 1], ticks, at: v => (Math.log10(v) - a) / (b - a)};
    }
    if (hi === lo) [lo, hi] = [lo - (Math.abs(lo) / 2 || 0.5), hi + (Math.abs(hi) / 2 || 0.5)];
    const rough = (hi - lo) / 5, power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = power * ([1, 2, 5, 10].find(k => k * power >= rough * 0.999) || 10);
    const from = Math.floor(lo / step + 1e-9) * step, count = Math.max(1, Math.ceil((hi - from) / step - 1e-9));
    const ticks = Array.from({length: count + 1}, (_, i) => from + i * step);
    return {log, lo: from, hi: ticks[count], ticks, at: v => (v - from) / (ticks[count] - from)};
}
const tickText = v => v === 0 ? "0" : Math.abs(v) >= 1e6 || Math.abs(v) < 1e-3 ? v.toExponential(0).replace("e+", "e")
    : String(Number(v.toPrecision(6)));

// A frame with axes; {node, x(v), y(v), plot, left, right}: things are drawn into plot.
function frame(xAxis, yAxis, xTitle, yTitle, label, width = 560, height = 330) {
    const left = 62, right = 26, top = 24, bottom = 46, w = width - left - right, h = height - top - bottom;
    const x = v => left + w * xAxis.at(v), y = v => top + h * (1 - yAxis.at(v));
    const plot = svg("g", {});
    const node = svg("svg", {viewBox: "0 0 " + width + " " + height, class: "chart", role: "img", "aria-label": label},
        xAxis.ticks.map(t => [svg("line", {class: "gridline", x1: x(t), x2: x(t), y1: top, y2: top + h}),
            svg("text", {x: x(t), y: top + h + 16, "text-anchor": "middle"}, xAxis.names ? xAxis.names(t) : tickText(t))]),
        yAxis.ticks.map(t => [svg("line", {class: "gridline", x1: left, x2: left + w, y1: y(t), y2: y(t)}),
            svg("text", {x: left - 6, y: y(t) + 4, "text-anchor": "end"}, tickText(t))]),
        plot, svg("path", {class: "axis", d: "M" + left + " " + top + "V" + (top + h) + "H" + (left + w)}),
        svg("text", {class: "axistitle", x: left + w / 2, y: height - 8, "text-anchor": "middle"}, xTitle),
        svg("text", {class: "axistitle", x: 4, y: 14}, yTitle));
    return {node, x, y, plot, left, right: left + w};
}

const axisName = m => m.title + (m.sign ? " (" + m.sign + ")" : "");
const cellClasses = () => run.classes.filter((name, i) => name !== "debris" && fields.some(f => f.counts[i]));

function histogram(data, m, log, words) {
    const axis = axisOf(data.points.map(p => p[0]), log), used = data.points.filter(p => !log || p[0] > 0);
    const bins = new Map(cellClasses().map(name => [name, new Array(BINS).fill(0)]));
    for (const [a, , name, weight] of used)
        bins.get(name)[Math.min(BINS - 1, Math.max(0, Math.floor(axis.at(a) * BINS)))] += weight;
    const tops = Array.from({length: BINS}, (_, i) => Array.from(bins.values()).reduce((sum, list) => sum + list[i], 0));
    const up = axisOf([0].concat(tops), false), box = frame(axis, up, axisName(m), "cells", "Histogram of " + words);
    const edge = i => axis.log ? axis.lo * Math.pow(axis.hi / axis.lo, i / BINS) : axis.lo + (axis.hi - axis.lo) * i / BINS;
    const base = new Array(BINS).fill(0);
    for (const [name, list] of bins)
        for (let i = 0; i < BINS; i++) {
            if (!list[i]) continue;
            const x0 = box.x(edge(i)), x1 = box.x(edge(i + 1)), y0 = box.y(base[i]), y1 = box.y(base[i] += list[i]);
            box.plot.append(svg("rect", {class: "mark " + (name || "none"), x: x0 + 0.5, width: Math.max(0.5, x1 - x0 - 1),
                y: y1, height: Math.max(0, y0 - y1)}));
        }
    return box.node;
}

// Points of a class are one path of dots, so that thousands of them are one element.
function scatter(data, xm, ym, logX, logY, words) {
    let list = data.points.filter(p => (!logX || p[0] > 0) && (!logY || p[1] > 0));
    const step = Math.max(1, list.length / MOST_POINTS);
    if (step > 1) list = Array.from({length: MOST_POINTS}, (_, i) => list[Math.floor(i * step)]);
    data.drawn = list.length;
    const box = frame(axisOf(list.map(p => p[0]), logX), axisOf(list.map(p => p[1]), logY), axisName(xm), axisName(ym),
        "Scatter plot of " + words, 560, 400);
    for (const name of cellClasses()) {
        const dots = list.filter(p => p[2] === name).map(p => "M" + box.x(p[0]).toFixed(1) + " " + box.y(p[1]).toFixed(1) + "h0");
        if (dots.length) box.plot.append(svg("path", {class: "dots " + (name || "none"), d: dots.join("")}));
    }
    return box.node;
}

function weightedQuantile(list, at, q) {
    const sorted = list.slice().sort((a, b) => a[at] - b[at]), all = sorted.reduce((sum, p) => sum + p[3], 0);
    let below = 0;
    for (const p of sorted) if ((below += p[3]) >= q * all) return p[at];
    return null;
}

// The plot in numbers: for whoever cannot see it, and for whoever wants to know.
function classTable(data, m, at) {
    const show = v => v === null ? "\u2013" : String(Number(v.toPrecision(3)));
    return el("div", {class: "scroll quartilebox"}, el("table", {class: "facts wide quartiles"}, el("thead", {}, el("tr", {}, ["", "Cells shown", "Median", "Middle half"]
        .map(t => el("th", {scope: "col"}, t)))), el("tbody", {}, cellClasses().map(name => {
        const list = data.points.filter(p => p[2] === name), q = [0.5, 0.25, 0.75].map(f => weightedQuantile(list, at, f));
        return list.length ? el("tr", {}, el("th", {scope: "row"}, el("span", {class: "key " + (name || "none")},
            el("i", {"aria-hidden": "true"})), classTitles[name]), el("td", {class: "num"}, String(list.length)),
        el("td", {class: "num"}, show(q[0]) + (m.sign ? "\u202f" + m.sign : "")),
        el("td", {class: "num"}, show(q[1]) + "\u2013" + show(q[2]))) : null;
    }))));
}

// Whether any cell has a value: areas in um2 are empty where the size of a pixel is not known.
function isMeasured(m, list) {
    return list.some(field => {
        const cells = cellsOf(field);
        for (let i = 0; cells && i < cells.n; i++) if (cells.value(m.slot, i) !== null) return true;
        return false;
    });
}

// What the first plot shows: two stains against each other where there are two, else size, and how spindle-shaped cells are.
function firstAxes(list) {
    const stains = cellMeasures.filter(m => /^Intensity_MeanIntensity_(?!phase$|brightfield$)/.test(m.name));
    const first = names => names.map(name => cellMeasures.find(m => m.name === name)).find(m => m && isMeasured(m, list));
    const size = first(["AreaShape_Area_um2", "AreaShape_Area"]) || cellMeasures[0];
    return stains.length > 1 ? [stains[0], stains[1]] : [size, first(["Shape_SpindleScore"]) || null];
}
// Draws when the place comes near the window, or the page is printed.
const undrawn = new Map();
function drawNow(place) {
    const draw = undrawn.get(place);
    if (!draw) return;
    undrawn.delete(place);
    nearPlots.unobserve(place);
    draw();
}
const nearPlots = new IntersectionObserver(entries => entries.filter(e => e.isIntersecting).forEach(e => drawNow(e.target)),
    {rootMargin: "300px"});
window.addEventListener("beforeprint", () => Array.from(undrawn.keys()).filter(place => place.isConnected).forEach(drawNow));

const cellChoice = {x: null, y: null, logX: false, logY: false};

function cellSection(list, what) {
    const some = list.filter(f => document.getElementById("cells" + f.number));
    if (!some.length || !cellMeasures.length) return null;
    if (!cellChoice.x) [cellChoice.x, cellChoice.y] = firstAxes(some);
    const shown = new Set(cellClasses()), figure = el("div", {class: "plotbox"}), note = el("p", {class: "muted", role: "status"});
    function draw() {
        const {x, y, logX, logY} = cellChoice, data = gather(some, x, y, shown);
        const words = (y ? y.title + " against " : "") + x.title + " of " + plural(data.points.length, "cell") + " " + what;
        figure.replaceChildren(y ? scatter(data, x, y, logX, logY, words) : histogram(data, x, logX, words), classTable(data, y || x, y ? 1 : 0));
        note.textContent = (data.kept < data.all ? data.kept + " of " + data.all + " objects are in this file (at most " + run.cell_limit +
            " of each field, evenly over it); " + (y ? "" : "bars are scaled up to all. ") : "All " + data.all + " objects are in this file. ") +
            (y && data.drawn < data.points.length ? data.drawn + " points drawn. " : "") +
            "Debris, cells that are not counted and rejected fields are left out." + (y ? " The table is of " + y.title + "." : "");
    }
    const choose = (key, none) => el("select", {class: key, onchange: event => {
        cellChoice[key] = cellMeasures[event.target.value] || null;
        draw();
    }}, none ? el("option", {value: -1, selected: !cellChoice[key]}, none) : null, cellMeasures.map((m, i) =>
        el("option", {value: i, selected: cellChoice[key] === m}, axisName(m))));
    const tick = (key, text) => el("label", {}, el("input", {type: "checkbox", checked: cellChoice[key], onchange: event => {
        cellChoice[key] = event.target.checked;
        draw();
    }}), " " + text);
    const kinds = cellClasses().length > 1 ? cellClasses().map(name => el("label", {class: "key " + (name || "none")},
        el("input", {type: "checkbox", checked: true, onchange: event => {
            event.target.checked ? shown.add(name) : shown.delete(name);
            draw();
        }}), " ", el("i", {"aria-hidden": "true"}), classTitles[name])) : [];
    undrawn.set(figure, draw);
    nearPlots.observe(figure);
    return section("Cells", {class: "card cells"}, el("div", {class: "filters"}, el("label", {}, "Across ", choose("x")),
        tick("logX", "logarithmic"), el("label", {}, "Up ", choose("y", "number of cells")), tick("logY", "logarithmic"), kinds), figure, note);
}
