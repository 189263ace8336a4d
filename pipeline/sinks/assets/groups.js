// Wells that were treated alike, controls and doses, as the sample sheet says (docs/samples.md).
const sheet = name => (run.metadata || []).indexOf(name);
const told = (well, name) => sheet(name) < 0 || !well.metadata ? "" : well.metadata[sheet(name)] || "";
const manyBatches = new Set(wells.map(well => told(well, "Batch"))).size > 1;
const GROUPS_DRAWN = 30;

function treatmentOf(well) {
    const dose = told(well, "Concentration");
    return {batch: manyBatches ? told(well, "Batch") : "", condition: told(well, "Condition"), control: told(well, "Control").toLowerCase(),
        dose: dose === "" || !isFinite(dose) ? null : Number(dose), unit: signOf(told(well, "ConcentrationUnit"))};
}
const doseText = t => t.dose === null ? "" : String(t.dose) + (t.unit ? "\u202f" + t.unit : "");
const treatmentText = t => [t.batch, t.condition, doseText(t)].filter(text => text).join(" ") ||
    (t.control ? t.control + " control" : "");

// Groups of wells with the same treatment, ordered by batch, condition and dose; wells of which nothing is said are in none.
function groupsOf(list) {
    const groups = new Map();
    for (const well of list) {
        const t = treatmentOf(well), key = JSON.stringify(t);
        if (!treatmentText(t)) continue;
        if (!groups.has(key)) groups.set(key, Object.assign(t, {wells: []}));
        groups.get(key).wells.push(well);
    }
    const byText = (a, b) => a < b ? -1 : a > b ? 1 : 0;
    return Array.from(groups.values()).sort((a, b) => byText(a.batch, b.batch) || byText(a.condition, b.condition) ||
        (a.dose === null ? -1 : a.dose) - (b.dose === null ? -1 : b.dose) || byText(a.control, b.control));
}

// Mean and standard deviation (n - 1) of wells that were measured.
function statsOf(list, m) {
    const values = list.filter(w => w.status === "ok" || w.status === "warn").map(w => w.values[m.i]).filter(v => typeof v === "number");
    const n = values.length, mean = n ? values.reduce((a, b) => a + b, 0) / n : null;
    const sd = n > 1 ? Math.sqrt(values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / (n - 1)) : null;
    return {values, n, mean, sd, cv: sd === null || !mean ? null : 100 * sd / Math.abs(mean)};
}

// Z' = 1 - 3 (sd of positives + sd of negatives) / |difference of their means| (Zhang 1999); null without two wells of each.
function zPrime(list, m) {
    const [positive, negative] = ["positive", "negative"].map(kind => statsOf(list.filter(w => told(w, "Control").toLowerCase() === kind), m));
    if (positive.n < 2 || negative.n < 2) return {positive, negative, z: null};
    const gap = Math.abs(positive.mean - negative.mean);
    return {positive, negative, z: gap > 0 ? 1 - 3 * (positive.sd + negative.sd) / gap : null};
}
function zWords({positive, negative, z}) {
    if (!positive.n && !negative.n) return null;
    const n = " (" + positive.n + " positive, " + negative.n + " negative wells)";
    if (z === null) return "no Z\u2032" + n + ": " + (positive.n < 2 || negative.n < 2 ? "it needs two measured wells of each control"
        : "the controls have the same mean");
    const flat = !positive.sd && !negative.sd;
    return "Z\u2032 = " + z.toFixed(2) + n + ": " + (flat ? "the controls do not vary at all, which says nothing about the assay"
        : z >= 0.5 ? "the controls are well apart" : z > 0 ? "the controls are apart, but not by much" : "the controls overlap");
}

// A series has a colour and a shape of its own.
const seriesColours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b89d00", "#3a8fc4", "#6b6b6b"];
const shapes = [r => "M0 " + -r + "a" + r + " " + r + " 0 1 0 0.01 0z", r => "M" + -r + " " + -r + "h" + 2 * r + "v" + 2 * r + "h" + -2 * r + "z",
    r => "M0 " + -1.2 * r + "L" + 1.2 * r + " " + r + "L" + -1.2 * r + " " + r + "z", r => "M0 " + -1.3 * r + "L" + 1.3 * r + " 0L0 " + 1.3 * r + "L" + -1.3 * r + " 0z"];
