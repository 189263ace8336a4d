// The table of wells. Rows are made when they come into view, all of them when the page is printed.
const STEP = 100;

// What is seen without asking: the default measure, everything with an interval, counts.
function mainMeasures() {
    const rank = m => m === wanted ? 0 : m.low >= 0 ? 1 : /^Count/.test(m.name) ? 2 : 3;
    const chosen = measures.filter(m => rank(m) < 3).sort((a, b) => rank(a) - rank(b)).slice(0, 7);
    return chosen.length ? chosen : measures.slice(0, 7);
}

const statusRank = {failed: 0, rejected: 1, warn: 2, ok: 3};
function compare(by) {
    if (by === "well") return (a, b) => a.index - b.index;
    if (by === "status") return (a, b) => statusRank[a.status] - statusRank[b.status] || a.index - b.index;
    if (by === "fields") return (a, b) => a.used - b.used || a.index - b.index;
    return (a, b) => a.values[by.i] - b.values[by.i] || a.index - b.index;
}

function rowOf(well, columns, whiskers) {
    return el("tr", {"data-well": well.index},
        el("th", {scope: "row"}, el("a", {href: "#well-" + well.index},
            (plates.length > 1 ? well.plate + " " : "") + well.well)),
        el("td", {}, badge(well.status)),
        el("td", {class: "num"}, well.used + "\u2009/\u2009" + well.sites),
        columns.map(m => el("td", {class: "num"}, valueNodes(m, well.values),
            whiskers.has(m) ? whisker(m, well.values) : null)),
        el("td", {class: "why"}, well.reason || ""));
}

function wellTable() {
    const state = {by: "well", down: false, text: "", status: "", all: false};
    let shown = [], made = 0, columns = [];
    const body = el("tbody"), head = el("thead"), note = el("p", {class: "muted", role: "status"});
    const end = el("div", {class: "end"});
    const whiskers = new Set([wanted]);

    function more(limit) {
        for (; made < shown.length && made < limit; made++) body.append(rowOf(shown[made], columns, whiskers));
    }
    function heading(title, by, unit, help) {
        const active = state.by === by;
        return el("th", {scope: "col", "aria-sort": active ? (state.down ? "descending" : "ascending") : "none"},
            el("button", {type: "button", class: "sort", title: help || null, onclick: () => {
                state.down = active && !state.down;
                state.by = by;
                refresh();
            }}, title, unit ? el("span", {class: "unit"}, " " + unit) : null,
            el("span", {class: "arrow", "aria-hidden": "true"}, active ? (state.down ? " \u25be" : " \u25b4") : "")));
    }
    // Wells without the value come last in either direction.
    function sorted(list) {
        const order = compare(state.by), lacks = w => typeof state.by === "object" && w.values[state.by.i] === null;
        const known = list.filter(w => !lacks(w)).sort(state.down ? (a, b) => order(b, a) : order);
        return known.concat(list.filter(lacks));
    }
    function refresh() {
        columns = state.all ? measures : mainMeasures();
        const text = state.text.trim().toLowerCase();
        shown = sorted(wells.filter(w => (!state.status || w.status === state.status) &&
            (!text || (w.plate + " " + w.well + " " + (w.reason || "")).toLowerCase().includes(text))));
        head.replaceChildren(el("tr", {}, heading("Well", "well"), heading("Status", "status"),
            heading("Fields", "fields", "used / found"),
            columns.map(m => heading(m.title, m, m.low >= 0 ? (m.sign + " (95\u202f% interval)").trim() : m.sign, m.help)),
            el("th", {scope: "col"}, "Remarks")));
        body.replaceChildren();
        made = 0;
        more(STEP);
        note.textContent = shown.length === wells.length ? plural(wells.length, "well")
            : shown.length + " of " + plural(wells.length, "well");
    }
    const observer = new IntersectionObserver(entries => {
        if (entries.some(e => e.isIntersecting)) more(made + STEP);
    }, {rootMargin: "600px"});
    observer.observe(end);
    window.addEventListener("beforeprint", () => more(Infinity));
    refresh();
    const statuses = Object.keys(statusSign).filter(s => wells.some(w => w.status === s));
    return section("Wells", {},
        el("div", {class: "filters"},
            el("label", {}, "Find ", el("input", {type: "search", placeholder: "well, plate or remark",
                oninput: event => { state.text = event.target.value; refresh(); }})),
            statuses.length < 2 ? null : el("label", {}, "Status ", el("select", {
                onchange: event => { state.status = event.target.value; refresh(); }},
                el("option", {value: ""}, "all"), statuses.map(s => el("option", {value: s}, s)))),
            mainMeasures().length === measures.length ? null : el("label", {}, el("input", {type: "checkbox",
                onchange: event => { state.all = event.target.checked; refresh(); }}), " all columns"),
            note),
        el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "table of wells"},
            el("table", {class: "wells"}, head, body)), end);
}
