// Wells imaged again and again: covered area and cells over time, with the line whose slope is the doubling time.
const siteColumn = name => run.site_columns.findIndex(c => c.name === name);
const wellColumn = name => run.well_columns.findIndex(c => c.name === name);
const stepHours = (() => {
    const param = run.params.find(p => p.stage === "growth" && p.name === "step_min");
    return param && Number(param.value) > 0 ? Number(param.value) / 60 : null;
})();
const sum = list => list.reduce((a, b) => a + b, 0);
const PIXELS_SCALED = fields.every(f => f.status === "failed" || f.pixel_um !== null);

// What is drawn: how the fields of one time become a value, and the well's doubling time.
const growthKinds = [["Confluence", "Growth_ConfluenceDoubling_h"], ["Bodies_Covered", ""]].filter(k => siteColumn(k[0]) >= 0).slice(0, 1)
    .map(([name, doubling]) => ({title: name === "Confluence" ? "Confluence (%)" : "Covered area (%)", doubling, at: siteColumn(name), value(list) {
        const out = siteColumn("Confluence_Excluded");
        const area = f => f.width * f.height * (1 - (out >= 0 && f.values[out] !== null ? f.values[out] / 100 : 0));
        return sum(list.map(f => area(f) * f.values[this.at])) / sum(list.map(area));
    }})).concat([["Count_Cells", "Growth_CountDoubling_h"], ["Count_Nuclei", ""]].filter(k => siteColumn(k[0]) >= 0).slice(0, 1)
        .map(([name, doubling]) => ({title: (name === "Count_Nuclei" ? "Nuclei" : "Cells") + (PIXELS_SCALED ? " per mm\u00b2" : " a field"), doubling,
            at: siteColumn(name), value(list) {
                const counted = siteColumn("Counted_Area_mm2");
                const area = f => !PIXELS_SCALED ? 1 : counted >= 0 ? f.values[counted] : f.width * f.height * f.pixel_um * f.pixel_um * 1e-6;
                return sum(list.map(f => f.values[this.at])) / sum(list.map(area));
            }})));

// [{time, value}] in order of time, of fields that count.
function growthPoints(well, kind) {
    const used = well.fields.filter(f => f.time !== undefined && (f.status === "ok" || f.status === "warn") && f.values[kind.at] !== null);
    return Array.from(new Set(used.map(f => f.time))).sort((a, b) => a - b)
        .map(time => ({time, value: kind.value(used.filter(f => f.time === time))}));
}
const hoursOf = (point, first) => stepHours === null ? point.time : (point.time - first.time) * stepHours;

// A logarithmic axis with ticks at 1, 2 and 5, no wider than the values: exponential growth is a straight line on it.
function growthAxis(values) {
    const usable = values.filter(v => v > 0), lo = Math.min(...usable) / 1.3, hi = Math.max(...usable) * 1.3, ticks = [];
    if (!usable.length) return axisOf([], false);
    for (let power = Math.floor(Math.log10(lo)); power <= Math.log10(hi); power++)
        for (const k of [1, 2, 5]) if (k * Math.pow(10, power) >= lo && k * Math.pow(10, power) <= hi) ticks.push(k * Math.pow(10, power));
    return {log: true, lo, hi, ticks, at: v => Math.log(v / lo) / Math.log(hi / lo)};
}

// The least squares line goes through the mean of its points, with the slope that the doubling time tells.
function growthLine(well, kind, points) {
    const n = well.values[wellColumn("Growth_TimePoints")], doubling = kind.doubling ? well.values[wellColumn(kind.doubling)] : null;
    const used = points.slice(0, n || 0).filter(p => p.value > 0);
    if (doubling === null || doubling === undefined || used.length < 3) return null;
    const x = used.map(p => hoursOf(p, points[0])), rate = Math.LN2 / doubling;
    const level = sum(used.map(p => Math.log(p.value))) / used.length - rate * sum(x) / used.length;
    return {from: x[0], to: x[x.length - 1], at: hours => Math.exp(level + rate * hours)};
}