const styleOf = i => ({colour: seriesColours[i % seriesColours.length], shape: shapes[i % shapes.length]});
function marker(x, y, i, words) {
    const {colour, shape} = styleOf(i);
    return svg("path", {d: shape(4.5), transform: "translate(" + x.toFixed(1) + " " + y.toFixed(1) + ")", fill: colour, "fill-opacity": 0.75,
        stroke: "none"}, svg("title", {}, words));
}
const wellWords = (well, m) => well.well + ": " + fullText(m, well.values);
const measured = (list, m) => list.filter(w => (w.status === "ok" || w.status === "warn") && typeof w.values[m.i] === "number");

// Each control's mean as a dashed line.
function controlLines(box, list, m) {
    for (const kind of ["positive", "negative"]) {
        const s = statsOf(list.filter(w => told(w, "Control").toLowerCase() === kind), m);
        if (s.mean === null) continue;
        const y = box.y(s.mean);
        box.plot.append(svg("line", {class: "control", x1: box.left, x2: box.right, y1: y, y2: y}),
            svg("text", {x: box.right - 4, y: y - 4, "text-anchor": "end"}, kind + " control"));
    }
}

// Values against doses, a series a condition; dose 0 has its place left of the smallest.
function dosePlot(list, m) {
    const dosed = measured(list, m).filter(w => treatmentOf(w).dose !== null && !treatmentOf(w).control);
    const name = w => [treatmentOf(w).batch, treatmentOf(w).condition].filter(t => t).join(" ");
    const series = Array.from(new Set(dosed.map(name))).sort();
    const doses = Array.from(new Set(dosed.map(w => treatmentOf(w).dose))).sort((a, b) => a - b), positive = doses.filter(d => d > 0);
    if (positive.length < 2) return null;
    const log = positive[positive.length - 1] / positive[0] >= 20, zero = doses[0] <= 0 && log;
    const axis = axisOf(positive.concat(log ? [] : doses), log), at = axis.at;
    if (zero) {
        axis.at = v => v > 0 ? 0.12 + 0.88 * at(v) : 0.03;
        axis.ticks = [0].concat(axis.ticks);
    }
    const up = axisOf(measured(list, m).map(w => w.values[m.i]), false), units = new Set(dosed.map(w => treatmentOf(w).unit));
    const box = frame(axis, up, "Concentration" + (units.size === 1 && [...units][0] ? " (" + [...units][0] + ")" : ""), axisName(m),
        m.title + " against concentration, " + plural(series.length, "series", "series") + ", " + plural(dosed.length, "well"));
    controlLines(box, list, m);
    series.forEach((text, i) => {
        const own = dosed.filter(w => name(w) === text), mean = d => statsOf(own.filter(w => treatmentOf(w).dose === d), m).mean;
        const line = doses.filter(d => mean(d) !== null).map(d => box.x(d).toFixed(1) + " " + box.y(mean(d)).toFixed(1));
        box.plot.append(svg("path", {class: "means", d: "M" + line.join("L"), stroke: styleOf(i).colour}),
            ...own.map(w => marker(box.x(treatmentOf(w).dose), box.y(w.values[m.i]), i, wellWords(w, m))));
    });
    return [box.node, el("ul", {class: "series"}, series.map((text, i) => el("li", {}, svg("svg", {width: 14, height: 14, viewBox: "-7 -7 14 14",
        "aria-hidden": "true"}, svg("path", {d: shapes[i % shapes.length](4.5), fill: styleOf(i).colour})), " " + (text || "all wells"))))];
}

