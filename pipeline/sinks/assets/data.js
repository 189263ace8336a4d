// The rows as the program wrote them, joined: each well knows its fields, each field its well.
const run = JSON.parse(document.getElementById("run").textContent);
const rowsOf = kind =>
    Array.from(document.querySelectorAll('script[data-row="' + kind + '"]'), s => JSON.parse(s.textContent));
const fields = rowsOf("site"), wells = rowsOf("well");
const keyOf = row => row.plate + "\u0000" + row.well;
const wellOfKey = new Map(wells.map(well => [keyOf(well), well]));
wells.forEach((well, index) => Object.assign(well, {index, fields: []}));
for (const field of fields) {
    field.owner = wellOfKey.get(keyOf(field));
    if (field.owner) field.owner.fields.push(field);
}
const plates = Array.from(new Set(wells.map(well => well.plate)));
const isPlate = wells.length > 1 || wells.some(well => well.row >= 0);

// A measure is a column with what belongs to it: the ends of its interval, its value with rejected fields included.
const companion = /_(Low|High|WithRejected)$/;
function measuresOf(columns) {
    const at = new Map(columns.map((column, i) => [column.name, i]));
    const find = name => at.has(name) ? at.get(name) : -1;
    return columns
        .map((column, i) => Object.assign({i, low: find(column.name + "_Low"), high: find(column.name + "_High"),
            all: find(column.name + "_WithRejected"), title: titleOf(column), sign: signOf(column.unit)}, column))
        .map(m => Object.assign(m, {about: m.name + (m.help ? ": " + m.help : ""),
            ends: m.low < 0 ? 0 : columns[m.low].decimals}))
        .filter(m => !(companion.test(m.name) && at.has(m.name.replace(companion, ""))));
}

function signOf(unit) {
    return (unit || "").replace(/um/g, "\u00b5m").replace(/\bu([MgLl])/g, "\u00b5$1").replace(/m2\b/g, "m\u00b2").replace(/m3\b/g, "m\u00b3");
}

// Median_AreaShape_Area_um2 in um2 is read as "Median area shape area"; the name itself is in the explanation.
function titleOf(column) {
    const bright = /^Intensity_(.*?)Intensity(Edge)?_(.+)$/.exec(column.name);
    if (bright) return [bright[1] || "Intensity", bright[1] ? "intensity" : "", bright[2] ? "at the edge" : ""].filter(t => t).join(" ") +
        ", " + bright[3].replace(/_/g, " ");
    const unit = "_" + column.unit, name = column.unit && column.name.endsWith(unit)
        ? column.name.slice(0, -unit.length) : column.name;
    const words = name.replace(/_/g, " ").replace(/([a-z])([A-Z][a-z])/g, "$1 $2").split(" ");
    return words.map((word, i) => i && /^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word)
        .map(word => word.replace(/^mm2$/, "mm\u00b2")).join(" ");
}

// There is always something to colour the map by.
if (!run.well_columns.length) {
    run.well_columns.push({name: "Fields_used", unit: "", decimals: 0, help: "fields of view that count"});
    wells.forEach(well => well.values.push(well.used));
}
const measures = measuresOf(run.well_columns), fieldMeasures = measuresOf(run.site_columns);
const hasValues = m => wells.some(w => w.values[m.i] !== null);
const wanted = measures.find(m => m.name === run.default_measure && hasValues(m)) || measures.find(m => m.low >= 0 && hasValues(m)) ||
    measures.find(m => m.name === run.default_measure) || measures.find(m => m.low >= 0) || measures[0];

// Numbers as in the CSV files; an absent one is a dash. A thin space keeps the unit with its number.
const digits = (value, decimals) => value === null || value === undefined ? "\u2013" : value.toFixed(decimals);
const number = (value, m) => digits(value, m.decimals);
function valueText(m, values, at = m.i) {
    const value = values[at];
    return number(value, m) + (value === null || !m.sign ? "" : "\u202f" + m.sign);
}
function intervalText(m, values) {
    if (m.low < 0 || m.high < 0 || values[m.low] === null || values[m.high] === null) return "";
    return digits(values[m.low], m.ends) + "\u2013" + digits(values[m.high], m.ends);
}
function fullText(m, values) {
    const interval = intervalText(m, values);
    return valueText(m, values) + (interval ? " (95\u202f% interval " + interval + ")" : "");
}
function valueNodes(m, values) {
    const interval = intervalText(m, values);
    return [el("span", {class: "value"}, valueText(m, values)),
        interval ? el("span", {class: "interval"}, " (" + interval + ")") : null];
}

const finite = list => list.filter(v => typeof v === "number");
const median = sorted => sorted.length % 2 ? sorted[(sorted.length - 1) / 2]
    : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;

// What a measure spans over all wells: of the values, and of the intervals.
function rangeOf(m) {
    if (m.range) return m.range;
    const values = finite(wells.map(w => w.values[m.i])).sort((a, b) => a - b);
    const ends = values.concat(m.low < 0 ? [] : finite(wells.map(w => w.values[m.low])),
        m.high < 0 ? [] : finite(wells.map(w => w.values[m.high])));
    const bounds = list => list.reduce((b, v) => [Math.min(b[0], v), Math.max(b[1], v)], [Infinity, -Infinity]);
    return m.range = {n: values.length, min: values[0], max: values[values.length - 1],
        median: values.length ? median(values) : null, ends: bounds(ends)};
}

// Where a value and its interval lie among all wells.
function whisker(m, values) {
    const [lo, hi] = rangeOf(m).ends, value = values[m.i];
    if (m.low < 0 || value === null || !(hi > lo)) return null;
    const at = v => Math.max(0, Math.min(100, 100 * (v - lo) / (hi - lo)));
    const from = at(values[m.low] === null ? value : values[m.low]);
    const to = at(values[m.high] === null ? value : values[m.high]);
    return el("span", {class: "whisker", "aria-hidden": "true"},
        el("span", {class: "bar", style: {left: from + "%", width: to - from + "%"}}),
        el("span", {class: "dot", style: {left: at(value) + "%"}}));
}