function growthWords(well, kind) {
    const m = measures.find(measure => kind.doubling && measure.name === kind.doubling);
    if (!m) return "";
    if (well.values[m.i] !== null) return "Doubles in " + fullText(m, well.values) + ".";
    return stepHours === null ? "No doubling time: growth.step_min is not given." : "No doubling time: too few time points, or no growth.";
}

function growthPlot(well, kind) {
    const points = growthPoints(well, kind);
    if (points.length < 2) return null;
    const x = axisOf(points.map(p => hoursOf(p, points[0])), false), up = growthAxis(points.map(p => p.value));
    const box = frame(x, up, stepHours === null ? "time point" : "hours", kind.title, kind.title + " of well " + well.well + " at " +
        plural(points.length, "time") + ". " + growthWords(well, kind), 460, 280);
    const line = growthLine(well, kind, points), place = (hours, value) => box.x(hours).toFixed(1) + " " + box.y(value).toFixed(1);
    const drawn = points.filter(p => p.value > 0 || !up.log);
    box.plot.append(svg("path", {class: "means thin", d: "M" + drawn.map(p => place(hoursOf(p, points[0]), p.value)).join("L"), stroke: "#8fa0a9"}));
    if (line) box.plot.append(svg("path", {class: "fit", d: "M" + place(line.from, line.at(line.from)) + "L" + place(line.to, line.at(line.to))}));
    box.plot.append(...drawn.map(p => marker(box.x(hoursOf(p, points[0])), box.y(p.value), 0,
        "time " + p.time + ": " + Number(p.value.toPrecision(4)))));
    return el("div", {class: "chartbox"}, box.node, el("p", {class: "muted"}, growthWords(well, kind)));
}

function growthSection(well) {
    const plots = growthKinds.map(kind => growthPlot(well, kind)).filter(plot => plot);
    return plots.length ? section("Growth", {class: "card growth"}, el("div", {class: "plotbox"}, plots), el("p", {class: "muted"},
        "Points: all fields of a time together. The axis is logarithmic, so exponential growth is a straight line; the fitted line spans " +
        "the time points that it was fitted to.")) : null;
}

// All wells in one plot of each kind; more than that are a tangle.
const GROWTH_WELLS = 96;
function growthTogether(kind) {
    const all = wells.slice(0, GROWTH_WELLS).map(well => ({well, points: growthPoints(well, kind)})).filter(w => w.points.length > 1);
    if (!all.length) return null;
    const x = axisOf(all.flatMap(w => w.points.map(p => hoursOf(p, w.points[0]))), false), up = growthAxis(all.flatMap(w => w.points.map(p => p.value)));
    const box = frame(x, up, stepHours === null ? "time point" : "hours", kind.title, kind.title + " of " + plural(all.length, "well") + " over time",
        460, 280);
    all.forEach(({well, points}, i) => {
        const line = points.filter(p => p.value > 0 || !up.log).map(p => box.x(hoursOf(p, points[0])).toFixed(1) + " " + box.y(p.value).toFixed(1));
        box.plot.append(svg("a", {href: "#well-" + well.index}, svg("title", {}, well.well + ". " + growthWords(well, kind)),
            svg("path", {class: "means", d: "M" + line.join("L"), stroke: styleOf(i).colour}),
            svg("text", {x: box.right - 2, y: Number(line[line.length - 1].split(" ")[1]) - 4, "text-anchor": "end"}, all.length <= 12 ? well.well : "")));
    });
    return el("div", {class: "chartbox"}, box.node);
}

function growthOverview() {
    const plots = growthKinds.map(growthTogether).filter(plot => plot);
    return plots.length ? section("Growth", {class: "card growth"}, el("div", {class: "plotbox"}, plots), el("p", {class: "muted"},
        "A line a well" + (wells.length > GROWTH_WELLS ? ", the first " + GROWTH_WELLS : "") + "; a click on it opens the well, where the doubling " +
        "time is. The axis is logarithmic.")) : null;
}