// One column of points a group, with its mean.
function groupPlot(groups, list, m) {
    const axis = {lo: 0, hi: groups.length, ticks: [], at: v => v / groups.length}, up = axisOf(measured(list, m).map(w => w.values[m.i]), false);
    const box = frame(axis, up, "", axisName(m), m.title + " of " + plural(groups.length, "group") + " of wells");
    groups.forEach((group, i) => {
        const s = statsOf(group.wells, m), middle = box.x(i + 0.5), half = Math.min(18, (box.x(1) - box.x(0)) * 0.35);
        const wide = groups.length <= 6, text = treatmentText(group), foot = box.y(up.lo) + 14;
        if (s.mean !== null) box.plot.append(svg("line", {class: "mean", x1: middle - half, x2: middle + half, y1: box.y(s.mean), y2: box.y(s.mean)}));
        measured(group.wells, m).forEach((w, k, all) => box.plot.append(marker(middle + (all.length > 1 ? half * 0.8 * (2 * k / (all.length - 1) - 1) : 0),
            box.y(w.values[m.i]), group.control === "positive" ? 1 : group.control === "negative" ? 2 : 0, wellWords(w, m))));
        box.plot.append(svg("text", {x: middle, y: foot, "text-anchor": "middle"}, wide && text.length < 15 ? text : String(i + 1)));
    });
    return box.node;
}

function groupTable(groups, m) {
    const controls = groups.some(g => g.control), numbered = groups.length > 6 || groups.some(g => treatmentText(g).length >= 15);
    const cell = (v, decimals, unit) => el("td", {class: "num"}, v === null ? "\u2013" : v.toFixed(decimals) + (unit || ""));
    return el("div", {class: "scroll"}, el("table", {class: "grouptable"}, el("thead", {}, el("tr", {}, [numbered ? "#" : null, "Group", controls ? "Control" : null,
        "Wells", "Mean" + (m.sign ? " (" + m.sign + ")" : ""), "SD", "CV"].map(t => t === null ? null : el("th", {scope: "col"}, t)))),
    el("tbody", {}, groups.map((group, i) => {
        const s = statsOf(group.wells, m), left = group.wells.length - s.n;
        return el("tr", {}, numbered ? el("td", {class: "num"}, String(i + 1)) : null, el("th", {scope: "row"}, treatmentText(group)), controls ? el("td", {}, group.control || "\u2013") : null,
            el("td", {class: "num", title: group.wells.map(w => w.well).join(", ")}, s.n + (left ? " (" + left + " left out)" : "")),
            cell(s.mean, m.decimals), cell(s.sd, m.decimals + 1), cell(s.cv, 1, "\u202f%"));
    }))));
}

function groupSection() {
    const all = groupsOf(wells);
    if (!all.length) return null;
    const figure = el("div"), controls = wells.some(w => told(w, "Control"));
    let current = wanted;
    function draw() {
        const m = current;
        figure.replaceChildren(...plates.map(plate => {
            const list = wells.filter(w => w.plate === plate), groups = groupsOf(list), words = controls ? zWords(zPrime(list, m)) : null;
            if (!groups.length) return "";
            const doses = dosePlot(list, m), drawn = groups.length <= GROUPS_DRAWN ? groupPlot(groups, list, m) : null;
            return el("div", {class: "plategroups"}, plates.length > 1 ? el("h3", {}, plate) : null,
                words ? el("p", {class: "zprime"}, words + ".") : null,
                el("div", {class: "plotbox"}, doses ? el("div", {class: "chartbox"}, doses) : null, drawn ? el("div", {class: "chartbox"}, drawn) : null), groupTable(groups, m));
        }));
    }
    draw();
    return section(controls ? "Groups and controls" : "Groups", {class: "card groups"}, el("div", {class: "filters"}, el("label", {}, "Measure ",
        el("select", {class: "measure", onchange: event => { current = measures[event.target.value]; draw(); }}, measures.map((m, i) =>
            el("option", {value: i, selected: m === wanted}, axisName(m)))))), figure,
    el("p", {class: "muted"}, "Groups are wells with the same batch, condition, concentration and control in the sample sheet " +
        (run.samples_file || "") + ". SD and CV are of wells; wells without a value are left out." +
        (controls ? " Z\u2032 = 1 \u2212 3 (SD of positives + SD of negatives) / |difference of their means|, of each plate." : "")));
}
