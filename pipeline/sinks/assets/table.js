// Tables of wells and of fields. Rows are made when they come into view, all of them when the page is printed.
const STEP = 100;

// Without a stain for it nothing is live or dead; zeros would say something else.
const unclassed = fields.every(field => run.classes.every((name, i) => !name || name === "debris" || !field.counts[i]));

// What is seen without asking: the default measure, everything with an interval, counts; only what has values.
function mainOf(list, rows) {
    const rank = m => m === wanted ? 0 : m.low >= 0 ? 1 : /^Count/.test(m.name) ? 2 : 3;
    const valued = list.filter(m => rows.some(row => row.values[m.i] !== null) && !(unclassed && /_(Live|Dead|Ambiguous)$/.test(m.name)));
    const chosen = valued.filter(m => rank(m) < 3).sort((a, b) => rank(a) - rank(b)).slice(0, 7);
    return chosen.length ? chosen : valued.slice(0, 7);
}

const statusRank = {failed: 0, rejected: 1, warn: 2, ok: 3};

// What the rows of a table have in common but for their measures: {title, sort(row), cell(row), unit}.
const wellKind = {
    one: "well", measures, plural: n => plural(n, "well"), whisker: wanted,
    name: well => (plates.length > 1 ? well.plate + " " : "") + well.well, link: well => "#well-" + well.index,
    extra: [{title: "Fields", unit: "used / found", sort: well => well.used, cell: well => well.used + "\u2009/\u2009" + well.sites}],
};
const fieldKind = {
    one: "field", measures: fieldMeasures, plural: n => plural(n, "field"), whisker: null,
    name: field => field.site + (field.time === undefined ? "" : ", time " + field.time), link: field => "#field-" + field.number,
    extra: fields.some(found) ? [{title: "Found", unit: "objects", sort: found, cell: field => String(found(field))}] : [],
};
function found(field) {
    return field.counts.reduce((a, b) => a + b, field.uncounted);
}

function rowOf(row, kind, columns, remarks) {
    return el("tr", {},
        el("th", {scope: "row"}, el("a", {href: kind.link(row), title: kind.name(row)}, kind.name(row))),
        el("td", {}, badge(row.status)),
        kind.extra.map(x => el("td", {class: "num"}, x.cell(row))),
        columns.map(m => el("td", {class: "num"}, valueNodes(m, row.values),
            m === kind.whisker ? whisker(m, row.values) : null)),
        remarks ? el("td", {class: "why"}, row.reason || "") : null);
}

function rowTable(title, kind, rows) {
    const remarks = rows.some(row => row.reason);
    const order = new Map(rows.map((row, i) => [row, i])), main = mainOf(kind.measures, rows);
    const byName = row => order.get(row), byStatus = row => statusRank[row.status];
    const state = {by: byName, down: false, text: "", status: "", all: false};
    const body = el("tbody"), head = el("thead"), note = el("p", {class: "muted", role: "status"}), end = el("div", {class: "end"});
    let shown = [], made = 0, columns = [];

    function more(limit) {
        for (; made < shown.length && made < limit; made++) body.append(rowOf(shown[made], kind, columns, remarks));
    }
    function heading(text, by, unit, help) {
        const active = state.by === by, arrow = active ? (state.down ? " \u25be" : " \u25b4") : "";
        return el("th", {scope: "col", "aria-sort": active ? (state.down ? "descending" : "ascending") : "none"},
            el("button", {type: "button", class: "sort", title: help || null, onclick: () => {
                state.down = active && !state.down;
                state.by = by;
                refresh();
            }}, text, unit ? el("span", {class: "unit"}, " " + unit) : null,
            el("span", {class: "arrow", "aria-hidden": "true"}, arrow)));
    }
    // What lacks the value comes last in either direction; equal values stay in plate order.
    function sorted(list) {
        const lacks = row => state.by(row) === null, sign = state.down ? -1 : 1;
        return list.filter(row => !lacks(row)).sort((a, b) => sign * (state.by(a) - state.by(b)) || byName(a) - byName(b))
            .concat(list.filter(lacks));
    }
    const sortOf = new Map(kind.measures.map(m => [m, row => row.values[m.i]]));
    function refresh() {
        const text = state.text.trim().toLowerCase();
        columns = state.all ? kind.measures : main;
        shown = sorted(rows.filter(row => (!state.status || row.status === state.status) &&
            (!text || (kind.name(row) + " " + (row.reason || "")).toLowerCase().includes(text))));
        head.replaceChildren(el("tr", {}, heading(kind.one[0].toUpperCase() + kind.one.slice(1), byName), heading("Status", byStatus),
            kind.extra.map(x => heading(x.title, x.sort, x.unit)), columns.map(m => heading(m.title, sortOf.get(m),
                m.low >= 0 ? (m.sign + " (95\u202f% interval)").trim() : m.sign, m.about)), remarks ? el("th", {scope: "col"}, "Remarks") : null));
        body.replaceChildren();
        made = 0;
        more(STEP);
        note.textContent = (shown.length === rows.length ? "" : shown.length + " of ") + kind.plural(rows.length);
    }
    new IntersectionObserver(entries => entries.some(e => e.isIntersecting) && more(made + STEP), {rootMargin: "600px"}).observe(end);
    window.addEventListener("beforeprint", () => more(Infinity));
    refresh();
    const statuses = Object.keys(statusSign).filter(status => rows.some(row => row.status === status));
    return section(title, {},
        el("div", {class: "filters"},
            el("label", {}, "Find ", el("input", {type: "search", placeholder: kind.one + " or remark",
                oninput: event => { state.text = event.target.value; refresh(); }})),
            statuses.length < 2 ? null : el("label", {}, "Status ", el("select", {class: "status",
                onchange: event => { state.status = event.target.value; refresh(); }},
            el("option", {value: ""}, "all"), statuses.map(status => el("option", {value: status}, status)))),
            main.length === kind.measures.length ? null : el("label", {}, el("input", {type: "checkbox",
                onchange: event => { state.all = event.target.checked; refresh(); }}), " all columns"),
            note),
        el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "table of " + kind.plural(2).slice(2)},
            el("table", {class: "rows"}, head, body)), end);
}
